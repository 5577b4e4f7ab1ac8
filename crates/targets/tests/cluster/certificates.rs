//! An authority of a test's own, and a certificate for `localhost` by it, made with `openssl`.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Certificates {
    /// What a client pins.
    pub authority: PathBuf,
    /// Another authority, that signed nothing here.
    pub stranger: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Certificates {
    pub fn new(folder: &Path) -> Self {
        let at = |name: &str| folder.join(name);
        for name in ["authority", "stranger"] {
            openssl(
                folder,
                &format!(
                    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name} \
                 -keyout {name}.key -out {name}.pem"
                ),
            );
        }
        std::fs::write(
            at("extensions"),
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n",
        )
        .unwrap();
        openssl(
            folder,
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
                 -keyout server.key -out server.csr",
        );
        openssl(
            folder,
            "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -days 2 \
                 -CAcreateserial -extfile extensions -out server.pem",
        );
        Self {
            authority: at("authority.pem"),
            stranger: at("stranger.pem"),
            certificate: at("server.pem"),
            key: at("server.key"),
        }
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command
        .args(arguments.split_whitespace())
        .current_dir(folder);
    super::run(&mut command);
}
