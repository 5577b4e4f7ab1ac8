//! The rule of a policy's time zone, which its file may leave out.

use serde_json::{Map, Value};

use super::{Reader, Zones};

impl Reader<'_> {
    /// Fills in the zone's rule where the file names the zone alone, and compares it where it has both.
    pub(super) fn fill_zone(&mut self, members: &mut Map<String, Value>, zones: Zones<'_>) {
        let Some(Value::Object(conditions)) = members.get_mut("conditions") else {
            return;
        };
        let text = |member: &str| {
            conditions
                .get(member)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let Some(zone) = text("zone") else {
            return;
        };
        let at = |member: &str| format!("conditions.{member}");
        match (text("zone_rule"), zones(&zone)) {
            (None, Some(known)) => {
                conditions.insert("zone_rule".to_owned(), Value::String(known));
            }
            (None, None) => {
                // A rule that is there and wrong was named already.
                let (zone, rule) = (at("zone"), at("zone_rule"));
                if !self.places.contains_key(&rule) {
                    let why = "is no time zone that the portal knows: write it as the IANA database does, such as \
                               Europe/Berlin, or add its rule as `zone_rule`";
                    self.error(&zone, self.place(&zone), why);
                }
            }
            (Some(said), Some(known)) if said != known => {
                let rule = at("zone_rule");
                let why = format!(
                    "is {said}, and by the portal's own database {zone} has {known}: what stands here holds; leave it \
                     out to take the portal's"
                );
                self.warning(&rule, self.place(&rule), why);
            }
            (Some(_), None) => {
                let zone = at("zone");
                let why = "is no time zone that the portal knows: `zone_rule` holds as it stands";
                self.warning(&zone, self.place(&zone), why);
            }
            (Some(_), Some(_)) => {}
        }
    }
}
