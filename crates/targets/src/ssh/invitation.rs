//! What somebody is shown who has got a certificate.

use access::ids::GrantId;
use ssh_key::Certificate;

use super::ca::Principal;
use super::host::Host;

/// A certificate, and what to do with it. Nothing of it is secret: it is of no use without the private key, which
/// its holder alone has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The name of the file to save it in.
    pub file_name: String,
    /// What goes into that file: one line.
    pub certificate: String,
    /// What goes into a second file, so that ssh need not ask whether it is the right host.
    pub known_hosts: String,
    /// The name of that file.
    pub known_hosts_name: String,
    /// The line to paste, run where both files lie.
    pub command: String,
}

impl Invitation {
    /// For a certificate that lets its holder into `host` as `principal`.
    ///
    /// # Errors
    /// The certificate cannot be written as text.
    pub fn new(
        grant: GrantId,
        host: &Host,
        principal: &Principal,
        certificate: &Certificate,
    ) -> Result<Self, ssh_key::Error> {
        let account = grant.account();
        let file_name = format!("{account}-cert.pub");
        let known_hosts_name = format!("{account}-hosts");
        // Every part is of characters that a shell leaves alone: `Host` and `Principal` see to it.
        let command = format!(
            "ssh -i ~/.ssh/id_ed25519 -o CertificateFile={file_name} -o IdentitiesOnly=yes -o UserKnownHostsFile={known_hosts_name} -p {} {}@{}",
            host.port(),
            principal.as_str(),
            host.name(),
        );
        Ok(Self {
            certificate: certificate.to_openssh()?,
            known_hosts: host.known_hosts(),
            file_name,
            known_hosts_name,
            command,
        })
    }
}
