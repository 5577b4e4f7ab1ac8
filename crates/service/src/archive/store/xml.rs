//! What S3 says, as XML.

use roxmltree::{Document, Node};

/// The word for what went wrong in S3's answer, if it has one.
pub(super) fn error_code(xml: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let code = text(document.root_element(), "Code")?;
    let plain = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| code.to_owned())
}

/// The keys in an answer to `ListObjectsV2`, and whether there are more; `None` where it is none.
pub(super) fn listed(xml: &str) -> Option<(Vec<String>, bool)> {
    let document = Document::parse(xml).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "ListBucketResult" {
        return None;
    }
    let mut keys = Vec::new();
    for object in children(root, "Contents") {
        keys.push(text(object, "Key")?.to_owned());
    }
    Some((keys, text(root, "IsTruncated") == Some("true")))
}

pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    children(node, name).next()
}

pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim)
}

/// Whatever their namespace: not every server gives one.
fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_word_is_an_error_code() {
        let code = |code: &str| error_code(&format!("<Error><Code>{code}</Code></Error>"));
        assert_eq!(code("NoSuchKey").as_deref(), Some("NoSuchKey"));
        assert_eq!(code("two words\n"), None);
        assert_eq!(error_code("nothing"), None);
    }

    #[test]
    fn a_list_names_keys_and_whether_there_are_more() {
        let xml = |inside: &str| {
            format!(
                r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</ListBucketResult>"#
            )
        };
        let two = "<Contents><Key>a/1</Key></Contents><Name>log</Name><Contents><Size>3</Size><Key>a/2</Key></Contents>";
        let keys = vec!["a/1".to_owned(), "a/2".to_owned()];
        assert_eq!(
            listed(&xml(&format!("{two}<IsTruncated>true</IsTruncated>"))),
            Some((keys.clone(), true))
        );
        assert_eq!(
            listed(&xml(&format!("<IsTruncated>false</IsTruncated>{two}"))),
            Some((keys, false))
        );
        assert_eq!(listed(&xml("")), Some((Vec::new(), false)));
        for none in ["", "<html/>", "<ListBucketResult>"] {
            assert_eq!(listed(none), None, "{none}");
        }
    }
}
