//! The binary `breakglass`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;
use server::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let command = Command::parse();
    let error_code = command.error_code();
    match command.run().await {
        Ok(code) => code,
        Err(error) => {
            #[allow(
                clippy::print_stderr,
                reason = "the one place where a person at a terminal is told why it ended"
            )]
            {
                eprintln!("breakglass: {error:#}");
            }
            error_code
        }
    }
}
