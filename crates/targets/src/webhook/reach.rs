//! Where a webhook may go: public addresses, and what an operator listed.
//!
//! It is judged by the addresses that are connected to, after the name was resolved: a name that stands for another
//! address the next time (DNS rebinding) gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use access::policy::Network;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Networks of version 4 that are not public: the IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771)
/// and what is reserved (RFC 1112 §4). The two relay prefixes that were public once, 192.88.99.0/24 and
/// 192.0.0.0/24, are nobody's target.
const NOT_PUBLIC_4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// What of version 6 is public at all (RFC 4291 §2.4). Loopback, unique local, link-local, multicast and the forms that
/// carry an address of version 4 for a translator lie outside.
const PUBLIC_6: &str = "2000::/3";

/// Parts of it that are not: protocol assignments with Teredo in them, documentation, 6to4.
const NOT_PUBLIC_6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

struct Special {
    not_public: Vec<Network>,
    public_6: Network,
}

static SPECIAL: LazyLock<Special> = LazyLock::new(|| {
    let network = |text: &&str| text.parse().expect("a constant network");
    Special {
        not_public: NOT_PUBLIC_4
            .iter()
            .chain(&NOT_PUBLIC_6)
            .map(network)
            .collect(),
        public_6: network(&PUBLIC_6),
    }
});

/// The addresses that one target may have.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    /// Networks that an operator listed although they are not public.
    allowed: Vec<Network>,
    /// Without TLS nothing leaves this machine.
    loopback_only: bool,
}

/// Why an address is not called.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    /// It names nothing that can be called.
    #[error("a webhook's address is https://host/path, without a name or password in it")]
    Shape,
    /// Others could read along.
    #[error("a webhook is called over https; plain http is for this machine alone")]
    Plain,
    /// It lies where a portal has no business, unless somebody says so.
    #[error(
        "the target's address is not a public one; if that is meant, list its network as allow_private"
    )]
    NotPublic,
}

impl Reach {
    /// Judges the address as it is written. One that is a number is never resolved, so this is the only look at it.
    pub(super) fn new(url: &Url, allowed: Vec<Network>) -> Result<Self, BadAddress> {
        let bare = url.username().is_empty() && url.password().is_none();
        let host = url.host().filter(|_| bare).ok_or(BadAddress::Shape)?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(BadAddress::Shape),
        };
        let reach = Self {
            allowed,
            loopback_only: plain,
        };
        let number = match host {
            Host::Domain(name) if plain && name != "localhost" => return Err(BadAddress::Plain),
            Host::Domain(_) => return Ok(reach),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if plain && !number.to_canonical().is_loopback() {
            return Err(BadAddress::Plain);
        }
        let lets = reach.lets(number);
        lets.then_some(reach).ok_or(BadAddress::NotPublic)
    }

    /// Whether this very address may be connected to.
    fn lets(&self, address: IpAddr) -> bool {
        // ::ffff:10.0.0.1 is 10.0.0.1.
        let address = address.to_canonical();
        if self.loopback_only && !address.is_loopback() {
            return false;
        }
        is_public(address) || self.allowed.iter().any(|network| network.contains(address))
    }
}

fn is_public(address: IpAddr) -> bool {
    let special = &*SPECIAL;
    let among = |networks: &[Network]| networks.iter().any(|network| network.contains(address));
    (address.is_ipv4() || special.public_6.contains(address)) && !among(&special.not_public)
}

/// Resolves by another resolver, and hands on only what may be connected to.
pub(super) struct Guarded {
    pub(super) inner: Arc<dyn Resolve>,
    pub(super) reach: Reach,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.inner.resolve(name);
        let reach = self.reach.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            let may: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| reach.lets(address.ip()))
                .collect();
            if may.is_empty() {
                return Err(BadAddress::NotPublic.into());
            }
            Ok(Box::new(may.into_iter()) as Addrs)
        })
    }
}

/// The system's own resolver.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn reach(url: &str, allowed: &[&str]) -> Result<Reach, BadAddress> {
        let allowed = allowed.iter().map(|text| text.parse().unwrap()).collect();
        Reach::new(&url.parse().unwrap(), allowed)
    }

    #[test]
    fn only_public_addresses_are_reached() {
        let reach = reach("https://hooks.example", &[]).unwrap();
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!reach.lets(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(reach.lets(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_is_listed_is_reached_and_its_neighbours_are_not() {
        let reach = reach("https://hooks.example", &["10.1.0.0/16", "fd00:1::/32"]).unwrap();
        for (address, lets) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("fd00:1::9", true),
            ("fd00:2::9", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(reach.lets(address.parse().unwrap()), lets, "{address}");
        }
    }

    #[test]
    fn an_address_is_judged_as_it_is_written() {
        let loopback = ["127.0.0.0/8", "::1/128"];
        for (url, allowed, good) in [
            ("https://hooks.example/a?b=c", &[][..], true),
            ("https://1.1.1.1/", &[], true),
            ("https://10.0.0.1/", &[], false),
            ("https://10.0.0.1/", &["10.0.0.0/8"], true),
            // What a browser's address bar would take for 127.0.0.1 and 169.254.169.254, too.
            ("https://0x7f.1/", &[], false),
            ("https://2852039166/", &[], false),
            ("https://[::ffff:10.0.0.1]/", &[], false),
            ("https://name:word@hooks.example/", &[], false),
            ("http://hooks.example/", &loopback, false),
            ("http://1.1.1.1/", &loopback, false),
            ("http://10.0.0.1/", &["10.0.0.0/8"], false),
            ("http://127.0.0.1:1/", &[], false),
            ("http://127.0.0.1:1/", &loopback, true),
            ("http://[::1]:1/", &loopback, true),
            ("http://localhost:1/", &loopback, true),
            ("ftp://hooks.example/", &[], false),
        ] {
            assert_eq!(reach(url, allowed).is_ok(), good, "{url}");
        }
    }

    /// Whatever the resolver says of `localhost`, plain http goes to this machine.
    #[test]
    fn without_tls_nothing_leaves_this_machine() {
        let reach = reach("http://localhost:1/", &["127.0.0.0/8", "10.0.0.0/8"]).unwrap();
        assert!(reach.lets("127.0.0.1".parse().unwrap()));
        assert!(!reach.lets("10.0.0.1".parse().unwrap()));
        assert!(!reach.lets("1.1.1.1".parse().unwrap()));
    }
}
