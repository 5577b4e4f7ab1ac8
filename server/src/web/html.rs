//! The small pages that the server draws itself, when there is no reason to trust that anything larger works.

use super::assets::Stylesheet;

/// Their content security policy: a style sheet, and nothing else at all.
pub(super) const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// One page with a heading, a paragraph and perhaps a link. Everything is escaped.
pub(super) fn page(
    title: &str,
    text: &str,
    link: Option<(&str, &str)>,
    stylesheet: &Stylesheet,
) -> String {
    let title = escape(title);
    let text = escape(text);
    let style = stylesheet
        .href()
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(href)))
        .unwrap_or_default();
    let link = link
        .map(|(text, href)| {
            format!(
                "<p><a class=\"button\" href=\"{}\">{}</a></p>",
                escape(href),
                escape(text)
            )
        })
        .unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
         <title>{title} · Breakglass</title>{style}</head>\
         <body><main class=\"problem\"><h1>{title}</h1><p>{text}</p>{link}</main></body></html>"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        let page = page(
            "<b>",
            "\"><script>alert(1)</script>",
            Some(("go", "\"onclick='x'")),
            &Stylesheet::none(),
        );
        assert!(!page.contains("<script>"));
        assert!(!page.contains("<b>"));
        assert!(page.contains("&quot;onclick=&#39;x&#39;"));
    }
}
