//! Laws that need the running program. Those that a look at the files can decide are in `xtask`.

mod committed;
mod packs;
mod recipe;
mod register;
mod reload;
mod routes;
mod second_city;
mod town;

use std::path::Path;
use std::process::{Command, Output};

use causeway_tests::server::program;

/// Runs a command of the program that ends by itself.
fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program starts")
}

/// What it printed; fails the test when the command did.
#[track_caller]
pub(crate) fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder can be read").flatten() {
        let (path, copy_of_it) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copy_of_it);
        } else {
            std::fs::copy(&path, &copy_of_it).expect("a file can be copied");
        }
    }
}
