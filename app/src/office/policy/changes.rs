//! What one version of a policy changes against the one before it, in words.

use access::diff::Change;
use leptos::prelude::*;

use crate::erase::Erase as _;

/// The differences, each with whether more becomes possible by it; `nothing` where there are none.
pub(super) fn difference(changes: &[Change], nothing: &'static str) -> AnyView {
    if changes.is_empty() {
        return view! { <p>{nothing}</p> }.erase();
    }
    let items: Vec<_> = changes
        .iter()
        .map(|change| {
            let badge = change.looser.map(|looser| {
                let class = if looser {
                    "badge badge-wait"
                } else {
                    "badge badge-proof"
                };
                view! { <span class=class>{tone(looser)}</span> }
            });
            view! {
                <li class="row">
                    <div class="row-main">
                        <p>{change.words.clone()}</p>
                    </div>
                    <div class="row-side">{badge}</div>
                </li>
            }
        })
        .collect();
    view! { <ul class="rows" role="list" aria-label="Changes">{items}</ul> }.erase()
}

/// How much changes, in a few words: "3 changes: 1 looser, 1 stricter".
pub(super) fn summary(changes: &[Change]) -> String {
    let all = match changes.len() {
        0 => return "nothing changes".into(),
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    };
    let of = |which: bool| {
        let count = changes
            .iter()
            .filter(|change| change.looser == Some(which))
            .count();
        (count > 0).then(|| format!("{count} {}", tone(which)))
    };
    let tones: Vec<_> = [of(true), of(false)].into_iter().flatten().collect();
    match tones.is_empty() {
        true => all,
        false => format!("{all}: {}", tones.join(", ")),
    }
}

/// Whether more is possible than before.
fn tone(looser: bool) -> &'static str {
    if looser { "looser" } else { "stricter" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(looser: Option<bool>) -> Change {
        Change {
            at: String::new(),
            words: "It is another.".into(),
            looser,
        }
    }

    #[test]
    fn how_much_changes_fits_in_a_line() {
        assert_eq!(summary(&[]), "nothing changes");
        assert_eq!(summary(&[change(None)]), "1 change");
        let many = [Some(true), None, Some(false), Some(true)].map(change);
        assert_eq!(summary(&many), "4 changes: 2 looser, 1 stricter");
    }
}
