//! What an operator's test button asks of a target: whether a grant will find there what it needs.

use serde::Serialize;

use super::admin::Admin;
use super::quote::identifier;
use super::wire::{Tls, WireError};

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "check", content = "role", rename_all = "snake_case")]
pub enum Check {
    /// Something answers there.
    Reached,
    /// Nobody can listen in, and it is whom the address means.
    Secured,
    /// The portal's account is let in.
    SignsIn,
    /// It may make accounts.
    MayCreateRoles,
    /// It may give this role to them.
    MayGrant(String),
    /// It may cut their sessions.
    MayCut,
}

/// What the answer was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// To which question.
    #[serde(flatten)]
    pub check: Check,
    /// Whether it is as it should be.
    pub holds: bool,
    /// What was seen, in a sentence.
    pub told: String,
    /// What to do where it is not, with a line to paste where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Asks everything. What cannot be asked because something before it fails is not in the list.
pub(super) async fn all(admin: &Admin, roles: &[String]) -> Vec<Checked> {
    let address = admin.address();
    let who = match admin.run("select current_user").await {
        Ok(answer) => answer.value().unwrap_or_default().to_owned(),
        Err(fault) => return failed_to_enter(admin, fault),
    };
    let mut list = vec![
        holds(Check::Reached, format!("{address} answers.")),
        secured(address.tls()),
        holds(Check::SignsIn, format!("The portal signs in as {who}.")),
    ];
    let me = identifier(&who);
    // Really made, in a transaction that is never committed: rules of other extensions are asked as well.
    let made = admin.run(&tried("")).await;
    let may_create = made.is_ok();
    list.push(judged(
        Check::MayCreateRoles,
        made,
        "It may make accounts.",
        &format!("alter role {me} createrole"),
    ));
    for role in roles.iter().filter(|_| may_create) {
        let name = identifier(role);
        let granted = admin
            .run(&tried(&format!("grant {name} to bg_test;")))
            .await;
        list.push(judged(
            Check::MayGrant(role.clone()),
            granted,
            &format!("It may give the role {role}."),
            &format!("grant {name} to {me} with admin option"),
        ));
    }
    let may_cut = admin
        .run("select pg_has_role(current_user, 'pg_signal_backend', 'usage')")
        .await;
    list.push(match may_cut {
        Ok(answer) if answer.value() == Some("t") => {
            holds(Check::MayCut, "It may cut sessions.".into())
        }
        Ok(_) => fails(
            Check::MayCut,
            "It may not cut sessions: access could not be ended while somebody works.".into(),
            format!("grant pg_signal_backend to {me}"),
        ),
        Err(fault) => fails(Check::MayCut, chain(&fault), "Try again.".into()),
    });
    list
}

/// A statement that makes an account, does something with it, and leaves nothing.
fn tried(then: &str) -> String {
    format!("begin; create role bg_test nologin; {then} rollback")
}

fn secured(tls: Tls) -> Checked {
    match tls {
        Tls::VerifyFull => holds(
            Check::Secured,
            "The way is encrypted, and the server has shown a certificate for its name.".into(),
        ),
        tls => fails(
            Check::Secured,
            format!("Whoever answers there is believed (sslmode is {tls:?})."),
            "Put sslmode=verify-full and sslrootcert with your authority's certificate into the address, unless \
             the way is a socket or loopback."
                .into(),
        ),
    }
}

fn failed_to_enter(admin: &Admin, fault: WireError) -> Vec<Checked> {
    let address = admin.address();
    let reached = || holds(Check::Reached, format!("{address} answers."));
    match &fault {
        WireError::Unreachable(_) | WireError::Lost(_) | WireError::Protocol(_) => vec![fails(
            Check::Reached,
            format!("{address} does not answer: {}.", chain(&fault)),
            "Look whether the server runs, whether host and port are right, and whether a firewall is between."
                .into(),
        )],
        WireError::NoTls | WireError::Tls(_) | WireError::Authority(_) => vec![
            reached(),
            fails(
                Check::Secured,
                chain(&fault),
                "Put the certificate of the authority that has signed the server's into sslrootcert, and the name \
                 in the server's certificate into the address as host."
                    .into(),
            ),
        ],
        WireError::Server(_)
        | WireError::Method
        | WireError::NoPassword
        | WireError::Impostor(_) => vec![
            reached(),
            fails(
                Check::SignsIn,
                chain(&fault),
                "Look at user, password and database in the address, and at pg_hba.conf on the server.".into(),
            ),
        ],
    }
}

fn judged<T>(check: Check, outcome: Result<T, WireError>, yes: &str, remedy: &str) -> Checked {
    match outcome {
        Ok(_) => holds(check, yes.into()),
        Err(fault) => fails(check, chain(&fault), remedy.into()),
    }
}

fn holds(check: Check, told: String) -> Checked {
    Checked {
        check,
        holds: true,
        told,
        remedy: None,
    }
}

fn fails(check: Check, told: String, remedy: String) -> Checked {
    Checked {
        check,
        holds: false,
        told,
        remedy: Some(remedy),
    }
}

fn chain(fault: &dyn std::error::Error) -> String {
    let mut told = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}
