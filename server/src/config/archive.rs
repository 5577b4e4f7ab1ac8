//! The archive: one folder or one bucket.

use std::path::Path;

use service::settings::{Addressing, Archive, ArchivePlace, S3Bucket};
use url::Url;

use super::{ConfigError, file, limits, secret};

/// Checks the archive's place and reads its secret.
pub(super) fn archive(written: file::Archive) -> Result<Archive, ConfigError> {
    let place = match (written.folder, written.s3) {
        (Some(folder), None) => ArchivePlace::Folder(limits::directory("archive.folder", folder)?),
        (None, Some(bucket)) => ArchivePlace::S3(s3(bucket)?),
        _ => return Err(ConfigError::ArchivePlace),
    };
    Ok(Archive {
        place,
        every: limits::seconds("archive.every_s", written.every_s, 1, 3_600)?,
        alarm_after: limits::seconds("archive.alarm_after_s", written.alarm_after_s, 10, 604_800)?,
    })
}

fn s3(written: file::S3) -> Result<S3Bucket, ConfigError> {
    if written.min_retention_days == 0 {
        return Err(ConfigError::RetentionZero);
    }
    Ok(S3Bucket {
        endpoint: endpoint(written.endpoint)?,
        region: limits::not_empty("archive.s3.region", written.region)?,
        bucket: limits::not_empty("archive.s3.bucket", written.bucket)?,
        prefix: prefix(written.prefix)?,
        access_key_id: limits::not_empty("archive.s3.access_key_id", written.access_key_id)?,
        secret_access_key: secret::either(
            "archive.s3.secret_access_key",
            written.secret_access_key,
            written.secret_access_key_file,
        )?,
        min_retention_days: written.min_retention_days,
        addressing: if written.path_style {
            Addressing::Path
        } else {
            Addressing::Host
        },
    })
}

/// Entries go there: over TLS, or over no wire.
fn endpoint(url: Url) -> Result<Url, ConfigError> {
    if limits::is_service(&url) {
        Ok(url)
    } else {
        Err(ConfigError::ArchiveEndpoint)
    }
}

/// Nothing, or plain names with a slash behind each: an address resolves `.`, `..` and `//`, a key does not.
fn prefix(text: String) -> Result<String, ConfigError> {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let names = text.strip_suffix('/').unwrap_or(&text);
    if text.is_empty() {
        Ok(text)
    } else if names.split('/').all(plain) {
        Ok(format!("{names}/"))
    } else {
        Err(ConfigError::ArchivePrefix { prefix: text })
    }
}

/// Refuses a secret that stands in a configuration that everybody on the machine can read.
pub(super) fn inline_secret_needs_private_file(
    path: &Path,
    archive: &file::Archive,
) -> Result<(), ConfigError> {
    let inline = archive
        .s3
        .as_ref()
        .is_some_and(|bucket| bucket.secret_access_key.is_some());
    let mode = secret::mode(path)?;
    if inline && mode & secret::OTHERS != 0 {
        return Err(ConfigError::SecretInOpenFile {
            key: "archive.s3.secret_access_key",
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}
