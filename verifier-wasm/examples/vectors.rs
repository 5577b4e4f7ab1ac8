//! The readers of the ledger in WebAssembly: `verdict` says of a vector what the native test says of it.
//! `cargo xtask test --only vectors` compares the two.
#![allow(
    clippy::expect_used,
    reason = "a vector that cannot be read is a failed test"
)]

#[path = "../../crates/ledger/tests/vectors/outcome/mod.rs"]
mod outcome;

use wasm_bindgen::prelude::wasm_bindgen;

/// The verdict on a vector file, as it is or with one bit of its content altered.
#[wasm_bindgen]
pub fn verdict(name: &str, file: &[u8], bit: Option<u32>) -> String {
    let mut vector = outcome::Vector::parse(name, file);
    if let Some(bit) = bit {
        vector.flip(bit);
    }
    vector.outcome().verdict()
}
