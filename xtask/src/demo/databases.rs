//! The demo's two clusters: the portal's own, and the one that is opened.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::data::{Data, write_private};
use super::orders;
use crate::cluster::{Address, Cluster, Purpose, SUPERUSER, Sql};
use crate::reach::RunAs;
use crate::repo::Repo;
use crate::setup::{self, Postgres};
use crate::{run, say};

/// The folder of the portal's cluster.
const PORTAL: &str = "postgres";

/// The folder of the cluster that is opened.
const TARGET: &str = "target";

/// The portal's database.
const DATABASE: &str = "breakglass";

/// The role that the running portal signs in as; migrations make it.
const SERVICE: &str = "breakglass_service";

/// The name of its password.
const SERVICE_PASSWORD: &str = "portal-service-password";

/// Where the tools keep the superuser's way into the portal's database.
const ADMIN_FILE: &str = "portal-admin-url";

/// The ways in, once both run.
#[derive(Debug)]
pub(crate) struct Databases {
    /// For the portal.
    pub(crate) service: Address,
    /// For the connector that opens `orders`.
    pub(crate) connector: Address,
    /// What the holder of a grant needs: the folder with the target's socket.
    pub(crate) target_host: String,
    /// The programs; `psql` among them.
    pub(crate) postgres: Postgres,
}

impl Databases {
    /// Start both (making them first), bring the portal's tables up to date, set the passwords.
    pub(crate) fn start(
        repo: &Repo,
        data: &Data,
        postgres: &Postgres,
        program: &Path,
    ) -> Result<Databases> {
        let admin = match std::env::var("DATABASE_URL") {
            Ok(given) => {
                say::line("Using the database of DATABASE_URL for the portal.");
                Address::parse(&given)
            }
            Err(_) => portal_cluster(repo, data, postgres)?,
        };
        write_private(&data.secret_file(ADMIN_FILE), &admin.url())?;
        let password = data.secret(SERVICE_PASSWORD)?;
        migrate(program, data, &admin)?;

        let target = cluster(repo, data, postgres, TARGET)?;
        let superuser = target.address(
            orders::DATABASE,
            SUPERUSER,
            Some(&data.secret("target-superuser-password")?),
        );
        let within = Sql::new(postgres, superuser.clone());
        orders::prepare(&Sql::new(postgres, superuser.database("postgres")), &within)?;
        let connector = data.secret("target-connector-password")?;
        orders::admit_connector(&within, &connector)?;
        Ok(Databases {
            service: admin.login(SERVICE, &password),
            connector: superuser.login(orders::CONNECTOR, &connector),
            target_host: target.socket().display().to_string(),
            postgres: postgres.clone(),
        })
    }

    /// Stop both; says whether one ran.
    pub(crate) fn stop_all(repo: &Repo, data: &Data) -> Result<bool> {
        let mut any = false;
        for name in [TARGET, PORTAL] {
            if !data.cluster(name).exists() {
                continue;
            }
            let cluster = at(repo, data, &setup::postgres(repo)?, name)?;
            if cluster.runs() {
                cluster.stop()?;
                any = true;
            }
        }
        Ok(any)
    }
}

/// The superuser's way into the portal's database of the demo.
pub(crate) fn portal_admin(data: &Data) -> Result<Address> {
    let file = data.secret_file(ADMIN_FILE);
    let text = std::fs::read_to_string(file)
        .context("there is no demo here yet: start one with `cargo xtask demo`")?;
    Ok(Address::parse(text.trim()))
}

fn portal_cluster(repo: &Repo, data: &Data, postgres: &Postgres) -> Result<Address> {
    let cluster = cluster(repo, data, postgres, PORTAL)?;
    let address = cluster.address(
        DATABASE,
        SUPERUSER,
        Some(&data.secret("postgres-superuser-password")?),
    );
    let sql = Sql::new(postgres, address.database("postgres"));
    if sql.ask(&format!(
        "select count(*) from pg_database where datname = '{DATABASE}';"
    ))? == "0"
    {
        sql.each(&format!("create database {DATABASE};"))?;
    }
    Ok(address)
}

/// The cluster of this name, running.
fn cluster(repo: &Repo, data: &Data, postgres: &Postgres, name: &str) -> Result<Cluster> {
    let cluster = at(repo, data, postgres, name)?;
    if !cluster.exists() {
        cluster.create(Purpose::Kept(
            &data.secret(&format!("{name}-superuser-password"))?,
        ))?;
    }
    cluster.start()?;
    Ok(cluster)
}

fn at(repo: &Repo, data: &Data, postgres: &Postgres, name: &str) -> Result<Cluster> {
    Ok(Cluster::new(
        postgres,
        &RunAs::find(repo)?,
        &data.cluster(name),
        &data.socket(name)?,
    ))
}

/// Bring the portal's tables up to date and set the password of the role that it signs in as.
fn migrate(program: &Path, data: &Data, admin: &Address) -> Result<()> {
    let mut migrate = Command::new(program);
    migrate
        .arg("migrate")
        .arg("--service-password-file")
        .arg(data.secret_file(SERVICE_PASSWORD))
        .env("BREAKGLASS_ADMIN_DATABASE_URL", admin.url());
    run::quietly(&mut migrate).context("the portal's tables cannot be made")?;
    Ok(())
}
