//! Dice about reading, disclosing and erasing.

use access::command::Command;
use access::event::{Field, OpeningRef};
use access::time::UnixMillis;

use super::Step;
use crate::stage::{CLEO, KIM, QUINN, Stage, names, request, roles, seal};

/// Reading, disclosing, erasing; and who may.
pub(super) fn oversight(stage: &Stage, step: &Step, what: u8) -> (&'static [u128], Command) {
    const CUSTODIANS: &[u128] = &[CLEO, KIM, CLEO];
    let (request, dial) = (request(u128::from(step.on)), step.dial);
    let size = stage.state.next_seq();
    let texts = stage
        .state
        .request(request)
        .map_or(Vec::new(), |found| found.openings());
    let seq = u64::from(dial) % size;
    let opening = match texts.get(usize::from(dial / 16) % texts.len().max(1)) {
        Some(text) if !dial.is_multiple_of(8) => *text,
        _ => OpeningRef {
            seq,
            field: Field::ALL[usize::from(dial) % 7],
        },
    };
    let stated = seal(if dial > 240 { 9 } else { 10 });
    match what {
        26 | 27 => {
            let began_ms = stage.now_ms - 1_000 * i64::from(dial % 4) * 1_800;
            let read = Command::ReadLedger {
                from: seq,
                to: seq + u64::from(dial / 8),
                began_ms: UnixMillis::new(began_ms),
            };
            (&[QUINN], read)
        }
        28 | 29 => {
            let disclose = Command::DiscloseOpening {
                request,
                opening,
                purpose: stated,
            };
            (&[QUINN], disclose)
        }
        30..=32 => {
            let order = Command::OrderErasure {
                request,
                of: dial.is_multiple_of(3).then_some(opening),
                reason: stated,
            };
            (CUSTODIANS, order)
        }
        33..=35 => {
            let open = stage.state.open_erasures(stage.now()).next();
            let confirm = Command::ConfirmErasure {
                order: open.map_or(seq, |open| open.order),
                auth_time_s: stage.now().unix_seconds() - if dial > 240 { 9_000 } else { 0 },
                id_token: seal(900),
            };
            (CUSTODIANS, confirm)
        }
        _ => {
            let mut roles = roles();
            match dial % 4 {
                0 => roles.auditor = names(&["reviewers"]),
                1 => roles.custodian.extend(names(&["auditors"])),
                _ => {}
            }
            (&[0], Command::ConfigureRoles { roles })
        }
    }
}
