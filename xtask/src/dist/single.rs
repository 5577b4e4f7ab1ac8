//! The verifier as one file: `breakglass-verify.html` opens from a disk, asks nobody for anything, and is the same
//! bytes whoever builds it from the same source.

use anyhow::{Result, ensure};
use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};

/// The file's name.
pub(crate) const NAME: &str = "breakglass-verify.html";

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// The page, filled but for what this adds.
    pub(crate) page: &'a str,
    pub(crate) style: &'a str,
    pub(crate) script: &'a str,
    /// What the script finds by its name instead of fetching it.
    pub(crate) data: &'a [(&'a str, &'a [u8])],
}

/// The page with everything in it, under a policy that lets exactly this script and this style be, and no request.
pub(crate) fn page(parts: &Parts<'_>) -> Result<String> {
    ensure!(
        !parts.style.to_ascii_lowercase().contains("</style"),
        "a style within a page cannot end it"
    );
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}' 'wasm-unsafe-eval'; style-src 'sha256-{}'; img-src data:; \
         connect-src 'none'; form-action 'none'; base-uri 'none'",
        Base64::encode_string(&Sha256::digest(parts.script)),
        Base64::encode_string(&Sha256::digest(parts.style)),
    );
    let data: String = parts
        .data
        .iter()
        .map(|(name, bytes)| {
            format!(
                "<script type=\"application/octet-stream\" data-name=\"{name}\">{}</script>\n",
                Base64::encode_string(bytes)
            )
        })
        .collect();
    fill(
        parts.page,
        &[
            ("content-policy", &policy),
            ("style", parts.style),
            ("data", data.trim_end()),
            ("script", parts.script),
        ],
    )
}

/// A page with values in place of `{{name}}`. Each value has its place, and no place stays empty.
pub(crate) fn fill(page: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut filled = String::with_capacity(page.len());
    let mut rest = page;
    let mut used = Vec::new();
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match values.iter().find(|(known, _)| *known == name) {
            Some((known, value)) => {
                filled.push_str(value);
                used.push(*known);
            }
            // What another call fills stays.
            None => filled.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    filled.push_str(rest);
    for (name, _) in values {
        ensure!(used.contains(name), "the page has no place for {name}");
    }
    Ok(filled)
}

/// SHA-256 as `sha256sum` prints it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_exactly_what_stands_in_the_page() {
        let parts = Parts {
            page: "<meta content=\"{{content-policy}}\"><style>{{style}}</style>{{data}}<script>{{script}}</script>",
            style: "a{}",
            script: "go('{{version}}')",
            data: &[("wasm", b"\0asm")],
        };
        let page = page(&parts).expect("all places are there");
        let hash = |text: &str| Base64::encode_string(&Sha256::digest(text));
        assert!(page.contains(&format!(
            "'sha256-{}' 'wasm-unsafe-eval'",
            hash("go('{{version}}')")
        )));
        assert!(page.contains(&format!("style-src 'sha256-{}'", hash("a{}"))));
        assert!(page.contains("data-name=\"wasm\">AGFzbQ==</script>"));
        assert!(
            page.ends_with("<script>go('{{version}}')</script>"),
            "{page}"
        );
    }

    #[test]
    fn a_value_without_a_place_is_an_error() {
        let error =
            fill("<p>{{one}}</p>", &[("one", "1"), ("two", "2")]).expect_err("no place for two");
        assert_eq!(error.to_string(), "the page has no place for two");
    }
}
