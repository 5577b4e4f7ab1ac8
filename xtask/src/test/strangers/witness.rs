//! The portal's tests with a witness that others wrote.

use anyhow::Result;

use crate::repo::Repo;
use crate::setup::{Strangers, Toolchain};
use crate::test::count::Count;
use crate::test::ignored;

pub(super) fn run(repo: &Repo, toolchain: &Toolchain, strangers: &Strangers) -> Result<Count> {
    let python = ("AICS_WITNESS_PYTHON", strangers.python.as_os_str());
    ignored::run(repo, toolchain, "stranger::", &[python])
}
