//! Sign-in attempts, so many from one address and no more.
//!
//! Each costs a row, a request to the provider, or a signature check; a flood of them must not keep an approver
//! waiting. The buckets are this process's own: with n replicas the limit is n times as high, which is still a limit.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Problem;
use super::client_ip::client_ip;

/// So many attempts at once: a whole team behind one address in an incident. A sign-in takes two, one each way.
const BURST: u32 = 120;

/// One more after each of these.
const REFILL: Duration = Duration::from_millis(250);

/// So many addresses are remembered before the idle ones are dropped.
const MAX_ADDRESSES: usize = 20_000;

/// Token buckets by address. Owner of the map: this type; the lock is held for a look-up only.
#[derive(Debug, Clone, Default)]
pub struct Flood {
    buckets: Arc<Mutex<HashMap<IpAddr, Bucket>>>,
    trusted: Arc<[IpAddr]>,
}

#[derive(Debug)]
struct Bucket {
    tokens: u32,
    since: Instant,
}

impl Flood {
    /// Full buckets; these proxies' word is taken for where a request comes from.
    pub fn new(trusted: &[IpAddr]) -> Self {
        Self {
            buckets: Arc::default(),
            trusted: trusted.into(),
        }
    }

    /// Takes a token of this address, if it has one left.
    fn admits(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_ADDRESSES {
            buckets.retain(|_, bucket| now.duration_since(bucket.since) < REFILL * BURST);
        }
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&network(address)) {
            return false;
        }
        let bucket = buckets.entry(network(address)).or_insert(Bucket {
            tokens: BURST,
            since: now,
        });
        let refills = now.duration_since(bucket.since).as_millis() / REFILL.as_millis();
        if let Ok(refills @ 1..) = u32::try_from(refills) {
            bucket.tokens = bucket.tokens.saturating_add(refills).min(BURST);
            bucket.since += REFILL * refills;
        }
        let admitted = bucket.tokens > 0;
        bucket.tokens = bucket.tokens.saturating_sub(1);
        admitted
    }
}

/// Refuses attempts beyond the limit.
pub(super) async fn limit(State(flood): State<Flood>, request: Request, next: Next) -> Response {
    if flood.admits(client_ip(&request, &flood.trusted), Instant::now()) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many sign-ins at once",
        "From your network more sign-ins were begun than the portal takes at a time. Nothing was changed. Wait ten \
         seconds, then try again.",
    )
    .link("Try again", "/sign-in")
    .retry_after(10)
    .into_response()
}

/// One IPv6 customer has a /64 at least (RFC 6177): its addresses are one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_at_a_time() {
        let flood = Flood::default();
        let address = IpAddr::from([192, 0, 2, 1]);
        let start = Instant::now();
        assert!((0..BURST).all(|_| flood.admits(address, start)));
        assert!(!flood.admits(address, start));
        assert!(flood.admits(IpAddr::from([192, 0, 2, 2]), start));
        assert!(flood.admits(address, start + REFILL));
        assert!(!flood.admits(address, start + REFILL));
        assert!((0..BURST).all(|_| flood.admits(address, start + REFILL * 1_000)));
    }

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let flood = Flood::default();
        let start = Instant::now();
        let taken = (0..=BURST).filter(|n| {
            flood.admits(
                IpAddr::V6(Ipv6Addr::new(
                    0x2001,
                    0xdb8,
                    0,
                    1,
                    0,
                    0,
                    0,
                    u16::try_from(*n).unwrap_or(0),
                )),
                start,
            )
        });
        assert_eq!(taken.count(), BURST as usize);
    }
}
