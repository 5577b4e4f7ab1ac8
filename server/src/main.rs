//! The binary `breakglass`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;
use server::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    match Command::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(
                clippy::print_stderr,
                reason = "the one place where a person at a terminal is told why it ended"
            )]
            {
                eprintln!("breakglass: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
