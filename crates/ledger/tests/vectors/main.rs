//! The vector files: each is one case, and its name is what was done to it. `cargo xtask test --only
//! vectors` reads them in WebAssembly too.
#![allow(
    clippy::expect_used,
    reason = "a vector that cannot be read is a failed test"
)]

mod outcome;

use std::fs;
use std::path::Path;

use outcome::Vector;

#[test]
fn every_vector_has_the_outcome_it_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the vectors are there") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let name = path.file_stem().expect("a file has a name");
            let bytes = fs::read(&path).expect("the file is there");
            let vector = Vector::parse(&name.to_string_lossy(), &bytes);
            let (expected, found) = (vector.one("expect"), vector.outcome().words);
            if expected != found {
                wrong.push(format!(
                    "{}: expected {expected}, found {found}",
                    vector.name
                ));
            }
            count += 1;
        }
    }
    assert!(count > 200, "only {count} vectors were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
