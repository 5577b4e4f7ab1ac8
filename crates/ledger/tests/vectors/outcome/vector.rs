//! One vector file: headers, an empty line, the content.

use ledger::policy::Policy;
use ledger::{Origin, VerifierKey};

pub(crate) struct Vector {
    pub(crate) name: String,
    headers: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
}

impl Vector {
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Self {
        let split = find(bytes, b"\n\n").expect("an empty line ends the headers");
        let head = std::str::from_utf8(&bytes[..split]).expect("headers are text");
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header is `name: value`");
            (name.to_owned(), value.to_owned())
        };
        Self {
            name: name.to_owned(),
            headers: head.lines().map(header).collect(),
            content: bytes[split + 2..].to_vec(),
        }
    }

    /// Alters one bit of the content, the lowest of its first byte being 0.
    #[allow(dead_code, reason = "the test of the vectors reads them as they are")]
    pub(crate) fn flip(&mut self, bit: u32) {
        self.content[bit as usize / 8] ^= 1 << (bit % 8);
    }

    pub(crate) fn all<'a>(&'a self, header: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(name, _)| name == header)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn one<'a>(&'a self, header: &'a str) -> &'a str {
        self.all(header).next().expect("the header is there")
    }

    pub(crate) fn keys(&self) -> Vec<VerifierKey> {
        self.all("key")
            .map(|key| key.parse().expect("the keys of vectors are sound"))
            .collect()
    }

    pub(crate) fn origin(&self) -> Origin {
        self.one("origin")
            .parse()
            .expect("the origins of vectors are sound")
    }

    /// The content where it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }

    /// The policy that the reader holds.
    pub(crate) fn policy(&self) -> Policy {
        let lines: String = self.all("policy").map(|line| format!("{line}\n")).collect();
        Policy::parse(lines.as_bytes()).expect("the policies of vectors are sound")
    }
}

pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
