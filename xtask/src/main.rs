//! Chores of the house: `cargo xtask <command>`.

use std::path::PathBuf;
use std::process::ExitCode;

mod bless;
mod house;
mod new_feed;
mod soak;
mod source;
mod standards;
mod tidy;

const HELP: &str = "\
cargo xtask tidy [LAW…]         check the laws of the house; says where, why and the way out
cargo xtask laws                list them
cargo xtask bless [TESTS]       rewrite generated and snapshot files; read the diff before committing
cargo xtask freeze              list migrations and problem codes as released: they stay as they are
cargo xtask soak [KILLS]        the long runs: 300 random kills of each store (needs CAUSEWAY_TEST_POSTGRES for both)
cargo xtask soak iot [MINUTES]  a city's devices on 5.7 million datastreams, with people looking at pages (30 minutes)
cargo xtask soak fuzz [MINUTES] coverage-guided fuzzing of each parser, an hour each, in 2 GiB
cargo xtask soak noise [MINUTES] noise for every parser, an hour of it, in 2 GiB
cargo xtask soak pages          every kind of page in a browser in each of 36 settings
cargo xtask new-feed NAME [PACK]   begin a feed file in a pack (default: the pack that cities/embedded names)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = match words.as_slice() {
        ["tidy", ..] => return tidy(&root, &arguments[1..]),
        ["laws"] => {
            for law in tidy::LAWS {
                println!("{}\n    why      {}\n    way out  {}", law.name, law.reason, law.way_out);
            }
            Ok(())
        }
        ["bless"] => bless::bless(&root, None),
        ["bless", filter] => bless::bless(&root, Some(filter)),
        ["freeze"] => {
            house::House::read(&root).and_then(|h| tidy::freeze(&root, &h)).map(|said| println!("{said}"))
        }
        ["soak"] => soak::soak(&root, "300"),
        ["soak", "fuzz"] => soak::fuzz(&root, "60"),
        ["soak", "fuzz", minutes] => soak::fuzz(&root, minutes),
        ["soak", "noise"] => soak::noise(&root, "60"),
        ["soak", "noise", minutes] => soak::noise(&root, minutes),
        ["soak", "iot"] => soak::iot(&root, "30"),
        ["soak", "iot", minutes] => soak::iot(&root, minutes),
        ["soak", "pages"] => soak::pages(&root),
        ["soak", kills] => soak::soak(&root, kills),
        ["new-feed", name] => new_feed::write(&root, name, None).map(|said| println!("{said}")),
        ["new-feed", name, pack] => new_feed::write(&root, name, Some(pack)).map(|said| println!("{said}")),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::FAILURE
        }
    }
}

fn tidy(root: &std::path::Path, only: &[String]) -> ExitCode {
    match house::House::read(root).and_then(|house| tidy::report(&house, only)) {
        Ok(breaches) if breaches.is_empty() => {
            println!("tidy: all laws hold");
            ExitCode::SUCCESS
        }
        Ok(breaches) => {
            println!("{}\n\ntidy: breaches: {}", breaches.join("\n"), breaches.len());
            ExitCode::FAILURE
        }
        Err(what) => {
            eprintln!("tidy: {what}");
            ExitCode::from(2)
        }
    }
}
