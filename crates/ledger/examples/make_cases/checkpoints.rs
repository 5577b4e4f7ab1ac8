//! Checkpoints with one bit altered.

use std::error::Error;

use base64ct::{Base64, Encoding as _};
use ledger::{CosigningKey, Note};

use crate::log::Log;
use crate::{Cases, spread};

/// How many bits of each log's checkpoint are altered; all of them in the checkpoint that has it all.
const BITS: usize = 100;
const ALL_BITS_OF: usize = 257;

/// How a signature line begins: U+2014 and a space.
const DASH: &str = "\u{2014} ";

/// Six bits a character: the key id's 32 end within the sixth.
const KEY_ID_CHARACTERS: usize = 6;

/// One bit of the checkpoint is not as it was signed.
pub(crate) fn altered(cases: &mut Cases, log: &Log) -> Result<(), Box<dyn Error>> {
    let fields = fields(&log.checkpoint)?;
    let all = fields.len() * 8;
    let count = if log.entries.len() == ALL_BITS_OF {
        all
    } else {
        BITS
    };
    for bit in spread(all, count) {
        let field = fields[bit / 8];
        let name = format!("{} checkpoint bit {bit}", log.name);
        let what = [log.name.clone(), format!("checkpoint^{bit}")];
        cases.add("log", &name, field, "reject", &what);
    }
    Ok(())
}

/// A second signature, by a witness that no reader knows: it is valid to be passed over, and one bit of its
/// line decides only whether the line is still one.
pub(crate) fn cosigned(cases: &mut Cases, log: &Log) -> Result<(), Box<dyn Error>> {
    let witness = CosigningKey::from_seed("witness.example/w", [9; 32])?;
    let line = Note::parse(log.checkpoint.as_bytes())?.cosignature(&witness, 1_767_600_000);
    let checkpoint = format!("{}{line}", log.checkpoint);
    let exchanged = format!(
        "checkpoint={}",
        Base64::encode_string(checkpoint.as_bytes())
    );
    let name = format!("{} cosigned", log.name);
    let what = [log.name.clone(), exchanged.clone()];
    cases.add("log", &name, "nothing", "accept", &what);
    for (byte, field) in (0..).zip(signature_fields(line.trim_end())?) {
        for bit in byte * 8..byte * 8 + 8 {
            let name = format!("{} cosigned, bit {bit} of the witness's line", log.name);
            let flipped = format!("checkpoint^{}", log.checkpoint.len() * 8 + bit);
            let what = [log.name.clone(), exchanged.clone(), flipped];
            let field = format!("unknown {field}");
            cases.add("log", &name, &field, "agree", &what);
        }
    }
    Ok(())
}

/// What each byte of a checkpoint with one signature belongs to.
fn fields(checkpoint: &str) -> Result<Vec<&'static str>, Box<dyn Error>> {
    let lines: Vec<&str> = checkpoint.split('\n').collect();
    let [origin, size, root, "", signature, ""] = lines[..] else {
        return Err("a sample's checkpoint has three lines and one signature".into());
    };
    let parts = [
        ("origin", origin.len()),
        ("line end", 1),
        ("size", size.len()),
        ("line end", 1),
        // Two bits of the last character before the padding say nothing.
        ("root", root.len() - 2),
        ("root's last character", 1),
        ("root's padding", 1),
        ("line end", 1),
        ("empty line", 1),
    ];
    let mut fields = spelled(&parts);
    fields.extend(signature_fields(signature)?);
    Ok(fields)
}

/// What each byte of a signature line belongs to, its newline included.
fn signature_fields(line: &str) -> Result<Vec<&'static str>, Box<dyn Error>> {
    let (name, payload) = line
        .strip_prefix(DASH)
        .and_then(|line| line.split_once(' '))
        .ok_or("a signature has a name and a payload")?;
    let encoded = payload.trim_end_matches('=').len();
    Ok(spelled(&[
        ("dash", DASH.len()),
        ("key name", name.len()),
        ("space", 1),
        ("key id", KEY_ID_CHARACTERS),
        ("signature", encoded - KEY_ID_CHARACTERS - 1),
        ("signature's last character", 1),
        ("signature's padding", payload.len() - encoded),
        ("last line end", 1),
    ]))
}

/// Each part's name as often as it has bytes.
fn spelled(parts: &[(&'static str, usize)]) -> Vec<&'static str> {
    parts
        .iter()
        .flat_map(|(field, length)| vec![*field; *length])
        .collect()
}
