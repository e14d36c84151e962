//! What the program does when told.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use host::config::{Config, ConfigError};
use host::migrate::MigrateError;
use host::pack::{Finding, Pack};
use host::{Clock, Db, DbError};
use intake::replay::Replay;
use sensing::Sensing;
use sensing::actions::export::{TransferError, export_day, import_file};
use vocab::time::DAY;
use vocab::{Mode, Time};

use crate::arguments::{Arguments, Command, HELP};
use crate::{alerting, assemble, bench, embedded, serve, timetable};

/// Why a command did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the city pack has {} mistake(s)\n{}", .0.len(), listed(.0))]
    Pack(Vec<Finding>),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("{0}")]
    Start(String),
}

impl Failure {
    /// 2 for a command that could not be understood, 1 for one that failed.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) | Failure::Config(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Help => print!("{HELP}"),
        Command::Version => println!("causeway {}", env!("CARGO_PKG_VERSION")),
        Command::Configuration => print!("{}", host::config::manual()),
        Command::Serve => return serve::serve(arguments),
        Command::Check => return check(&arguments),
        Command::Backup => return backup(&arguments),
        Command::Restore => return restore(&arguments),
        Command::OpenApi => return openapi(&arguments),
        Command::Export => return export(&arguments),
        Command::Import => return import(&arguments),
        Command::Rules => return alerting::rules(&arguments),
        Command::Timetable => return timetable::timetable(&arguments),
        Command::Bench => return bench::run(&arguments),
    }
    Ok(())
}

/// The configuration with what the command line says on top.
pub fn configuration(arguments: &Arguments) -> Result<Config, Failure> {
    let mut config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    if let Some(listen) = arguments.listen {
        config.server.listen = listen;
    }
    if let Some(data) = &arguments.data {
        config.server.data = data.clone();
    }
    if let Some(city) = &arguments.city {
        config.city.path = Some(city.clone());
    }
    // Each mode has a store of its own beside the others, so that no figure can mix them.
    if config.database.url.is_none() {
        let file = config.server.data.join(format!("{}.db", mode(arguments).word()));
        config.database.url = Some(format!("sqlite:{}", file.display()));
    }
    Ok(config)
}

pub fn mode(arguments: &Arguments) -> Mode {
    match (arguments.demo, &arguments.replay) {
        (true, _) => Mode::Simulated,
        (false, Some(_)) => Mode::Recording,
        (false, None) => Mode::Live,
    }
}

/// The pack of the configuration, or the one inside the program.
pub fn pack(path: Option<&Path>) -> Result<Pack, Failure> {
    let loaded = match path {
        Some(folder) => Pack::from_folder(folder),
        None => {
            Pack::from_files(embedded::PACK.iter().map(|(path, text)| (path.to_string(), text.to_string())))
        }
    };
    loaded.map_err(Failure::Pack)
}

/// Opens the store and brings it up to date.
pub fn open(config: &Config) -> Result<Db, Failure> {
    std::fs::create_dir_all(&config.server.data).map_err(|e| {
        Failure::Start(format!("cannot make the data folder {}: {e}", config.server.data.display()))
    })?;
    let db = Db::open(&config.database_url())?;
    host::migrate::run(&db, assemble::MIGRATIONS)?;
    Ok(db)
}

fn check(arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.paths.first().or(arguments.city.as_ref());
    let content = assemble::check(pack(folder.map(PathBuf::as_path))?)?;
    println!("{}: {} files, no mistakes", content.pack.city.id, content.pack.files.len());
    Ok(())
}

fn openapi(arguments: &Arguments) -> Result<(), Failure> {
    let content = assemble::check(pack(arguments.city.as_deref())?)?;
    print!("{}", assemble::openapi_text(&assemble::describe(&content)?));
    Ok(())
}

pub fn one_path<'a>(arguments: &'a Arguments, what: &str) -> Result<&'a Path, Failure> {
    match arguments.paths.as_slice() {
        [path] => Ok(path),
        _ => Err(Failure::Usage(format!("name {what}; causeway --help shows how"))),
    }
}

fn backup(arguments: &Arguments) -> Result<(), Failure> {
    let to = one_path(arguments, "one file to write")?;
    host::db::backup(&configuration(arguments)?.database_url(), to)?;
    println!("wrote {}", to.display());
    Ok(())
}

fn restore(arguments: &Arguments) -> Result<(), Failure> {
    let from = one_path(arguments, "one backup")?;
    let config = configuration(arguments)?;
    std::fs::create_dir_all(&config.server.data).map_err(|e| {
        Failure::Start(format!("cannot make the data folder {}: {e}", config.server.data.display()))
    })?;
    host::db::restore(&config.database_url(), from, |db| {
        host::migrate::run(db, assemble::MIGRATIONS).map_err(|e| DbError::Corrupt(e.to_string()))
    })?;
    // A backup of an older program is brought up to date, one of a newer program is refused.
    drop(open(&config)?);
    println!("restored {}", from.display());
    Ok(())
}

/// Writes every day that is over, a file each. A day that stands in the folder already is written again.
fn export(arguments: &Arguments) -> Result<(), Failure> {
    let folder = one_path(arguments, "one folder to write into")?;
    let made = std::fs::create_dir_all(folder);
    made.map_err(|e| Failure::Start(format!("cannot make {}: {e}", folder.display())))?;
    let (sensing, runtime) = alone(arguments)?;
    let now = Clock::system().now();
    let observations = sensing.observations();
    let extents = observations.datastreams().ids().into_iter().filter_map(|id| observations.extent(id));
    let Some((first, last)) = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        println!("there are no observations");
        return Ok(());
    };
    let mut day = Time(first).floor(DAY);
    while day.0 <= last {
        match runtime.block_on(export_day(observations, day, now, folder)) {
            Ok((file, 0)) => drop(std::fs::remove_file(file)),
            Ok((file, rows)) => println!("{} rows={rows}", file.display()),
            // Today's rows are still coming in; they are exported tomorrow.
            Err(TransferError::Open(day)) => println!("{day} is not over yet"),
            Err(error) => return Err(Failure::Start(error.to_string())),
        }
        day = day.plus(DAY);
    }
    Ok(())
}

/// Brings exported days in, or with `--replay DIR` every recording that the pack names, at once.
fn import(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(folder) = &arguments.replay {
        return import_recordings(arguments, folder);
    }
    if arguments.paths.is_empty() {
        return Err(Failure::Usage(
            "name the files to bring in, or the recordings' folder with --replay DIR".into(),
        ));
    }
    let (sensing, runtime) = alone(arguments)?;
    for path in &arguments.paths {
        let now = Clock::system().now();
        let imported = runtime.block_on(import_file(sensing.door(), path, mode(arguments), now));
        let imported = imported.map_err(|e| Failure::Start(e.to_string()))?;
        println!("{} {}", path.display(), counted(&imported.outcomes));
        for (slug, rows) in &imported.unknown {
            println!("    {rows} rows of {slug}: there is no such datastream here");
        }
    }
    Ok(())
}

fn import_recordings(arguments: &Arguments, folder: &Path) -> Result<(), Failure> {
    let config = configuration(arguments)?;
    let content = assemble::check(pack(config.city.path.as_deref())?)?;
    let db = open(&config)?;
    let runtime = runtime()?;
    let city = runtime.block_on(async { assemble::unattended(&config, mode(arguments), &content, &db) })?;
    let mut recordings = content.recordings.clone();
    recordings.retain(|recording| folder.join(&recording.file).is_file());
    let replay = Replay {
        intake: city.intake.clone(),
        feeds: content.feeds.clone(),
        recordings: std::sync::Arc::new(recordings),
        folder: folder.into(),
        speed: 1,
    };
    for (file, taken) in runtime.block_on(replay.import())? {
        let (tally, receipt) = (&taken.tally, &taken.receipt);
        println!(
            "{file} records={} quarantined={} observations={} stored={} duplicate={} refused={}",
            tally.received,
            tally.quarantined,
            taken.observations,
            receipt.stored,
            receipt.duplicate,
            receipt.refused_in_all()
        );
        if let Some(error) = &taken.error {
            println!("    {error}");
        }
    }
    Ok(())
}

fn counted(outcomes: &std::collections::BTreeMap<&'static str, u64>) -> String {
    outcomes.iter().map(|(word, rows)| format!("{word}={rows}")).collect::<Vec<_>>().join(" ")
}

pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|e| Failure::Start(format!("no threads: {e}")))
}

/// The store's engine without a city around it, for commands that need the store for themselves.
pub fn alone(arguments: &Arguments) -> Result<(Sensing, tokio::runtime::Runtime), Failure> {
    let config = configuration(arguments)?;
    let languages = pack(config.city.path.as_deref())?.language_tags();
    let db = open(&config)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let sensing = Sensing::open(&db, &Clock::system(), sensing::Config::new(mode(arguments), languages))?;
    drop(_inside);
    Ok((sensing, runtime))
}
