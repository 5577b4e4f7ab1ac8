//! Requests to cancel: a client gets a key of the gateway's own, which stands for the target's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::postgresql::wire::{Address, CancelKey};

type Keys = Arc<Mutex<HashMap<CancelKey, Registered>>>;

/// The keys of all sessions.
#[derive(Debug, Default)]
pub(super) struct Cancels(Keys);

/// A session's key, which is forgotten when this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    keys: Keys,
    /// What the client has.
    pub(super) shown: CancelKey,
    pub(super) registered: Registered,
}

/// What a key stands for.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    address: Address,
    key: CancelKey,
    /// Whether the client asked for it since this was last taken back.
    pub(super) asked: Arc<AtomicBool>,
}

impl Registered {
    pub(super) async fn cancel(&self) {
        if let Err(fault) = self.key.cancel(&self.address).await {
            tracing::warn!(address = %self.address, %fault, "a target could not be asked to cancel");
        }
    }
}

impl Cancels {
    pub(super) fn register(&self, address: &Address, key: CancelKey) -> Held {
        let registered = Registered {
            address: address.clone(),
            key,
            asked: Arc::default(),
        };
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shown = CancelKey::random();
        while keys.contains_key(&shown) {
            shown = CancelKey::random();
        }
        keys.insert(shown, registered.clone());
        Held {
            keys: self.0.clone(),
            shown,
            registered,
        }
    }

    /// Does what a client asks for that shows a key; nothing where there is none of the kind.
    pub(super) async fn cancel(&self, shown: CancelKey) {
        let found = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&shown)
            .cloned();
        if let Some(registered) = found {
            registered.asked.store(true, Ordering::SeqCst);
            registered.cancel().await;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.shown);
    }
}
