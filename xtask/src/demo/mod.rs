//! `cargo xtask demo`: the whole portal on this machine, until Ctrl-C.
//!
//! ```text
//! .breakglass/            what is kept over restarts (`--reset` removes it)
//!   postgres/  target/    the portal's cluster; the cluster that is opened
//!   keys/                 the log's key; passwords, each in a file of its own
//!   state/  server.toml   the portal's own state; its configuration, written at each start
//!   run/                  sockets, process ids, the lock of the one who runs
//!   log.vkey              the public half of the log's key
//!   witness/              the witness's key and what it remembers; trust.policy names it
//!   portal.log  idp.log  witness.log
//! ```

mod config;
mod data;
mod databases;
mod greeting;
mod lock;
mod log_key;
mod orders;
mod people;
pub(crate) mod port;
mod service;

use std::time::{Duration, Instant};

use anyhow::Result;

pub(crate) use data::Data;
pub(crate) use databases::portal_admin;
pub(crate) use orders::{DATABASE as ORDERS, prepare as prepare_orders};

use databases::Databases;

use crate::dist::{self, Profile};
use crate::repo::Repo;
use crate::{interrupt, say, setup};
use config::Addresses;
use lock::Lock;
use service::Service;

/// What `cargo xtask demo` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Forget everything first: people, requests, the log and its key.
    #[arg(long, conflicts_with = "stop")]
    reset: bool,
    /// Stop the demo that runs in another terminal.
    #[arg(long)]
    stop: bool,
    /// Start what was built last, whatever has changed since.
    #[arg(long)]
    no_build: bool,
    /// The portal's port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The demo identity provider's port.
    #[arg(long, default_value_t = 8081)]
    idp_port: u16,
    /// The demo witness's port.
    #[arg(long, default_value_t = 8082)]
    witness_port: u16,
}

/// How long the portal may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo xtask demo`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    let data = Data::of(repo)?;
    if arguments.stop {
        return stop(repo, &data);
    }
    let lock = if arguments.reset {
        stop(repo, &data)?;
        data.remove(repo)?;
        if std::env::var_os("DATABASE_URL").is_some() {
            say::line(
                "The database of DATABASE_URL is yours and was left as it is: a new log needs an empty one.",
            );
        }
        Lock::take(&data)?
    } else {
        let lock = Lock::take(&data)?;
        clear_remains(repo, &data)?;
        lock
    };
    let addresses = Addresses {
        portal: arguments.port,
        idp: arguments.idp_port,
        witness: arguments.witness_port,
    };
    addresses.check_free()?;

    let postgres = setup::postgres(repo)?;
    let built = if arguments.no_build {
        dist::built_before(repo, Profile::Demo)?
    } else {
        dist::build(repo, setup::toolchain(repo)?, Profile::Demo)?
    };
    interrupt::check()?;

    let started = Started::all(repo, &data, &postgres, &built, addresses);
    let result = started.and_then(|mut started| {
        greeting::print(repo, addresses, &started, begun.elapsed());
        let result = started.watch();
        say::line("Stopping ...");
        result
    });
    clear_remains(repo, &data)?;
    drop(lock);
    if interrupt::requested() {
        say::line("Stopped. The data stays in .breakglass; `cargo xtask demo` goes on from there.");
        return Ok(());
    }
    result
}

/// `cargo xtask demo --stop`
fn stop(repo: &Repo, data: &Data) -> Result<()> {
    match lock::holder(data) {
        Some(pid) => {
            lock::end(data, pid)?;
            say::line("The demo is stopped.");
        }
        None => {
            if clear_remains(repo, data)? {
                say::line("Stopped what an earlier demo left running.");
            } else {
                say::line("No demo is running.");
            }
        }
    }
    Ok(())
}

/// Stop whatever of the demo runs, in the order of dependence; says whether there was any.
fn clear_remains(repo: &Repo, data: &Data) -> Result<bool> {
    let mut any = false;
    for name in [service::PORTAL, service::IDP, service::WITNESS] {
        any |= service::stop_by_file(data, name)?;
    }
    any |= Databases::stop_all(repo, data)?;
    Ok(any)
}

/// Everything that runs.
#[derive(Debug)]
struct Started {
    databases: Databases,
    /// The public half of the log's key.
    log_key: String,
    idp: Service,
    witness: Service,
    portal: Service,
}

impl Started {
    fn all(
        repo: &Repo,
        data: &Data,
        postgres: &setup::Postgres,
        built: &dist::Built,
        addresses: Addresses,
    ) -> Result<Started> {
        say::line("Starting PostgreSQL ...");
        let databases = Databases::start(repo, data, postgres, &built.program)?;
        interrupt::check()?;
        let log_key = log_key::public(data, &built.program)?;
        config::write_trust(data, built, &log_key, addresses)?;
        config::write(data, &databases, built, addresses)?;
        say::line("Starting the identity provider, a witness and the portal ...");
        let mut idp = Service::start(
            data,
            service::IDP,
            &mut config::idp_command(data, built, addresses),
        )?;
        port::wait_for(
            addresses.idp,
            "/.well-known/openid-configuration",
            PATIENCE,
            || idp.check(),
        )?;
        let mut witness = Service::start(
            data,
            service::WITNESS,
            &mut config::witness_command(data, built, &log_key, addresses),
        )?;
        port::wait_for(addresses.witness, "/vkey", PATIENCE, || witness.check())?;
        let mut portal = Service::start(
            data,
            service::PORTAL,
            &mut config::portal_command(data, built),
        )?;
        port::wait_for(addresses.portal, "/healthz", PATIENCE, || portal.check())?;
        Ok(Started {
            databases,
            log_key,
            idp,
            witness,
            portal,
        })
    }

    /// Until the end is asked for, or something dies.
    fn watch(&mut self) -> Result<()> {
        while !interrupt::requested() {
            self.portal.check()?;
            self.idp.check()?;
            self.witness.check()?;
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}
