//! The policy editor's part that runs in the browser: a policy's file, checked while it is typed.
//!
//! It reads and writes texts and nothing else: it makes no request, and what it says binds nobody. The
//! portal reads the file again when it is posted. What the functions do stands in `edit`, which tests on
//! the host drive.

mod edit;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the loader, once.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// What a policy's file says, and what is wrong with it.
///
/// `zones_json` is an object: the rule of each time zone that the portal knows (POSIX `TZ`), by its name.
/// The answer is one as well: `{errors, warnings, policy, sentences}`. Errors and warnings are
/// `{line, column, at, why}`, counted from 1; `policy` is null until every member can be read.
///
/// # Errors
///
/// A sentence, where `zones_json` is no such object.
#[wasm_bindgen]
pub fn check(toml_text: &str, zones_json: &str) -> Result<String, String> {
    edit::check(toml_text, zones_json)
}

/// The file that says what a form says: `policy_json` has the members of a policy, right or wrong.
///
/// # Errors
///
/// A sentence, where it is no JSON.
#[wasm_bindgen]
pub fn to_toml(policy_json: &str) -> Result<String, String> {
    edit::to_toml(policy_json)
}

/// The differences between the version in force (or null) and another, as a list of
/// `{at, words, looser}`; `looser` is null where it is neither or both.
///
/// # Errors
///
/// A sentence, where one of them is no policy.
#[wasm_bindgen]
pub fn diff(old_json: &str, new_json: &str) -> Result<String, String> {
    edit::diff(old_json, new_json)
}
