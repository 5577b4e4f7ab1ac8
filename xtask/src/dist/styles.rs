//! One stylesheet of many partials: `style/main.css` names them in order, with their layers.
//!
//! ```css
//! @layer tokens, base, components;
//! @import url("tokens.css") layer(tokens);
//! @import "components/button.css" layer(components);
//! ```

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The stylesheet, partials in place of their imports, comments left out. Without `main.css` every
/// partial counts, by name.
pub(crate) fn bundle(folder: &Path) -> Result<String> {
    let main = folder.join("main.css");
    let text = if main.exists() {
        inline(&main)?
    } else {
        let mut partials: Vec<_> = fs::read_dir(folder)
            .map(|files| {
                files
                    .filter_map(|file| file.ok().map(|file| file.path()))
                    .collect()
            })
            .unwrap_or_default();
        partials.retain(|path: &std::path::PathBuf| {
            path.extension().is_some_and(|extension| extension == "css")
        });
        partials.sort();
        partials
            .iter()
            .map(|path| inline(path))
            .collect::<Result<String>>()?
    };
    Ok(tight(&text))
}

fn inline(file: &Path) -> Result<String> {
    let text =
        fs::read_to_string(file).with_context(|| format!("{} is missing", file.display()))?;
    let folder = file.parent().context("a stylesheet lies in no folder")?;
    let mut out = String::with_capacity(text.len());
    for line in without_comments(&text).lines() {
        match Import::of(line) {
            Some(import) => {
                let partial = inline(&folder.join(import.path))?;
                match import.layer {
                    Some(layer) => out.push_str(&format!("@layer {layer} {{\n{partial}\n}}\n")),
                    None => out.push_str(&partial),
                }
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    Ok(out)
}

/// One `@import` of a file of ours.
#[derive(Debug, PartialEq, Eq)]
struct Import<'a> {
    path: &'a str,
    layer: Option<&'a str>,
}

impl<'a> Import<'a> {
    fn of(line: &'a str) -> Option<Import<'a>> {
        let rest = line
            .trim()
            .strip_prefix("@import")?
            .trim()
            .strip_suffix(';')?;
        let quote = rest.find(['"', '\''])?;
        let (quoted, mark) = (&rest[quote + 1..], rest[quote..].chars().next()?);
        let (path, after) = quoted.split_once(mark)?;
        let layer = after
            .split_once("layer(")
            .and_then(|(_, layer)| layer.split_once(')'))
            .map(|(layer, _)| layer.trim());
        Some(Import { path, layer })
    }
}

/// Comments in CSS neither nest nor stand in a string here.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

/// Without indentation and empty lines: compression does the rest.
fn tight(text: &str) -> String {
    let mut out: String = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read() {
        assert_eq!(
            Import::of("  @import url(\"parts/button.css\") layer(components);"),
            Some(Import {
                path: "parts/button.css",
                layer: Some("components")
            })
        );
        assert_eq!(
            Import::of("@import 'a.css';"),
            Some(Import {
                path: "a.css",
                layer: None
            })
        );
        assert_eq!(Import::of("@layer a, b;"), None);
    }

    #[test]
    fn partials_stand_in_order_inside_their_layers() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::write(
            dir.path().join("main.css"),
            "@layer b, a;\n@import \"b.css\" layer(b);\n@import \"a.css\";\n",
        )
        .expect("a file");
        fs::write(
            dir.path().join("a.css"),
            "/* why */\n.a {\n  color: red;\n}\n",
        )
        .expect("a file");
        fs::write(dir.path().join("b.css"), ".b { color: blue; }\n").expect("a file");
        let bundle = bundle(dir.path()).expect("all partials are there");
        assert_eq!(
            bundle,
            "@layer b, a;\n@layer b {\n.b { color: blue; }\n}\n.a {\ncolor: red;\n}\n"
        );
    }
}
