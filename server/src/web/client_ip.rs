//! Who is on the other end of the wire.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// The proxies whose word about addresses counts.
#[derive(Debug, Clone)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

/// The same where a policy goes by it: nothing where a trusted proxy says something that cannot be read, so that
/// nobody passes for the proxy.
pub(crate) fn certain_ip(request: &Request, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer(request);
    match trusted.contains(&peer) {
        true => forwarded(request.headers(), trusted).filter(|address| !trusted.contains(address)),
        false => Some(peer),
    }
}

/// The address of the browser: the peer's, or, where the peer is a trusted proxy, the last one in `X-Forwarded-For`
/// that is not one. What stands further left anybody can have written.
pub(super) fn client_ip(request: &Request, trusted: &[IpAddr]) -> IpAddr {
    let peer = peer(request);
    if trusted.contains(&peer) {
        forwarded(request.headers(), trusted).unwrap_or(peer)
    } else {
        peer
    }
}

fn peer(request: &Request) -> IpAddr {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(address)| {
            address.ip().to_canonical()
        })
}

fn forwarded(headers: &HeaderMap, trusted: &[IpAddr]) -> Option<IpAddr> {
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().ok())
        .collect::<Option<_>>()?;
    let mut last = None;
    for text in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let address: IpAddr = text.trim().parse().ok()?;
        let address = address.to_canonical();
        last = Some(address);
        if !trusted.contains(&address) {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn nobody_passes_for_the_proxy_where_a_policy_goes_by_networks() {
        let certain = |peer: &str, forwarded: &[u8]| {
            let mut request = Request::new(Body::empty());
            let peer: SocketAddr = peer.parse().expect("an address");
            request.extensions_mut().insert(ConnectInfo(peer));
            let value = http::HeaderValue::from_bytes(forwarded).expect("a value");
            request.headers_mut().append("x-forwarded-for", value);
            let proxy = "10.0.0.1".parse().expect("an address");
            certain_ip(&request, &[proxy]).map(|address| address.to_string())
        };
        assert_eq!(
            certain("10.0.0.1:1", b"198.51.100.1").as_deref(),
            Some("198.51.100.1")
        );
        assert_eq!(
            certain("192.0.2.7:1", b"10.0.0.9").as_deref(),
            Some("192.0.2.7")
        );
        for forged in [&b"\xff, 198.51.100.1"[..], b"nonsense", b"", b"10.0.0.1"] {
            assert_eq!(certain("10.0.0.1:1", forged), None);
        }
    }

    fn seen(peer: &str, forwarded: &[&'static str]) -> String {
        let mut request = Request::new(Body::empty());
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        for value in forwarded {
            request
                .headers_mut()
                .append("x-forwarded-for", http::HeaderValue::from_static(value));
        }
        client_ip(
            &request,
            &[
                "10.0.0.1".parse().expect("an address"),
                "10.0.0.2".parse().expect("an address"),
            ],
        )
        .to_string()
    }

    #[test]
    fn forwarded_counts_from_trusted_proxies_only() {
        assert_eq!(seen("192.0.2.7:1", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(seen("10.0.0.1:1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            seen("10.0.0.1:1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1:1", &["203.0.113.9", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1:1", &["nonsense"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1:1", &[]), "10.0.0.1");
        assert_eq!(seen("[::ffff:192.0.2.7]:1", &[]), "192.0.2.7");
    }
}
