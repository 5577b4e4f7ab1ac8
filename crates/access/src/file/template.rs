//! An example of a policy's file.

use super::write::write;
use crate::policy::Policy;

/// Every member has a value that says something, so that each stands in the file.
const EXAMPLE: &str = r#"{
    "name": "orders-admin",
    "description": "Change orders in production, when customers are waiting.",
    "resources": ["orders-db", "billing-*", "env=prod,team=orders"],
    "eligible": ["oncall-database"],
    "conditions": {
        "min_reason_chars": 20,
        "ticket": "INC-#|CHG-#",
        "incident": true,
        "networks": ["10.0.0.0/8"],
        "acr": ["phr"],
        "amr": ["hwk"],
        "windows": [
            {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"},
            {"days": ["sat"], "from": "22:00", "to": "02:00"}
        ],
        "zone": "Europe/Berlin",
        "zone_rule": "CET-1CEST,M3.5.0,M10.5.0/3"
    },
    "duration": {"default_s": 1800, "max_s": 7200, "extend": {"times": 1, "by_s": 1800, "approval": true}},
    "approval": {
        "within_s": 14400,
        "delegation": true,
        "stages": [
            {
                "n": 2,
                "groups": ["leads", "security"],
                "distinct_groups": true,
                "ladder": [
                    {"after_s": 900, "groups": ["managers"]},
                    {"after_s": 1800, "groups": ["directors"]}
                ]
            },
            {"n": 1, "groups": ["security"], "people": ["7d444840-9dc0-41d1-b245-5ffdce74fad2"]}
        ]
    },
    "emergency": {"max_duration_s": 3600, "alarm": ["security"], "ratify_within_s": 1800},
    "review": {"groups": ["reviewers"], "within_s": 86400, "debt": "block"},
    "drill": {"every_days": 90},
    "grant": {
        "connector": "postgresql",
        "role": "orders_admin",
        "recording": "required",
        "refuse": ["set_role", "copy_program", "code"]
    }
}"#;

/// The file of an example policy that uses every member, with a comment to each: what an author begins with.
pub fn template() -> String {
    let example: Policy = serde_json::from_str(EXAMPLE).expect("the example is a policy");
    // Who it would be, only the people page of a portal can say, and nobody else is taken.
    write(&example).replace(
        r#"people = ["7d444840-9dc0-41d1-b245-5ffdce74fad2"]"#,
        "people = []",
    )
}
