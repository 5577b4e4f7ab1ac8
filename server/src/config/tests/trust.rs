//! The log's signer and its witnesses.

use ledger::{CosigningKey, SigningKey};
use service::settings::AnswerWhen;
use tempfile::TempDir;

use super::{ConfigError, load};

const ORIGIN: &str = "breakglass.demo/log";

/// The good configuration with this table before `[log]`.
fn with(table: &str) -> Result<super::Config, ConfigError> {
    load(0o644, &[("[log]", &format!("{table}\n[log]"))])
}

fn vkey(name: &str) -> String {
    let key = SigningKey::from_seed(name, [1; 32]).unwrap();
    key.verifier_key().to_string()
}

#[test]
fn a_signer_elsewhere_has_an_address_and_the_logs_key() {
    let signer =
        |url: &str, vkey: &str| with(&format!("[signer]\nurl = \"{url}\"\nvkey = \"{vkey}\""));
    let good = vkey(ORIGIN);
    let config = signer("https://signer.example/", &good).unwrap();
    assert_eq!(config.settings.signer.unwrap().vkey.to_string(), good);
    assert!(signer("http://127.0.0.1:8091", &good).is_ok());
    for (url, vkey, remedy) in [
        (
            "http://signer.example",
            good.as_str(),
            "write where `breakglass signer` answers",
        ),
        (
            "https://a:b@signer.example",
            good.as_str(),
            "write where `breakglass signer` answers",
        ),
        (
            "https://signer.example",
            "nonsense",
            "copy what `breakglass keygen` printed",
        ),
        (
            "https://signer.example",
            &vkey("other.example/log"),
            "is not a key of the log breakglass.demo/log",
        ),
    ] {
        let said = signer(url, vkey).unwrap_err().to_string();
        assert!(said.contains(remedy) && !said.contains('\n'), "{said}");
    }
}

/// A configuration with a trust policy of one witness, which has an address or not.
fn trust(address: &str, quorum: &str, more: &str) -> Result<AnswerWhen, ConfigError> {
    let folder = TempDir::new().unwrap();
    let witness = CosigningKey::from_seed("witness.example", [2; 32]).unwrap();
    let policy = format!(
        "witness w {} {address}\nquorum {quorum}\n",
        witness.verifier_key()
    );
    let path = folder.path().join("trust.policy");
    std::fs::write(&path, policy).unwrap();
    let table = format!("[witnesses]\npolicy_file = \"{}\"\n{more}", path.display());
    with(&table).map(|config| config.settings.trust.unwrap().answer)
}

#[test]
fn who_waits_for_witnesses_must_be_able_to_reach_enough() {
    let url = "https://witness.example";
    assert_eq!(trust(url, "w", "").unwrap(), AnswerWhen::Signed);
    let waits = "answer_when = \"witnessed\"";
    let AnswerWhen::Witnessed { within } = trust(url, "w", waits).unwrap() else {
        panic!("it waits");
    };
    assert_eq!(within.as_secs(), 10);
    for (address, quorum, more, remedy) in [
        ("", "w", waits.to_owned(), "are no quorum"),
        (url, "none", waits.to_owned(), "are no quorum"),
        (
            url,
            "w",
            format!("{waits}\nanswer_within_s = 0"),
            "use 1 to 20 seconds",
        ),
        (
            url,
            "w",
            format!("{waits}\nanswer_within_s = 60"),
            "use 1 to 20 seconds",
        ),
        (
            url,
            "w",
            "answer_when = \"before\"".to_owned(),
            "unknown variant `before`",
        ),
        ("http://witness.example", "w", String::new(), "is not https"),
    ] {
        let said = trust(address, quorum, &more).unwrap_err().to_string();
        assert!(said.contains(remedy) && !said.contains('\n'), "{said}");
    }
}
