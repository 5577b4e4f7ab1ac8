//! Dice about edits, looks, ladders, delegates and more time.

use access::command::{Command, Facts, Seen, Unsealed};
use access::event::{Decision, EndCause, Proof};
use access::ids::GrantId;
use access::time::UnixMillis;

use super::{Step, sign_off};
use crate::stage::{ARI, ELI, LEE, RAE, SAM, Stage, VIC, facts, person, request, seal};

/// The ticket that has the form which `orders-strict` wants.
pub(crate) const GOOD_TICKET: &str = "INC-7";

/// What somebody says who mostly says enough, from where they may.
pub(super) fn said(step: &Step, duration_s: u32) -> Facts {
    let (dial, by) = (step.dial, step.by);
    let ticket = if by % 32 == 31 { "INC-x" } else { GOOD_TICKET };
    let addresses = ["10.1.2.3", "::ffff:10.9.8.7", "10.0.0.1", "192.0.2.1"];
    let address = if by % 16 == 15 {
        3
    } else {
        usize::from(by) % 3
    };
    let weak = by % 32 == 13;
    let mut facts = Facts {
        ticket_text: Some(Unsealed::new(ticket)),
        incident: (by % 32 != 11).then(|| seal(9)),
        seen: Seen {
            address: (by % 64 != 9).then(|| addresses[address].parse().unwrap()),
            acr: Some(
                if weak && dial.is_multiple_of(2) {
                    "urn:one"
                } else {
                    "urn:mfa"
                }
                .into(),
            ),
            amr: vec![
                if weak && !dial.is_multiple_of(2) {
                    "pwd"
                } else {
                    "otp"
                }
                .into(),
                "hwk".into(),
            ],
        },
        ..facts(duration_s)
    };
    match dial {
        210..=215 => facts.reason_chars = 9,
        216..=219 => facts.reason = seal(15),
        234..=237 => facts.ticket = None,
        _ => {}
    }
    facts
}

/// A start, a little ahead more often than not.
fn start(stage: &Stage, step: &Step) -> Option<UnixMillis> {
    let in_s = match step.by {
        0..40 => 600,
        40..50 => -1,
        50..60 => 31 * 86_400,
        _ => return None,
    };
    Some(UnixMillis::new(stage.now_ms + in_s * 1_000))
}

/// More of what happens to requests and grants; and who may, `None` for whoever asked.
pub(super) fn requests(
    stage: &Stage,
    step: &Step,
    what: u8,
    grant: GrantId,
) -> (Option<&'static [u128]>, Command) {
    const SIGNING: Option<&[u128]> = Some(&[ARI, SAM, LEE, VIC]);
    let (request, dial) = (request(u128::from(step.on)), step.dial);
    match what {
        40 => {
            let durations = [600, 900, 1_800, 3_600, 14_401];
            let mut facts = said(step, durations[usize::from(dial) % 5]);
            facts.start_at_ms = start(stage, step);
            (None, Command::EditRequest { request, facts })
        }
        41 => (SIGNING, Command::ViewRequest { request }),
        42 => (Some(&[0]), Command::Escalate { request }),
        43 => (None, Command::AskExtension { grant }),
        44 => (SIGNING, Command::DenyExtension { grant }),
        45 => (None, Command::ExtendGrant { grant, proof: None }),
        46 => {
            let auth_time_s = stage.now().unix_seconds() - if dial > 200 { 9_000 } else { 0 };
            let id_token = seal(900);
            let proof = Some(Proof {
                auth_time_s,
                id_token,
            });
            (SIGNING, Command::ExtendGrant { grant, proof })
        }
        47 => {
            let cause = EndCause::Unratified;
            let end = Command::EndGrant {
                grant,
                cause,
                sessions_cut: 0,
            };
            (Some(&[0]), end)
        }
        _ => {
            let mut command = sign_off(stage, step);
            if let Command::SignOff {
                on_behalf_of,
                decision,
                ..
            } = &mut command
            {
                let principals = [ARI, SAM, LEE, VIC];
                *on_behalf_of = Some(person(principals[usize::from(dial) % 4]));
                *decision = if dial % 16 == 1 {
                    Decision::Deny
                } else {
                    Decision::Approve
                };
            }
            (Some(&[RAE, ELI, SAM, ARI]), command)
        }
    }
}
