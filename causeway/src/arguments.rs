//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use lexopt::prelude::*;
use vocab::Time;

pub const HELP: &str = "\
causeway: the digital side of a city in one program

USAGE
    causeway serve [--demo | --replay DIR] [OPTIONS]   serve the city
    causeway check [PACK]                              check a city pack: file, line, what to do
    causeway backup FILE                               one consistent copy, while the server runs
    causeway restore FILE                              fill an empty data folder from a copy
    causeway export DIR                                observations as Parquet, a file a day
    causeway import FILE…                              observations from such files
    causeway import --replay DIR                       every recording that the pack names, at once
    causeway rules replay FILE… [--replay DIR]         the alerts that rules would have raised in recordings, or in the store
    causeway timetable FEED…                           what GTFS feeds hold, and what is wrong with them
    causeway bench                                     load on a running server; alone it says how
    causeway openapi                                   print the OpenAPI document
    causeway configuration                             print the manual of the configuration

OPTIONS
    --config FILE      configuration (docs/configuration.md)
    --city DIR         folder of the city pack; without it, the pack inside the program
    --data DIR         folder for the store and the operator's key
    --listen ADDRESS   address and port, for example 127.0.0.1:8080
    --demo             simulated devices; touches no network
    --replay DIR       play the recordings that the pack's replay.toml names
    --speed N          how fast a replay or the demo's day goes (1 to 10000)
    --from TIME        when the demo begins, as 2026-11-24T05:00:00+08:00; without it, now, or with
                       --speed at the hour of today that the pack names
    --seed N           the demo's dice
    --to TIME          with --from, the part of history that rules replay judges: 2026-09-01T00:00:00Z
    --help, --version
";

/// What to do, and with what.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    pub command: Command,
    pub config: Option<PathBuf>,
    pub city: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub demo: bool,
    pub replay: Option<PathBuf>,
    pub speed: Option<u32>,
    pub seed: u64,
    /// Of a demonstration, when it begins; of a rule's replay, where it begins.
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// What stands after the command.
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Command {
    #[default]
    Help,
    Version,
    Serve,
    Check,
    Backup,
    Restore,
    Export,
    Import,
    Rules,
    Timetable,
    Bench,
    OpenApi,
    Configuration,
}

/// The demo's dice unless `--seed` says otherwise: the month of the blueprint it first showed.
const SEED: u64 = 202_012;

pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, String> {
    let mut parser = lexopt::Parser::from_iter(arguments);
    let mut found = Arguments { seed: SEED, ..Arguments::default() };
    let mut named = false;
    while let Some(argument) = parser.next().map_err(|e| e.to_string())? {
        let next = |parser: &mut lexopt::Parser| parser.value().map_err(|e| e.to_string());
        match argument {
            Short('h') | Long("help") => return Ok(Arguments::default()),
            Short('V') | Long("version") => return Ok(Arguments { command: Command::Version, ..found }),
            Long("config") => found.config = Some(next(&mut parser)?.into()),
            Long("city") => found.city = Some(next(&mut parser)?.into()),
            Long("data") => found.data = Some(next(&mut parser)?.into()),
            Long("listen") => found.listen = Some(number(&next(&mut parser)?, "--listen", "127.0.0.1:8080")?),
            Long("demo") => found.demo = true,
            Long("replay") => found.replay = Some(next(&mut parser)?.into()),
            Long("speed") => {
                let speed: u32 = number(&next(&mut parser)?, "--speed", "60")?;
                if !(1..=10_000).contains(&speed) {
                    return Err(format!("--speed {speed}: give a number from 1 to 10000"));
                }
                found.speed = Some(speed);
            }
            Long("from") => found.from = Some(time(&next(&mut parser)?, "--from")?),
            Long("to") => found.to = Some(time(&next(&mut parser)?, "--to")?),
            Long("seed") => found.seed = number(&next(&mut parser)?, "--seed", "7")?,
            Value(word) if !named => {
                found.command = command(&word.to_string_lossy())?;
                named = true;
            }
            Value(path) => found.paths.push(path.into()),
            other => return Err(format!("{}; causeway --help lists what there is", other.unexpected())),
        }
    }
    if found.demo && found.replay.is_some() {
        return Err(
            "--demo and --replay exclude each other: simulated and recorded values are never mixed".into()
        );
    }
    Ok(found)
}

fn command(word: &str) -> Result<Command, String> {
    Ok(match word {
        "serve" => Command::Serve,
        "check" => Command::Check,
        "backup" => Command::Backup,
        "restore" => Command::Restore,
        "export" => Command::Export,
        "import" => Command::Import,
        "rules" => Command::Rules,
        "timetable" => Command::Timetable,
        "bench" => Command::Bench,
        "openapi" => Command::OpenApi,
        "configuration" => Command::Configuration,
        "help" => Command::Help,
        other => return Err(format!("there is no command {other}; causeway --help lists what there is")),
    })
}

fn time(text: &OsString, option: &str) -> Result<Time, String> {
    Time::parse(&text.to_string_lossy()).map_err(|e| format!("{option}: {e}"))
}

fn number<T: std::str::FromStr>(text: &OsString, option: &str, example: &str) -> Result<T, String> {
    text.to_string_lossy()
        .parse()
        .map_err(|_| format!("{option} {}: give something like {example}", text.to_string_lossy()))
}

#[cfg(test)]
mod tests;
