//! Moving the keyboard's focus. In the browser only; where there is no such element nothing happens.

use leptos::prelude::*;
use web_sys::HtmlElement;
use web_sys::wasm_bindgen::JsCast as _;

/// Focuses the element with that id.
pub fn focus(id: &str) {
    focus_first(&format!("#{id}"));
}

/// Focuses the first field of that name that was refused: the control itself, or the first of its choices.
pub fn focus_field(name: &str) {
    focus_first(&format!("#{name}, input[id^='{name}-']"));
}

fn focus_first(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take it leaves the focus where it is.
        let _ = element.focus();
    }
}
