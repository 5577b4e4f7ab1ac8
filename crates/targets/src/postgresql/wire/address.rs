//! Where a PostgreSQL server is, and how it is reached.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

/// Where a server is, whom the portal is there, and how the way is secured: a URL as `psql` takes it.
///
/// Only what stands in the URL counts. `PGPASSWORD` and the like are the process's own, and not every target's.
#[derive(Clone)]
pub struct Address {
    pub(super) place: Place,
    pub(super) user: String,
    pub(super) password: Option<SecretString>,
    database: String,
    pub(super) tls: Tls,
    /// PEM, or the path of a file with it.
    pub(super) authority: Option<String>,
}

/// What is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The folder that the socket is in, and the port that is part of its name.
    Socket(PathBuf, u16),
    Host(String, u16),
}

/// How the way is secured: `sslmode`, as `libpq` knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not.
    Disable,
    /// Encrypted where the server offers it, to whoever answers.
    Prefer,
    /// Encrypted, to whoever answers; where an authority is named, to whomever it has certified.
    Require,
    /// Encrypted, to whomever the authority has certified.
    VerifyCa,
    /// Encrypted, to whomever the authority has certified for this host.
    VerifyFull,
}

/// An address that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not even a URL.
    #[error("the address is no URL of the form postgres://user:password@host:port/database")]
    Form,
    /// `user` is missing.
    #[error("the address names no user")]
    User,
    /// `sslmode` is a word that means nothing.
    #[error("sslmode is {0}; it can be disable, prefer, require, verify-ca or verify-full")]
    Mode(String),
    /// The port is no port.
    #[error("the port is no number between 1 and 65535")]
    Port,
    /// The text is not UTF-8 when it is decoded.
    #[error("the address has a part that is not UTF-8")]
    Text,
}

impl Address {
    /// The database that it leads to.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// How the way is secured.
    pub fn tls(&self) -> Tls {
        self.tls
    }

    /// The host, the port and the database, for people.
    fn told(&self) -> String {
        match &self.place {
            Place::Socket(folder, port) => {
                format!("{}:{port}/{}", folder.display(), self.database)
            }
            Place::Host(host, port) => format!("{host}:{port}/{}", self.database),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Form)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::Form);
        }
        let mut host = url.host_str().map(decoded).transpose()?;
        let mut port = url.port();
        let mut user = decoded(url.username())?;
        let mut password = url.password().map(decoded).transpose()?;
        let mut database = decoded(url.path().trim_start_matches('/'))?;
        let (mut tls, mut authority) = (Tls::Prefer, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "host" | "hostaddr" => host = Some(value.into_owned()),
                "port" => port = Some(value.parse().map_err(|_| AddressError::Port)?),
                "user" => user = value.into_owned(),
                "password" => password = Some(value.into_owned()),
                "dbname" => database = value.into_owned(),
                "sslmode" | "ssl-mode" => tls = value.parse()?,
                "sslrootcert" | "ssl-root-cert" | "ssl-ca" => authority = Some(value.into_owned()),
                // Other settings of drivers mean nothing here.
                _ => {}
            }
        }
        if user.is_empty() {
            return Err(AddressError::User);
        }
        if database.is_empty() {
            database.clone_from(&user);
        }
        let port = port.unwrap_or(5432);
        let host = host.filter(|host| !host.is_empty());
        let place = match host.as_deref().unwrap_or("localhost") {
            folder if folder.starts_with('/') => Place::Socket(folder.into(), port),
            host => Place::Host(host.trim_matches(['[', ']']).to_owned(), port),
        };
        Ok(Self {
            place,
            user,
            password: password.map(SecretString::from),
            database,
            tls,
            authority,
        })
    }
}

impl FromStr for Tls {
    type Err = AddressError;

    fn from_str(word: &str) -> Result<Self, AddressError> {
        Ok(match word {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return Err(AddressError::Mode(word.to_owned())),
        })
    }
}

fn decoded(text: &str) -> Result<String, AddressError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(|text| text.into_owned())
        .map_err(|_| AddressError::Text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use secrecy::ExposeSecret as _;

    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_url_says_all() {
        let it = address("postgres://a%40b:p%2F%3F@db.example:6000/or%20ders?sslmode=verify-full");
        assert_eq!(it.place, Place::Host("db.example".into(), 6000));
        assert_eq!((it.user.as_str(), it.database()), ("a@b", "or ders"));
        assert_eq!(it.password.unwrap().expose_secret(), "p/?");
        assert_eq!(it.tls, Tls::VerifyFull);
    }

    #[test]
    fn a_socket_is_a_folder() {
        for text in [
            "postgresql:///orders?host=/tmp/a%20b&port=5433&user=postgres",
            "postgres://postgres@%2Ftmp%2Fa%20b:5433/orders",
        ] {
            let it = address(text);
            assert_eq!(it.place, Place::Socket("/tmp/a b".into(), 5433), "{text}");
        }
        let six = address("postgres://u@[::1]/d");
        assert_eq!(six.place, Place::Host("::1".into(), 5432));
    }

    #[test]
    fn what_is_no_address_is_told() {
        let of = |text: &str| text.parse::<Address>().unwrap_err();
        assert_eq!(of("orders"), AddressError::Form);
        assert_eq!(of("mysql://a@b/c"), AddressError::Form);
        assert_eq!(of("postgres://host/d"), AddressError::User);
        let mode = AddressError::Mode("maybe".into());
        assert_eq!(of("postgres://u@h/d?sslmode=maybe"), mode);
    }

    #[test]
    fn no_password_is_told() {
        let it = address("postgres://u:canary@h/d");
        assert!(!format!("{it:?} {it}").contains("canary"));
    }
}
