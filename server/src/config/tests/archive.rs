//! The archive's place, and what is wrong with one.

use service::settings::{Addressing, ArchivePlace};

use super::load;

const BUCKET: &str = r#"[archive.s3]
endpoint = "https://s3.eu-central-1.amazonaws.com"
region = "eu-central-1"
bucket = "breakglass-log"
prefix = "portal/one"
access_key_id = "AKIAEXAMPLE"
secret_access_key_file = "DIR/client_secret"
min_retention_days = 365
[roles]
"#;

#[test]
fn an_archive_is_a_folder_or_a_bucket() {
    let folder = [("[roles]\n", "[archive]\nfolder = \"DIR\"\n[roles]\n")];
    let archive = load(0o644, &folder).unwrap().settings.archive.unwrap();
    assert!(matches!(archive.place, ArchivePlace::Folder(_)));
    assert_eq!(
        (archive.every.as_secs(), archive.alarm_after.as_secs()),
        (10, 300)
    );
    let archive = load(0o644, &[("[roles]\n", BUCKET)])
        .unwrap()
        .settings
        .archive;
    let ArchivePlace::S3(bucket) = archive.unwrap().place else {
        panic!("a bucket was written");
    };
    assert_eq!(bucket.prefix, "portal/one/");
    assert_eq!(bucket.addressing, Addressing::Host);
    assert!(!format!("{bucket:?}").contains("a-client-secret"));
}

#[test]
fn a_wrong_bucket_has_a_message_with_its_remedy() {
    let file = "secret_access_key_file = \"DIR/client_secret\"";
    let inline = "secret_access_key = \"a-client-secret-that-is-inline\"";
    for (old, new, expected) in [
        ("https://s3", "http://s3", "archive.s3.endpoint"),
        ("https://s3", "https://me@s3", "archive.s3.endpoint"),
        ("portal/one", "../one", "archive.s3.prefix"),
        ("portal/one", "portal//one", "archive.s3.prefix"),
        ("= 365", "= 0", "min_retention_days"),
        ("breakglass-log", "", "archive.s3.bucket is empty"),
        (file, "", "secret_access_key_file with the path"),
        (file, inline, "run chmod 600"),
        (
            "[archive.s3]",
            "[archive]\nfolder = \"DIR\"\n[archive.s3]",
            "not both",
        ),
    ] {
        let bucket = BUCKET.replacen(old, new, 1);
        let message = load(0o644, &[("[roles]\n", &bucket)])
            .err()
            .unwrap()
            .to_string();
        assert!(message.contains(expected), "{new}: {message}");
        assert!(
            !message.contains('\n') && !message.contains("a-client-secret"),
            "{message}"
        );
    }
    let private = BUCKET.replacen(file, inline, 1);
    assert!(load(0o600, &[("[roles]\n", &private)]).is_ok());
}
