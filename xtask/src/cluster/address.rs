//! A PostgreSQL URL, read and written in the forms that libpq, sqlx and `psql` agree on.

use std::fmt;
use std::path::Path;

use super::PORT;

/// The parts of a URL that matter here; others (`application_name`, …) are dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    database: String,
    host: Option<String>,
    port: Option<String>,
    user: Option<String>,
    password: Option<String>,
    sslmode: Option<String>,
}

impl Address {
    /// A database of a cluster that listens on a socket in this folder.
    pub(crate) fn local(
        socket: &Path,
        database: &str,
        user: &str,
        password: Option<&str>,
    ) -> Address {
        Address {
            database: database.to_owned(),
            host: Some(socket.to_string_lossy().into_owned()),
            port: Some(PORT.to_string()),
            user: Some(user.to_owned()),
            password: password.map(str::to_owned),
            sslmode: None,
        }
    }

    /// `postgres[ql]://[user[:password]@][host][:port]/database[?host=…&port=…&user=…&password=…]`
    pub(crate) fn parse(url: &str) -> Address {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
        let given = |text: &str| (!text.is_empty()).then(|| unescaped(text));
        let mut address = Address {
            database: unescaped(database),
            host: given(host),
            port: given(port),
            user: given(user),
            password: given(password),
            sslmode: None,
        };
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "dbname" => address.database = unescaped(value),
                "host" => address.host = given(value),
                "port" => address.port = given(value),
                "user" => address.user = given(value),
                "password" => address.password = given(value),
                "sslmode" => address.sslmode = given(value),
                _ => {}
            }
        }
        address
    }

    /// The same database as somebody else.
    pub(crate) fn login(&self, user: &str, password: &str) -> Address {
        Address {
            user: Some(user.to_owned()),
            password: Some(password.to_owned()),
            ..self.clone()
        }
    }

    /// Another database of the same server.
    pub(crate) fn database(&self, database: &str) -> Address {
        Address {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    /// Every part in the query: the one form in which a host may be a folder for all who read it.
    pub(crate) fn url(&self) -> String {
        let query: Vec<String> = [
            ("host", &self.host),
            ("port", &self.port),
            ("user", &self.user),
            ("password", &self.password),
            ("sslmode", &self.sslmode),
        ]
        .into_iter()
        .filter_map(|(name, value)| {
            value
                .as_deref()
                .map(|value| format!("{name}={}", escaped(value)))
        })
        .collect();
        format!(
            "postgresql:///{}?{}",
            escaped(&self.database),
            query.join("&")
        )
    }

    /// The parts as libpq's variables: a URL is read from an argument only, and arguments are on show
    /// to every user of the machine.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        let mut variables = vec![("PGDATABASE", self.database.as_str())];
        for (name, value) in [
            ("PGHOST", &self.host),
            ("PGPORT", &self.port),
            ("PGUSER", &self.user),
            ("PGPASSWORD", &self.password),
            ("PGSSLMODE", &self.sslmode),
        ] {
            if let Some(value) = value {
                variables.push((name, value));
            }
        }
        variables
    }
}

/// Without the password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = (byte == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let address = Address::local(
            Path::new("/tmp/a b/run"),
            "orders",
            "postgres",
            Some("00ff"),
        );
        assert_eq!(
            address.url(),
            "postgresql:///orders?host=/tmp/a%20b/run&port=5432&user=postgres&password=00ff"
        );
        assert_eq!(Address::parse(&address.url()), address);
    }

    #[test]
    fn an_ordinary_url_is_read() {
        let address =
            Address::parse("postgres://admin:p%40ss@db.example:5433/portal?sslmode=require");
        let variables = address.variables();
        for wanted in [
            ("PGDATABASE", "portal"),
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "admin"),
            ("PGPASSWORD", "p@ss"),
            ("PGSSLMODE", "require"),
        ] {
            assert!(variables.contains(&wanted), "{wanted:?} in {variables:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!(
            "{:?}",
            Address::parse("postgres://admin:hunter2@db.example/portal")
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
