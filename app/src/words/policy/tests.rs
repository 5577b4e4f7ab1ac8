//! Each rule of a policy can be read on its page.

use access::policy::Policy;
use serde_json::{Value, json};

use super::{before_asking, before_breaking, rules, ticket_example};

fn policy(change: impl FnOnce(&mut Value)) -> Policy {
    let mut value = json!({
        "name": "orders-admin",
        "description": "Repair of the orders database.",
        "resources": ["orders-db"],
        "eligible": ["developers"],
        "conditions": {
            "min_reason_chars": 20, "ticket": null, "incident": false, "networks": [], "acr": [], "amr": [],
            "windows": [], "zone": null, "zone_rule": null,
        },
        "duration": { "default_s": 1800, "max_s": 7200, "extend": null },
        "approval": {
            "within_s": 3600, "delegation": false,
            "stages": [{ "n": 2, "groups": ["leads"], "people": [], "distinct_groups": false, "ladder": [] }],
        },
        "emergency": null,
        "review": { "groups": ["security"], "within_s": 86400, "debt": "allow" },
        "drill": null,
        "grant": { "connector": "postgresql", "role": "orders_admin" },
    });
    change(&mut value);
    serde_json::from_value(value).expect("a policy")
}

fn page(policy: &Policy) -> String {
    let sentences: Vec<_> = rules(policy).into_iter().map(|rule| rule.text).collect();
    sentences.join("\n")
}

#[test]
fn a_plain_policy_reads_as_it_is_meant() {
    let page = page(&policy(|_| {}));
    for part in [
        "It opens orders-db: an account of your own in PostgreSQL with the rights of orders_admin.",
        "Members of developers may ask.",
        "A request needs a reason of at least 20 characters.",
        "2 people in leads must approve.",
        "lapses after 1 hour",
        "The glass cannot be broken under this policy.",
        "somebody in security reviews it within 1 day",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("may let somebody else sign"));
}

#[test]
fn what_is_recorded_of_the_work_is_told_before_anybody_asks() {
    let told = |grant: Value| {
        let policy = policy(|p| p["grant"] = grant);
        let asking = before_asking(&policy).into_iter().map(|rule| rule.text);
        let asking = asking.collect::<Vec<_>>().join("\n");
        let breaking = before_breaking(&policy).into_iter().map(|rule| rule.text);
        let breaking = breaking.collect::<Vec<_>>().join("\n");
        [page(&policy), asking, breaking]
    };
    let all = |grant: Value, part: &str| {
        for page in told(grant) {
            assert!(page.contains(part), "{part}\n{page}");
        }
    };
    let database = json!({ "connector": "postgresql", "role": "r" });
    all(database, "on the direct way in nothing is.");
    let recorded = json!({
        "connector": "postgresql", "role": "r", "recording": "required", "refuse": ["code", "listen"],
    });
    let said = "there is no other way in. Refused there: code that its text does not tell (DO); listening for others (LISTEN).";
    all(recorded, said);
    all(
        json!({ "connector": "ssh", "role": "deploy" }),
        "a login as deploy on the machine",
    );
    let webhook = json!({ "connector": "webhook", "role": "a key" });
    all(webhook, "not recorded here, unless a tool reports it.");
}

#[test]
fn every_further_rule_has_its_words() {
    type Case = (fn(&mut Value), &'static str);
    let cases: [Case; 14] = [
        (
            |p| p["conditions"]["ticket"] = json!("INC-#|CHG-#"),
            "a ticket such as INC-123 or CHG-123",
        ),
        (
            |p| p["conditions"]["incident"] = json!(true),
            "the incident it belongs to",
        ),
        (
            |p| p["conditions"]["networks"] = json!(["10.0.0.0/8"]),
            "address lies in 10.0.0.0/8",
        ),
        (
            |p| p["conditions"]["acr"] = json!(["gold"]),
            "a sign-in of the class gold",
        ),
        (
            |p| p["conditions"]["amr"] = json!(["pwd", "otp"]),
            "The sign-in used pwd and otp.",
        ),
        (
            |p| {
                p["conditions"]["windows"] =
                    json!([{ "days": ["mon"], "from": "08:00", "to": "18:00" }]);
                p["conditions"]["zone"] = json!("Europe/Vienna");
            },
            "only Mon 08:00–18:00, by the clocks of Europe/Vienna",
        ),
        (
            |p| p["duration"]["extend"] = json!({ "times": 2, "by_s": 1800, "approval": true }),
            "longer by 30 minutes, twice, each time with an approver's word",
        ),
        (
            |p| p["approval"]["delegation"] = json!(true),
            "may let somebody else sign in their place",
        ),
        (
            |p| p["approval"]["stages"][0]["distinct_groups"] = json!(true),
            "each for another group",
        ),
        (
            |p| {
                p["approval"]["stages"][0]["ladder"] =
                    json!([{ "after_s": 600, "groups": ["heads"] }])
            },
            "After 10 minutes without enough answers heads may too.",
        ),
        (
            |p| {
                p["emergency"] =
                    json!({ "max_duration_s": 900, "alarm": ["on-call"], "ratify_within_s": null })
            },
            "Alarmed at once: everyone in leads and everyone in on-call.",
        ),
        (
            |p| {
                p["emergency"] =
                    json!({ "max_duration_s": 900, "alarm": [], "ratify_within_s": 600 })
            },
            "Within 10 minutes after it was broken 2 people must ratify it",
        ),
        (|p| p["review"]["debt"] = json!("block"), "breaks no glass"),
        (
            |p| p["drill"] = json!({ "every_days": 90 }),
            "exercised every 90 days",
        ),
    ];
    for (change, words) in cases {
        let page = page(&policy(change));
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn stages_stand_in_their_order() {
    let two =
        policy(|p| {
            p["approval"]["stages"].as_array_mut().expect("stages").push(json!({
            "n": 1, "groups": ["heads"], "people": [], "distinct_groups": false, "ladder": []
        }));
        });
    let texts: Vec<_> = before_asking(&two)
        .into_iter()
        .map(|rule| rule.text)
        .collect();
    assert!(
        texts[0].starts_with("First, 2 people in leads"),
        "{texts:?}"
    );
    assert!(texts[1].starts_with("Then 1 person in heads"), "{texts:?}");
}

#[test]
fn who_breaks_the_glass_knows_who_hears_of_it_and_what_is_owed() {
    let policy = policy(|p| {
        p["emergency"] =
            json!({ "max_duration_s": 900, "alarm": ["on-call"], "ratify_within_s": 600 });
        p["review"]["debt"] = json!("block");
    });
    let texts: Vec<_> = before_breaking(&policy)
        .into_iter()
        .map(|rule| rule.text)
        .collect();
    let page = texts.join("\n");
    for part in [
        "everyone in on-call",
        "must ratify it",
        "You owe a review",
        "you break no glass",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn a_ticket_is_shown_by_example() {
    let pattern = "INC-#".parse().expect("a pattern");
    assert_eq!(ticket_example(&pattern), "INC-123");
}
