//! Programs that nobody here wrote check our logs, and thousands of altered ones; all must say the same.
//! One of them cosigns what the portal writes. `strangers/README.md` says who they are and what each
//! proves.

mod known;
mod matrix;
mod witness;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};

use super::checks::NATIVE;
use super::count::Count;
use crate::repo::Repo;
use crate::setup::{Strangers, Toolchain};
use crate::{run, say, setup};
use matrix::{Case, Matrix};

/// Around the borders of tiles and of their levels.
const SIZES: [u32; 7] = [1, 2, 255, 256, 257, 1000, 65_536];

/// Our own side: a lawful log, the cases over it, our verdicts.
const GENERATOR: &str = "generate_log";
const CASES: &str = "make_cases";
const OURS: &str = "judge";

/// Fewer refused cases than this show that no cases were made.
const FEWEST_REFUSED: usize = 2000;

/// How many faults of one field are listed; the others are counted.
const LISTED: usize = 10;

/// The step.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let strangers = setup::strangers(repo)?;
    let ours = build(repo, &toolchain)?;
    let folder = repo.target.join("strangers");
    make_cases(&ours, &folder)?;
    let judges = judges(repo, &strangers, &ours, &folder)?;
    let verdicts = ask(judges, &folder)?;
    let text = fs::read_to_string(folder.join("cases")).context("no cases were made")?;
    let cases = text.lines().map(Case::read).collect::<Option<Vec<_>>>();
    let matrix = Matrix::fill(cases.context("a case has another form")?, verdicts)?;
    let mut count = report(&matrix);
    count += witness::run(repo, &toolchain, &strangers)?;
    Ok(count)
}

/// Builds our examples; returns their folder.
fn build(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let mut command = run::cargo(repo, toolchain);
    command.arg("build").args(NATIVE);
    for example in [GENERATOR, CASES, OURS] {
        command.args(["--example", example]);
    }
    run::run(&mut command)?;
    Ok(repo.target.join("debug/examples"))
}

/// Logs of all sizes, and what is to be judged.
fn make_cases(ours: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("cannot remove the last run's logs")?;
    }
    for size in SIZES {
        let log = folder.join("logs").join(size.to_string());
        let mut generate = Command::new(ours.join(GENERATOR));
        run::quietly(generate.arg(log).arg(size.to_string()))?;
    }
    run::quietly(Command::new(ours.join(CASES)).arg(folder))?;
    Ok(())
}

/// Who judges, ours first.
fn judges(
    repo: &Repo,
    strangers: &Strangers,
    ours: &Path,
    folder: &Path,
) -> Result<Vec<(&'static str, Command)>> {
    let go = folder.join("go-judge");
    run::run(
        strangers
            .go(repo)
            .args(["build", "-o"])
            .arg(&go)
            .arg("./strangers/go"),
    )?;
    let python = |script: &str| {
        let mut command = Command::new(&strangers.python);
        // Nothing is written beside the sources.
        command
            .arg("-B")
            .arg(repo.strangers().join("python").join(script));
        command
    };
    let mut judges = vec![
        (matrix::OURS, Command::new(ours.join(OURS))),
        (known::GO, Command::new(go)),
        (known::TLOG_SCALES, python("with_tlog_scales.py")),
        (known::OPENSSL, python("with_openssl.py")),
    ];
    for (_, command) in &mut judges {
        command.arg(folder);
    }
    Ok(judges)
}

/// All of them at once; each one's verdicts, a line a case.
fn ask(
    judges: Vec<(&'static str, Command)>,
    folder: &Path,
) -> Result<Vec<(&'static str, Vec<String>)>> {
    thread::scope(|scope| {
        let running: Vec<_> = judges
            .into_iter()
            .map(|(who, command)| (who, scope.spawn(move || ask_one(who, command, folder))))
            .collect();
        running
            .into_iter()
            .map(|(who, judge)| {
                let lines = judge.join().map_err(|_| anyhow!("{who} panicked"))?;
                Ok((who, lines?))
            })
            .collect()
    })
}

fn ask_one(who: &str, mut command: Command, folder: &Path) -> Result<Vec<String>> {
    let begun = Instant::now();
    let file = folder.join(format!("{who}.verdicts"));
    run::run(command.stdout(File::create(&file)?))?;
    say::line(&format!("{who}: {}", say::duration(begun.elapsed())));
    let text = fs::read_to_string(&file)?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Says what was found; each field of the cases is one check.
fn report(matrix: &Matrix) -> Count {
    let mut count = Count::default();
    for row in matrix.rows() {
        say::line(&row.to_string());
        count += if row.faults.is_empty() {
            Count::success()
        } else {
            Count::failure()
        };
        for fault in row.faults.iter().take(LISTED) {
            say::error(fault);
        }
        if row.faults.len() > LISTED {
            say::error(&format!("{} more of these", row.faults.len() - LISTED));
        }
    }
    for line in matrix.known_differences() {
        say::line(&line);
    }
    let refused = matrix.refused();
    say::line(&format!(
        "{} cases, {refused} of them refused",
        matrix.cases()
    ));
    if refused < FEWEST_REFUSED {
        say::error(&format!(
            "at least {FEWEST_REFUSED} altered cases belong here"
        ));
        count += Count::failure();
    }
    count
}
