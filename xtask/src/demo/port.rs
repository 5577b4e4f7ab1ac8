//! The demo's ports on the loopback interface: free before, answering after.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::interrupt;

/// How long one look may take.
const LOOK: Duration = Duration::from_secs(2);

/// Refuse a port that somebody else uses.
pub(crate) fn check_free(port: u16, option: &str) -> Result<()> {
    let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) else {
        return Ok(());
    };
    let why = match error.kind() {
        ErrorKind::AddrInUse => "is used by another program".to_owned(),
        _ => format!("cannot be used ({error})"),
    };
    bail!(
        "port {port} {why}: stop that program, or choose another port with `cargo xtask demo {option} PORT`"
    )
}

/// Wait until a GET of the path is answered with 200. `alive` fails when waiting has become pointless.
pub(crate) fn wait_for(
    port: u16,
    path: &str,
    patience: Duration,
    mut alive: impl FnMut() -> Result<()>,
) -> Result<()> {
    let begun = Instant::now();
    while !answers(port, path) {
        interrupt::check()?;
        alive()?;
        if begun.elapsed() > patience {
            bail!(
                "nothing answers on http://localhost:{port}{path} after {} s: look into the logs in .breakglass",
                patience.as_secs()
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Is a GET of the path answered with 200?
pub(crate) fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream =
            TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), LOOK)?;
        stream.set_read_timeout(Some(LOOK))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
        let port = taken.local_addr().expect("it is bound").port();
        let error = check_free(port, "--port")
            .expect_err("it is taken")
            .to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("--port"),
            "{error}"
        );
    }
}
