//! Networks by address and length of their prefix.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A network in CIDR form, without bits beside its prefix: `10.0.0.0/8`, `2001:db8::/32`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network: write its first address and the length of its prefix, as 10.0.0.0/8")]
pub struct BadNetwork(String);

impl Network {
    /// Whether the address lies in it. One of version 4 that came in the form of version 6 is one of
    /// version 4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let network = text.parse::<IpNet>().ok();
        let exact = |network: &IpNet| network.trunc() == *network && network.to_string() == text;
        let bad = || BadNetwork(text.to_owned());
        network.filter(exact).map(Self).ok_or_else(bad)
    }
}

impl TryFrom<String> for Network {
    type Error = BadNetwork;

    fn try_from(text: String) -> Result<Self, BadNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_whatever_form_it_came_in() {
        let network: Network = "10.0.0.0/8".parse().expect("a network");
        let holds = |address: &str| network.contains(address.parse().expect("an address"));
        assert!(holds("10.255.0.1") && holds("::ffff:10.1.2.3"));
        assert!(!holds("11.0.0.1") && !holds("::10.1.2.3"));
    }

    #[test]
    fn one_network_has_one_form() {
        for text in [
            "10.1.0.0/8",
            "10.0.0.0",
            "10.0.0.0/33",
            "2001:DB8::/32",
            "2001:db8:0::/32",
            "x/8",
            "",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert!("0.0.0.0/0".parse::<Network>().is_ok() && "::1/128".parse::<Network>().is_ok());
    }
}
