//! The program: commands in, exit code out. `assemble` holds the whole wiring.

use std::process::ExitCode;

mod alerting;
mod arguments;
mod assemble;
mod bench;
mod commands;
mod demo;
mod devices;
mod embedded;
mod running;
mod serve;
mod system;
mod timetable;
mod wire;

fn main() -> ExitCode {
    let outcome =
        arguments::parse(std::env::args_os()).map_err(commands::Failure::Usage).and_then(commands::run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("causeway: {failure}");
            failure.exit_code()
        }
    }
}
