//! What has to be true of whoever asks and of what they say, one by one.

use access::command::{Command, Facts, Unsealed};
use access::event::{Context, Event, Mode};
use access::policy::{Conditions, Labels};
use access::refusal::Rule;

use crate::company::{DANA, emergency, names, orders_read, portal, who};
use crate::stage::{Stage, ask_as, facts, request, seal};

/// `orders-read` with these conditions, and with emergencies: conditions bind both.
fn under(change: fn(&mut Conditions)) -> Stage {
    let mut policy = orders_read();
    policy.emergency = Some(emergency(1_800, None));
    change(&mut policy.conditions);
    Stage::set_under(&[policy])
}

fn asking(mode: Mode, change: impl FnOnce(&mut Facts)) -> Command {
    let mut command = ask_as(1, "orders-read", mode, 600);
    if let Command::SubmitRequest { facts, .. } = &mut command {
        change(facts);
    }
    command
}

const BOTH: [Mode; 2] = [Mode::Ordinary, Mode::Emergency];

fn fits(stage: &Stage, change: fn(&mut Facts)) {
    for mode in BOTH {
        stage.clone().run(&who(DANA), asking(mode, change));
    }
    // An edit says it anew, and is asked the same.
    let mut edited = stage.clone();
    edited.run(&who(DANA), asking(Mode::Ordinary, change));
    let mut facts = facts(300);
    change(&mut facts);
    let request = request(1);
    edited.run(&who(DANA), Command::EditRequest { request, facts });
}

/// Refused when asked for or said anew, and found in an entry that was bent to say so.
fn breaks(
    stage: &Stage,
    rule: Rule,
    good: fn(&mut Facts),
    bad: fn(&mut Facts),
    bend: fn(&mut Event),
) {
    refused(stage, rule, good, bad);
    for mode in BOTH {
        let event = stage.bent(asking(mode, good), bend);
        assert_eq!(stage.would_break(&who(DANA), event), rule);
    }
    let mut asked = stage.clone();
    asked.run(&who(DANA), asking(Mode::Ordinary, good));
    let mut facts = facts(300);
    good(&mut facts);
    let request = request(1);
    let event = asked.bent(Command::EditRequest { request, facts }, bend);
    assert_eq!(asked.would_break(&who(DANA), event), rule);
}

/// Refused when asked for or said anew: an entry does not show it.
fn refused(stage: &Stage, rule: Rule, good: fn(&mut Facts), bad: fn(&mut Facts)) {
    for mode in BOTH {
        assert_eq!(stage.refused(&who(DANA), asking(mode, bad)), rule);
    }
    let mut asked = stage.clone();
    asked.run(&who(DANA), asking(Mode::Ordinary, good));
    let mut facts = facts(300);
    bad(&mut facts);
    let request = request(1);
    assert_eq!(
        asked.refused(&who(DANA), Command::EditRequest { request, facts }),
        rule
    );
}

/// Bends what an entry says of where somebody was signed in.
fn bent_context(event: &mut Event, bend: impl FnOnce(&mut Option<Context>)) {
    let (Event::RequestSubmitted { context, .. } | Event::RequestEdited { context, .. }) = event
    else {
        unreachable!()
    };
    bend(context);
}

#[test]
fn the_ticket_has_its_form() {
    let stage = under(|c| c.ticket = Some("INC-#|CHG-#".parse().unwrap()));
    let good = |f: &mut Facts| f.ticket_text = Some(Unsealed::new("CHG-20"));
    fits(&stage, good);
    fits(&stage, |f| f.ticket_text = Some(Unsealed::new("INC-1")));
    for bad in [
        (|f| f.ticket_text = Some(Unsealed::new("INC-"))) as fn(&mut Facts),
        |f| f.ticket_text = Some(Unsealed::new("inc-1")),
        |f| f.ticket_text = Some(Unsealed::new("INC-1 or so")),
        |f| f.ticket_text = None,
    ] {
        refused(&stage, Rule::TicketForm, good, bad);
    }
    let none = |f: &mut Facts| (f.ticket, f.ticket_text) = (None, Some(Unsealed::new("INC-1")));
    breaks(&stage, Rule::TicketForm, good, none, |event| {
        if let Event::RequestSubmitted { ticket, .. } | Event::RequestEdited { ticket, .. } = event
        {
            *ticket = None;
        }
    });
}

#[test]
fn the_incident_is_named() {
    let stage = under(|c| c.incident = true);
    let good = |f: &mut Facts| f.incident = Some(seal(9));
    fits(&stage, good);
    breaks(
        &stage,
        Rule::IncidentMissing,
        good,
        |f| f.incident = None,
        |event| {
            if let Event::RequestSubmitted { incident, .. }
            | Event::RequestEdited { incident, .. } = event
            {
                *incident = None;
            }
        },
    );
}

#[test]
fn the_reason_says_enough_in_both_modes() {
    let stage = under(|c| c.min_reason_chars = 30);
    let good = |f: &mut Facts| (f.reason, f.reason_chars) = (seal(30), 30);
    fits(&stage, good);
    // Twenty-nine characters may be sixty bytes: an entry tells the bytes only.
    refused(&stage, Rule::ReasonTooShort, good, |f| {
        (f.reason, f.reason_chars) = (seal(60), 29)
    });
    let short = |f: &mut Facts| (f.reason, f.reason_chars) = (seal(29), 29);
    breaks(&stage, Rule::ReasonTooShort, good, short, |event| {
        if let Event::RequestSubmitted { reason, .. } | Event::RequestEdited { reason, .. } = event
        {
            *reason = seal(29);
        }
    });
}

#[test]
fn the_address_lies_in_one_of_the_networks() {
    let stage = under(|c| c.networks = names(&["10.0.0.0/8", "2001:db8::/32"]));
    for good in [
        (|f| f.seen.address = "10.255.255.255".parse().ok()) as fn(&mut Facts),
        |f| f.seen.address = "::ffff:10.0.0.1".parse().ok(),
        |f| f.seen.address = "2001:db8:ffff::1".parse().ok(),
    ] {
        fits(&stage, good);
    }
    let good = |f: &mut Facts| f.seen.address = "::ffff:10.1.2.3".parse().ok();
    for bad in [
        (|f| f.seen.address = None) as fn(&mut Facts),
        |f| f.seen.address = "11.0.0.0".parse().ok(),
        |f| f.seen.address = "::ffff:11.0.0.0".parse().ok(),
        |f| f.seen.address = "::10.0.0.1".parse().ok(),
        |f| f.seen.address = "2001:db9::1".parse().ok(),
    ] {
        breaks(&stage, Rule::NetworkNotAllowed, good, bad, |event| {
            bent_context(event, |context| context.as_mut().unwrap().network = None);
        });
    }
    // An entry that names another network, or nothing at all.
    for bend in [
        (|event| {
            bent_context(event, |c| {
                c.as_mut().unwrap().network = "0.0.0.0/0".parse().ok()
            })
        }) as fn(&mut Event),
        |event| bent_context(event, |context| *context = None),
    ] {
        let bad = |f: &mut Facts| f.seen.address = None;
        breaks(&stage, Rule::NetworkNotAllowed, good, bad, bend);
    }
    // The entry names the network and never the address.
    let event = stage.bent(asking(Mode::Ordinary, good), |_| ());
    let body = event.body_json();
    assert!(
        body.contains(r#""network":"10.0.0.0/8""#) && !body.contains("10.1.2.3"),
        "{body}"
    );
}

#[test]
fn the_sign_in_is_of_a_class_that_is_enough() {
    let stage = under(|c| c.acr = vec!["urn:mfa".into(), "urn:hw".into()]);
    let good = |f: &mut Facts| f.seen.acr = Some("urn:hw".into());
    fits(&stage, good);
    for bad in [
        (|f| f.seen.acr = None) as fn(&mut Facts),
        |f| f.seen.acr = Some("urn:pwd".into()),
        |f| f.seen.acr = Some("urn:hw ".into()),
    ] {
        breaks(&stage, Rule::ProofTooWeak, good, bad, |event| {
            bent_context(event, |context| {
                context.as_mut().unwrap().acr = Some("urn:pwd".into())
            });
        });
    }
}

#[test]
fn the_sign_in_used_all_of_the_methods() {
    let stage = under(|c| c.amr = vec!["otp".into(), "hwk".into()]);
    let good = |f: &mut Facts| f.seen.amr = vec!["pwd".into(), "hwk".into(), "otp".into()];
    fits(&stage, good);
    for bad in [
        (|f| f.seen.amr = vec!["otp".into()]) as fn(&mut Facts),
        |f| f.seen.amr = Vec::new(),
    ] {
        breaks(&stage, Rule::ProofTooWeak, good, bad, |event| {
            bent_context(event, |context| {
                context.as_mut().unwrap().amr = vec!["otp".into()]
            });
        });
    }
}

#[test]
fn nothing_is_written_down_that_no_condition_asks_for() {
    let said = |f: &mut Facts| {
        f.seen.address = "10.1.2.3".parse().ok();
        (f.seen.acr, f.seen.amr) = (Some("urn:mfa".into()), vec!["otp".into()]);
    };
    let context = |stage: &Stage| match stage.bent(asking(Mode::Ordinary, said), |_| ()) {
        Event::RequestSubmitted { context, .. } => context,
        _ => unreachable!(),
    };
    assert_eq!(context(&under(|_| ())), None);
    let amr_only = context(&under(|c| c.amr = vec!["otp".into()])).unwrap();
    assert_eq!((amr_only.network, amr_only.acr), (None, None));
    assert_eq!(amr_only.amr, ["otp"]);
}

fn configure(stage: &mut Stage, pairs: &[(&str, &str)]) {
    let pair = |(label, value): &(&str, &str)| ((*label).to_owned(), (*value).to_owned());
    let labels: Labels = pairs.iter().map(pair).collect();
    let resource = "orders-db".parse().unwrap();
    stage.run(&portal(), Command::ConfigureResource { resource, labels });
}

fn selecting(selector: &str) -> Stage {
    let mut policy = orders_read();
    policy.resources = names(&[selector]);
    Stage::set_under(&[policy])
}

#[test]
fn patterns_and_labels_find_what_the_log_knows() {
    let ask = || asking(Mode::Ordinary, |_| ());
    for (selector, found) in [
        ("orders-*", true),
        ("*", true),
        ("payroll-*", false),
        ("env=prod", true),
        ("env=prod,team=orders", true),
        ("env=prod,team=payroll", false),
    ] {
        let mut stage = selecting(selector);
        assert_eq!(
            stage.refused(&who(DANA), ask()),
            Rule::ResourceNotCovered,
            "{selector}"
        );
        configure(&mut stage, &[("env", "prod"), ("team", "orders")]);
        if found {
            stage.run(&who(DANA), ask());
        } else {
            assert_eq!(
                stage.refused(&who(DANA), ask()),
                Rule::ResourceNotCovered,
                "{selector}"
            );
        }
    }
}

#[test]
fn what_was_relabelled_or_removed_since_the_approval_is_not_opened() {
    let prod = [("env", "prod")];
    for selector in ["env=prod", "orders-*"] {
        let mut stage = selecting(selector);
        configure(&mut stage, &prod);
        stage.approve(1).clone().intend(1);
        let mut removed = stage.clone();
        let resource = "orders-db".parse().unwrap();
        removed.run(&portal(), Command::RemoveResource { resource });
        assert_eq!(removed.not_opened(1), Rule::ResourceNotCovered);
        configure(&mut stage, &[("env", "test")]);
        if selector == "env=prod" {
            assert_eq!(stage.not_opened(1), Rule::ResourceNotCovered);
            configure(&mut stage, &prod);
        }
        stage.intend(1);
    }
}

#[test]
fn resources_are_the_portals_to_say() {
    let mut stage = selecting("env=prod");
    let resource = || "orders-db".parse().unwrap();
    let label = |label: &str, value: &str| Labels::from([(label.to_owned(), value.to_owned())]);
    let both = |labels: Labels| {
        let (command, event) = (labels.clone(), labels);
        let resource = || "orders-db".parse().unwrap();
        (
            Command::ConfigureResource {
                resource: resource(),
                labels: command,
            },
            Event::ResourceConfigured {
                resource: resource(),
                labels: event,
            },
        )
    };
    for bad in [
        label("Env", "prod"),
        label("env", ""),
        label("", "x"),
        label("env", &"x".repeat(64)),
    ] {
        let (command, event) = both(bad);
        assert_eq!(
            stage.refused_and_found(&portal(), command, event),
            Rule::BadLabels
        );
    }
    let many: Labels = (0..51)
        .map(|n| (format!("label-{n}"), "x".to_owned()))
        .collect();
    let (command, event) = both(many);
    assert_eq!(
        stage.refused_and_found(&portal(), command, event),
        Rule::BadLabels
    );
    let remove = || Command::RemoveResource {
        resource: resource(),
    };
    let removed = || Event::ResourceRemoved {
        resource: resource(),
    };
    assert_eq!(
        stage.refused_and_found(&portal(), remove(), removed()),
        Rule::UnknownResource
    );
    let (command, event) = both(label("env", "prod"));
    assert_eq!(
        stage.refused_and_found(&who(DANA), command, event.clone()),
        Rule::SystemOnly
    );
    // Labels that somebody else wrote open nothing.
    stage.forged(&who(DANA), event);
    assert_eq!(
        stage.refused(&who(DANA), asking(Mode::Ordinary, |_| ())),
        Rule::ResourceNotCovered
    );
}
