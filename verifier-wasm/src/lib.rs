//! The browser's verifier: chain, tree, signatures and rules, in a Web Worker.
//!
//! It makes no request and reads no clock: its page hands it bytes.
//!
//! The classes are thin shells around the crate `verify`, which tests on the host drive as the worker does.

use verify::{LogFileParts, LogKey, Remembered, TrustPolicy};
use wasm_bindgen::prelude::wasm_bindgen;

/// A check of one log, from the checkpoint to the report. The caller fetches what
/// [`request`](Session::request) names, feeds the bytes and says where they end.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session {
    key: LogKey,
    remembered: Vec<Remembered>,
    policy: Option<TrustPolicy>,
    begun: Option<verify::Session>,
}

#[wasm_bindgen]
impl Session {
    /// A check under the key that the auditor holds, `<log>+<key id>+<base64>`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the key and what to do.
    #[wasm_bindgen(constructor)]
    pub fn new(vkey: &str) -> Result<Session, String> {
        console_error_panic_hook::set_once();
        let key = LogKey::parse(vkey).map_err(|error| error.to_string())?;
        Ok(Self {
            key,
            remembered: Vec::new(),
            policy: None,
            begun: None,
        })
    }

    /// A checkpoint that this browser saw of the log earlier, with its signed note where it was kept; call it for
    /// each of them, before the first request.
    ///
    /// # Errors
    /// A sentence, where what was remembered is no checkpoint.
    pub fn remember(&mut self, size: f64, root: &str, at: &str, note: &str) -> Result<(), String> {
        let unreadable = || {
            "What this browser remembers of the log cannot be read. Choose \"Forget this log\", \
             then verify again."
                .to_owned()
        };
        let root = root.parse().map_err(|_| unreadable())?;
        // Sizes are whole numbers below 2^53, where a JavaScript number is exact.
        if !(0.0..9_007_199_254_740_992.0).contains(&size) || size.fract() != 0.0 {
            return Err(unreadable());
        }
        self.remembered.push(Remembered {
            size: size as u64,
            root,
            at: at.to_owned(),
            note: note.to_owned(),
        });
        Ok(())
    }

    /// Whom the auditor wants to have looked, as the text of a trust policy (tlog-policy); call it before
    /// the first request.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it and what to do.
    pub fn policy(&mut self, text: &str) -> Result<(), String> {
        let policy = TrustPolicy::parse(text.as_bytes(), &self.key);
        self.policy = Some(policy.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Goes on from an earlier check that [`save`](Session::save) wrote down, made `at` that time; call it before the
    /// first request. False, and everything is read, where the bytes are no such thing.
    pub fn resume(&mut self, saved: &[u8], at: &str) -> bool {
        self.session().resume(saved, at)
    }

    /// What was kept is of no use after all: everything is read.
    pub fn start_over(&mut self) {
        self.session().start_over();
    }

    /// How many entries the earlier check has read.
    pub fn resumed(&mut self) -> f64 {
        self.session().resumed() as f64
    }

    /// How far the check came in blocks, for [`resume`](Session::resume) of the same module another time. Nothing where
    /// it found something. Call it before [`joined`](Session::joined).
    pub fn save(&mut self) -> Option<Vec<u8>> {
        self.session().save()
    }

    /// The next request as JSON: `path` below the log's prefix, `purpose` (`checkpoint`, `witnessed`, `stream`,
    /// `locate`, `show`), and whether it is `needed`. Nothing when the report is there.
    pub fn request(&mut self) -> Option<String> {
        let request = self.session().request()?;
        serde_json::to_string(&request).ok()
    }

    /// Takes bytes of the answer, cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.session().feed(chunk);
    }

    /// Whether more of the answer is wanted: where not, stop reading and call [`end`](Session::end).
    pub fn wants(&mut self) -> bool {
        self.session().wants()
    }

    /// Whether the stream goes on in another answer once this one has ended.
    pub fn continues(&mut self) -> bool {
        self.session().continues()
    }

    /// The sizes that each [`Hasher`] is to be made with.
    pub fn marks(&mut self) -> Vec<f64> {
        let marks = self.session().marks();
        marks.into_iter().map(|size| size as f64).collect()
    }

    /// The answer that begins at an entry, for whoever reads the log in blocks, as JSON: its `path` and the `count` of
    /// its entries. Nothing after the last.
    pub fn stretch_from(&mut self, first: f64) -> Option<String> {
        let stretch = self.session().stretch_from(first as u64)?;
        serde_json::to_string(&stretch).ok()
    }

    /// Takes what a [`Hasher`] says of the next block, in the log's order. False where it does not fit: read in
    /// order then, as [`request`](Session::request) still says.
    pub fn join(&mut self, block: &[u8]) -> bool {
        self.session().join(block)
    }

    /// Something did not fit at this place: read in order then.
    pub fn doubt(&mut self, place: f64) {
        self.session().doubt(place as u64);
    }

    /// All blocks were joined, so many bytes together, and the replay was told. Whether the report is there; where it
    /// is not, read in order.
    pub fn joined(&mut self, bytes: f64) -> bool {
        self.session().joined(bytes as u64)
    }

    /// What the replay of the same stream came to, as [`Rules::end`] gave it: to be told before the
    /// stream's end.
    ///
    /// # Errors
    /// A sentence, where it is nothing that a replay says.
    pub fn replayed(&mut self, json: &str) -> Result<(), String> {
        let replayed = serde_json::from_str(json);
        let replayed = replayed.map_err(|error| format!("The replay failed: {error}."))?;
        self.session().replayed(replayed);
        Ok(())
    }

    /// The answer has ended.
    pub fn end(&mut self) {
        self.session().end();
    }

    /// The request was refused. Where it was needed, give the check up instead.
    pub fn refuse(&mut self) {
        self.session().refuse();
    }

    /// How many entries the checkpoint covers.
    pub fn size(&mut self) -> f64 {
        self.session().size() as f64
    }

    /// The signed root in base64.
    pub fn root(&mut self) -> Option<String> {
        self.session().root().map(|root| root.to_string())
    }

    /// How many entries were read.
    pub fn entries(&mut self) -> f64 {
        self.session().entries() as f64
    }

    /// How many bytes of entries were read.
    pub fn bytes(&mut self) -> f64 {
        self.session().bytes() as f64
    }

    /// `checkpoint`, `reading`, `locating` or `done`.
    pub fn stage(&mut self) -> String {
        self.session().stage().to_owned()
    }

    /// Entries beside which something does not fit, as far as the stream alone shows.
    pub fn suspects(&mut self) -> Vec<f64> {
        self.session()
            .suspects()
            .into_iter()
            .map(|seq| seq as f64)
            .collect()
    }

    /// The report as JSON, when there is nothing more to fetch.
    pub fn report(&mut self) -> Option<String> {
        let report = self.session().report()?;
        serde_json::to_string(report).ok()
    }

    fn session(&mut self) -> &mut verify::Session {
        let Self {
            key,
            remembered,
            policy,
            begun,
        } = self;
        begun.get_or_insert_with(|| {
            let session = verify::Session::new(key.clone(), remembered.clone());
            match policy.clone() {
                Some(policy) => session.with_policy(policy),
                None => session,
            }
        })
    }
}

/// Reads blocks of entries, to run in workers of its own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Hasher {
    hasher: verify::Hasher,
}

#[wasm_bindgen]
impl Hasher {
    /// A reader that notes the root at each of these sizes.
    #[wasm_bindgen(constructor)]
    pub fn new(marks: Vec<f64>) -> Hasher {
        console_error_panic_hook::set_once();
        let marks: Vec<u64> = marks.into_iter().map(|size| size as u64).collect();
        Self {
            hasher: verify::Hasher::new(&marks),
        }
    }

    /// Reads whole entries, framed as in a bundle, the first of which has the number `first`.
    ///
    /// # Errors
    /// The place at which something does not fit.
    pub fn block(&mut self, first: f64, bytes: &[u8]) -> Result<Vec<u8>, f64> {
        let read = self.hasher.block(first as u64, bytes);
        read.map_err(|place| place as f64)
    }
}

/// A replay of the log's rules over the same stream, to run in a worker of its own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rules {
    replay: verify::Replay,
}

#[wasm_bindgen]
impl Rules {
    /// A replay of the first `size` entries.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64) -> Rules {
        console_error_panic_hook::set_once();
        // A size beyond what a number holds exactly is cut to it; the checkpoint's own is compared later.
        Self {
            replay: verify::Replay::new(size as u64),
        }
    }

    /// A replay of the first `size` entries that goes on from one that [`save`](Rules::save) wrote down. Nothing where
    /// the bytes are no such thing.
    pub fn resume(saved: &[u8], size: f64) -> Option<Rules> {
        console_error_panic_hook::set_once();
        let replay = verify::Replay::resume(saved, size as u64)?;
        Some(Self { replay })
    }

    /// How far it came, for [`resume`](Rules::resume) of the same module another time. Nothing where it found something.
    pub fn save(&mut self) -> Option<Vec<u8>> {
        self.replay.save()
    }

    /// How many entries it has read.
    pub fn seen(&self) -> f64 {
        self.replay.seen() as f64
    }

    /// Takes bytes of the stream, cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.replay.feed(chunk);
    }

    /// The stream has ended: what the replay came to, for [`Session::replayed`].
    pub fn end(&self) -> Option<String> {
        serde_json::to_string(&self.replay.end()).ok()
    }
}

/// Checks the evidence of one request, a file, under the key that the auditor holds: the report as JSON.
///
/// # Errors
/// A sentence where the key or the file is none; then nothing was judged.
#[wasm_bindgen]
pub fn check_evidence(vkey: &str, file: &[u8]) -> Result<String, String> {
    console_error_panic_hook::set_once();
    let key = LogKey::parse(vkey).map_err(|error| error.to_string())?;
    let report = verify::evidence_bundle::check(&key, file).map_err(|error| error.to_string())?;
    serde_json::to_string(&report).map_err(|error| error.to_string())
}

/// SHA-256 of the bytes in base64: what tells one verifier from another.
#[wasm_bindgen]
pub fn digest(bytes: &[u8]) -> String {
    verify::Digest::of(bytes).to_string()
}

/// What a key is, as JSON: `log`, `vkey`, `key_id`, `fingerprint`.
///
/// # Errors
/// A sentence that says what is wrong with the key and what to do.
#[wasm_bindgen]
pub fn inspect_key(vkey: &str) -> Result<String, String> {
    let key = LogKey::parse(vkey).map_err(|error| error.to_string())?;
    serde_json::to_string(&key.facts()).map_err(|error| error.to_string())
}

/// Where the parts of a log file lie, as JSON: `checkpoint`, `leaves` and `entries`, each with the `start` and
/// the `end` of its bytes. `head` are the file's first 128 bytes, or all of a shorter one.
///
/// # Errors
/// A sentence that says why it is no log file.
#[wasm_bindgen]
pub fn log_file_parts(head: &[u8], file_len: f64) -> Result<String, String> {
    // A file's length is a whole number below 2^53.
    let parts = LogFileParts::of(head, file_len as u64).map_err(|error| error.to_string())?;
    serde_json::to_string(&parts).map_err(|error| error.to_string())
}
