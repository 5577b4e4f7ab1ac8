//! A policy in plain sentences.

use access::sentences;
use proptest::prelude::*;

use crate::sample::{example, policies};

#[test]
fn the_example_reads_as_plain_sentences() {
    let said = sentences(&example());
    for sentence in [
        "Members of `oncall-database` may ask.",
        "Access lasts 30 min unless a request says otherwise, and 2 h at most.",
        "Stage 1 takes two people out of `leads`, `security`, each for another group.",
        "After 15 min without its sign-offs, members of `managers` are asked as well.",
        "Emergency access is on, for up to 1 h; it is taken back after 30 min unless it is ratified; members of `security` are alarmed.",
        "Whose review is overdue breaks no glass.",
        "The emergency access is exercised every 90 days.",
        "Whoever opens it has the rights of the role `orders_admin`.",
        "Only ways in are offered on which everything is recorded.",
        "A recorded way in refuses statements of these classes: `set_role`, `copy_program`, `code`.",
    ] {
        assert!(
            said.iter().any(|said| said == sentence),
            "{sentence}\n{said:#?}"
        );
    }
}

proptest! {
    #[test]
    fn each_is_one_sentence(policy in policies()) {
        for sentence in sentences(&policy) {
            prop_assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{}", sentence);
        }
    }
}
