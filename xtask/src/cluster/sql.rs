//! SQL of the tools, through the `psql` that belongs to the server: no driver of our own.

use anyhow::{Result, bail};

use super::Address;
use crate::run;
use crate::setup::Postgres;

/// A database and the way in.
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    postgres: Postgres,
    address: Address,
}

impl Sql {
    pub(crate) fn new(postgres: &Postgres, address: Address) -> Sql {
        Sql {
            postgres: postgres.clone(),
            address,
        }
    }

    /// Run statements; all of them or none. Passwords may stand in them: they go through standard
    /// input and are in no argument, file or error.
    pub(crate) fn run(&self, statements: &str) -> Result<()> {
        self.ask(statements).map(drop)
    }

    /// Run statements and return what they answer: a line a row, columns parted by tabs.
    pub(crate) fn ask(&self, statements: &str) -> Result<String> {
        self.call(&["--single-transaction"], statements)
    }

    /// Run statements one by one: for those that a transaction refuses (`create database`).
    pub(crate) fn each(&self, statements: &str) -> Result<()> {
        self.call(&[], statements).map(drop)
    }

    fn call(&self, arguments: &[&str], statements: &str) -> Result<String> {
        let mut psql = self.postgres.program("psql");
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--field-separator=\t",
        ])
        .args(["--set=ON_ERROR_STOP=1", "--file=-"])
        .args(arguments)
        .envs(self.address.variables());
        let output = run::with_input(&mut psql, statements)?;
        if !output.status.success() {
            bail!("PostgreSQL refuses: {}", run::last_lines(&output, 3));
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }
}
