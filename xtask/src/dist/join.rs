//! Modules of JavaScript in one script, for a page that may load none.
//!
//! Each module becomes a function that is called once and returns what it exports; its imports are taken from the
//! modules before it. The last one stands as written, so that it may wait at its top level. Only the forms of
//! `import` and `export` that our own modules and wasm-bindgen's use are known; any other is an error, not a guess.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};

/// The modules in an order in which each stands behind those that it imports: name without `.js`, and text.
pub(crate) fn join(modules: &[(&str, &str)]) -> Result<String> {
    let mut known = BTreeSet::new();
    let mut script = String::new();
    for (position, (name, text)) in modules.iter().enumerate() {
        let module = Module::read(text, &known).with_context(|| format!("module {name}"))?;
        if position + 1 == modules.len() {
            script.push_str(&module.body);
        } else {
            let exports = module.exports.join(", ");
            script.push_str(&format!(
                "const {} = (() => {{\n{}return {{ {exports} }};\n}})();\n",
                variable(name),
                module.body
            ));
        }
        known.insert((*name).to_owned());
    }
    // Within a page, either would end the script or hide the rest of it.
    for forbidden in ["</script", "<!--"] {
        ensure!(
            !script.to_ascii_lowercase().contains(forbidden),
            "a script within a page cannot hold `{forbidden}`"
        );
    }
    Ok(script)
}

/// A module without its `import` and `export`.
#[derive(Debug, Default)]
struct Module {
    body: String,
    /// `name`, or `name: inner` where the module calls it otherwise.
    exports: Vec<String>,
}

impl Module {
    fn read(text: &str, known: &BTreeSet<String>) -> Result<Module> {
        let mut module = Module::default();
        for line in text.lines() {
            if line.starts_with("import ") {
                module.body.push_str(&import(line, known)?);
            } else if let Some(exported) = line.strip_prefix("export ") {
                module.export(exported)?;
            } else {
                module.body.push_str(line);
            }
            module.body.push('\n');
        }
        Ok(module)
    }

    fn export(&mut self, exported: &str) -> Result<()> {
        if let Some(list) = braced(exported) {
            for part in list {
                let (inner, name) = part.split_once(" as ").unwrap_or((part, part));
                self.exports.push(if inner == name {
                    name.to_owned()
                } else {
                    format!("{name}: {inner}")
                });
            }
            return Ok(());
        }
        let name = ["async function ", "function ", "class ", "const "]
            .iter()
            .find_map(|kind| exported.strip_prefix(kind))
            .and_then(|rest| {
                rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                    .next()
            })
            .filter(|name| !name.is_empty())
            .with_context(|| format!("`export {exported}` is of no known form"))?;
        self.exports.push(name.to_owned());
        self.body.push_str(exported);
        Ok(())
    }
}

/// `import init, { a, b as c } from './name.js';` as the parts of what that module returned.
fn import(line: &str, known: &BTreeSet<String>) -> Result<String> {
    let parsed = line
        .strip_prefix("import ")
        .and_then(|rest| rest.strip_suffix("';"))
        .and_then(|rest| rest.split_once(" from './"))
        .and_then(|(what, file)| Some((what, file.strip_suffix(".js")?)));
    let Some((what, name)) = parsed else {
        bail!("`{line}` is of no known form");
    };
    ensure!(
        known.contains(name),
        "`{name}` is imported before it stands there"
    );
    let (whole, list) = match what.find('{') {
        Some(at) => (what[..at].trim().trim_end_matches(','), &what[at..]),
        None => (what.trim(), "{}"),
    };
    let mut parts = Vec::new();
    if !whole.is_empty() {
        parts.push(format!("default: {whole}"));
    }
    let list = braced(list).with_context(|| format!("`{line}` is of no known form"))?;
    parts.extend(list.into_iter().map(|part| part.replace(" as ", ": ")));
    Ok(format!(
        "const {{ {} }} = {};",
        parts.join(", "),
        variable(name)
    ))
}

/// `{ a, b }` as its parts.
fn braced(text: &str) -> Option<Vec<&str>> {
    let inner = text
        .trim()
        .trim_end_matches(';')
        .strip_prefix('{')?
        .strip_suffix('}')?;
    let parts = inner.split(',').map(str::trim);
    Some(parts.filter(|part| !part.is_empty()).collect())
}

/// What the script calls a module.
fn variable(name: &str) -> String {
    format!("${}", name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_see_what_they_import_and_nothing_else() {
        let verifier = "const hidden = 1;\nexport class Session {\n}\nfunction start() {}\nexport { start as default, hidden };\n";
        let page =
            "import init, { Session, hidden as found } from './verifier-glue.js';\nawait init();\n";
        let script = join(&[("verifier-glue", verifier), ("page", page)]).expect("known forms");
        assert_eq!(
            script,
            "const $verifier_glue = (() => {\nconst hidden = 1;\nclass Session {\n}\nfunction start() {}\n\n\
             return { Session, default: start, hidden };\n})();\n\
             const { default: init, Session, hidden: found } = $verifier_glue;\nawait init();\n"
        );
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (module, why) in [
            ("import { a } from './later.js';\n", "before it stands"),
            (
                "import './effect.js';\nimport { a } from 'elsewhere';\n",
                "no known form",
            ),
            ("export default 3;\n", "no known form"),
            ("const text = '</script>';\n", "cannot hold"),
        ] {
            let error = join(&[("page", module)]).expect_err(module);
            assert!(format!("{error:#}").contains(why), "{module}: {error:#}");
        }
    }
}
