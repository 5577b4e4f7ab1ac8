//! Values of another kind than their member takes.

use super::one;

#[test]
fn a_value_of_another_kind_says_what_to_write() {
    for (old, new, (start, at), why) in [
        (
            "within_s = 14400",
            "within_s = \"4h\"",
            ("within_s = 14400", "approval.within_s"),
            "3600 for an hour",
        ),
        (
            "n = 2",
            "n = 256",
            ("n = 2", "approval.stages[0].n"),
            "not between 0 and 255",
        ),
        (
            "n = 2",
            "n = -1",
            ("n = 2", "approval.stages[0].n"),
            "is -1",
        ),
        (
            "n = 2",
            "n = 2.5",
            ("n = 2", "approval.stages[0].n"),
            "a number with a fraction",
        ),
        (
            "incident = true",
            "incident = \"yes\"",
            ("incident", "conditions.incident"),
            "true or false",
        ),
        (
            "[\"oncall-database\"]",
            "\"oncall-database\"",
            ("eligible", "eligible"),
            "a list of texts",
        ),
        (
            "[\"mon\"",
            "[\"Monday\"",
            ("days", "conditions.windows[0].days[0]"),
            "`mon`",
        ),
        (
            "\"08:00\"",
            "08:00:00",
            ("from", "conditions.windows[0].from"),
            "a text in quotes",
        ),
        (
            "\"08:00\"",
            "\"8:00\"",
            ("from", "conditions.windows[0].from"),
            "write HH:MM",
        ),
        (
            "\"10.0.0.0/8\"",
            "\"10.1.0.0/8\"",
            ("networks", "conditions.networks[0]"),
            "no network",
        ),
        (
            "debt = \"block\"",
            "debt = \"forgive\"",
            ("debt", "review.debt"),
            "`allow`",
        ),
        (
            "connector = \"postgresql\"",
            "connector = \"mysql\"",
            ("connector", "grant.connector"),
            "`postgresql`",
        ),
        (
            "recording = \"required\"",
            "recording = \"sometimes\"",
            ("recording", "grant.recording"),
            "`required`",
        ),
        (
            "\"copy_program\"",
            "\"copy\"",
            ("refuse", "grant.refuse[1]"),
            "`copy_program`",
        ),
        (
            "people = []",
            "people = [\"7d44484\"]",
            ("people", "approval.stages[1].people[0]"),
            "is wrong",
        ),
        (
            "\"INC-#|CHG-#\"",
            "\"##\"",
            ("ticket", "conditions.ticket"),
            "no form of a ticket",
        ),
        (
            "\"billing-*\"",
            "\"Billing\"",
            ("resources", "resources[1]"),
            "selects nothing",
        ),
    ] {
        one(old, new, (start, at), why);
    }
}
