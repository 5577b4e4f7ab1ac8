//! Writing a policy in one form: logs, witnesses, groups, quorum, one space between items.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::parse::NOBODY;
use super::{Group, Policy};
use crate::key::VerifierKey;

impl Policy {
    /// The policy as a file. What is read from it is equal to this policy.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for log in &self.logs {
            line(&mut out, &[b"log", &text(&log.key)], log.url());
        }
        for witness in &self.witnesses {
            let items = [b"witness", witness.name.as_bytes(), &text(&witness.key)];
            line(&mut out, &items, witness.url());
        }
        for group in &self.groups {
            let (name, threshold) = (group.name.as_bytes(), threshold(group));
            let mut items = vec![b"group", name, threshold.as_bytes()];
            items.extend(self.members(group).map(|name| name.as_bytes()));
            line(&mut out, &items, None);
        }
        let quorum = self.quorum().map_or(NOBODY, |name| name.as_bytes());
        line(&mut out, &[b"quorum", quorum], None);
        out
    }
}

fn line(out: &mut Vec<u8>, items: &[&[u8]], url: Option<&[u8]>) {
    let items: Vec<&[u8]> = items.iter().copied().chain(url).collect();
    out.extend(items.join(&b' '));
    out.push(b'\n');
}

fn text(key: &VerifierKey) -> Vec<u8> {
    key.to_string().into_bytes()
}

fn threshold(group: &Group) -> String {
    match group.threshold {
        k if k == group.members.len() => "all".to_owned(),
        1 => "any".to_owned(),
        k => k.to_string(),
    }
}

impl fmt::Display for Policy {
    /// As [`to_bytes`](Policy::to_bytes) writes it; octets that are not UTF-8 are shown as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
