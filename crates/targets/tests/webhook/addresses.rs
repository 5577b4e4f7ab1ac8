//! Private addresses are refused after the name was resolved. The resolver is the test's own; everything lies on
//! loopback, where 127.0.0.2 stands for what may be called.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use targets::{BadAddress, Connector as _, TargetError, WebhookError, WebhookTarget};

use crate::stage::{access, answers, closing, grant, settings};

/// Says these in turn, the last one for ever.
struct Names {
    turns: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let found = self.turns[turn.min(self.turns.len() - 1)].clone();
        Box::pin(async move {
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

/// The same port at the address that may be called and at the one that may not; counts of who was there.
async fn both() -> (u16, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    loop {
        let (at, allowed) = closing("127.0.0.2:0").await;
        let port = at.port();
        if tokio::net::TcpListener::bind(("127.0.0.1", port))
            .await
            .is_ok()
        {
            let (_, refused) = closing(&format!("127.0.0.1:{port}")).await;
            return (port, allowed, refused);
        }
    }
}

fn names(turns: &[&[&str]]) -> Arc<Names> {
    let parse = |turn: &&[&str]| turn.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(Names {
        turns: turns.iter().map(parse).collect(),
        asked: AtomicUsize::new(0),
    })
}

fn target(port: u16, allowed: &[&str], names: Arc<Names>) -> WebhookTarget {
    let settings = settings(&format!("https://hooks.example:{port}/"), allowed);
    WebhookTarget::resolving(settings, answers(), names).unwrap()
}

fn says_why(outcome: Result<(), TargetError>) -> bool {
    let Err(TargetError::Refused(fault)) = outcome else {
        return false;
    };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(fault.as_ref());
    while let Some(fault) = cause {
        if fault.is::<BadAddress>() {
            return true;
        }
        cause = fault.source();
    }
    false
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_not_called() {
    let (port, _, refused) = both().await;
    for address in [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "fe80::1",
    ] {
        let names = names(&[&[address]]);
        let target = target(port, &[], names.clone());
        assert!(says_why(target.open(&access(grant())).await), "{address}");
        assert_eq!(
            names.asked.load(Ordering::SeqCst),
            1,
            "it is not tried again"
        );
    }
    assert_eq!(refused.load(Ordering::SeqCst), 0);
    // So it is the address that it was refused for.
    let listed = target(port, &["127.0.0.1/32"], names(&[&["127.0.0.1"]]));
    let outcome = listed.open(&access(grant())).await;
    assert!(
        matches!(outcome, Err(TargetError::Refused(_))),
        "{outcome:?}"
    );
    assert!(refused.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn of_several_addresses_only_the_good_ones_are_called() {
    let (port, allowed, refused) = both().await;
    let names = names(&[&["127.0.0.1", "127.0.0.2", "127.0.0.1"]]);
    let target = target(port, &["127.0.0.2/32"], names);
    target.open(&access(grant())).await.unwrap_err();
    assert_eq!(allowed.load(Ordering::SeqCst), 4, "each try");
    assert_eq!(refused.load(Ordering::SeqCst), 0);
}

/// The first look finds a good address, the second another: what is looked at is what is called.
#[tokio::test]
async fn a_name_that_changes_gains_nothing() {
    let (port, allowed, refused) = both().await;
    let names = names(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let target = target(port, &["127.0.0.2/32"], names.clone());
    assert!(says_why(target.open(&access(grant())).await));
    assert_eq!(names.asked.load(Ordering::SeqCst), 2);
    assert_eq!(allowed.load(Ordering::SeqCst), 1);
    assert_eq!(refused.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_address_that_is_a_number_is_judged_before_anything_is_sent() {
    for url in [
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://127.1/",
        "http://127.0.0.1/",
    ] {
        let made = WebhookTarget::new(settings(url, &[]), answers());
        let refused = matches!(made, Err(WebhookError::Address(BadAddress::NotPublic)));
        assert!(refused, "{url}");
    }
    let plain = WebhookTarget::new(settings("http://hooks.example/", &["0.0.0.0/0"]), answers());
    assert!(matches!(
        plain,
        Err(WebhookError::Address(BadAddress::Plain))
    ));
    let mut unsigned = settings("https://hooks.example/", &[]);
    unsigned.secrets.clear();
    assert!(matches!(
        WebhookTarget::new(unsigned, answers()),
        Err(WebhookError::NoSecret)
    ));
}
