//! Who is told of alerts, by the configuration; and `causeway rules`, which replays a rule over history.

use std::path::Path;
use std::sync::Arc;

use host::config::Config;
use host::pack::PackFile;
use host::{Clock, Db};
use intake::replay::Replay;
use sensing::Sensing;
use sensing::actions::alerts::{Target, Voice};
use sensing::actions::replayed::Replayed;
use sensing::rule::{Channel, Proof, Rule};
use tokio::runtime::Runtime;
use vocab::{Mode, Severity, Time};

use crate::arguments::Arguments;
use crate::assemble::{self, Content};
use crate::commands::{self, Failure};

/// Webhooks and mail, as far as they are configured.
pub fn targets(config: &Config) -> Vec<Target> {
    // Checked when the configuration was read.
    let least = |word: &str| Severity::from_word(word).unwrap_or_default();
    let mut targets: Vec<Target> = config
        .webhooks
        .iter()
        .map(|webhook| Target {
            name: Target::of_webhook(&webhook.name),
            channel: Channel::Webhook,
            least: least(&webhook.least),
            public_only: webhook.public_only,
        })
        .collect();
    if config.mail.server.is_some() {
        let least = least(&config.mail.least);
        targets.push(Target { name: Target::MAIL.into(), channel: Channel::Mail, least, public_only: false });
    }
    targets
}

/// The words in which this city's mails are written.
pub fn voice(config: &Config, content: &Content) -> Voice {
    let langs = content.pack.language_tags();
    let asked = config.mail.language.as_ref().and_then(|tag| langs.iter().find(|lang| lang.as_str() == tag));
    let lang = asked.unwrap_or(&langs[0]).clone();
    Voice {
        words: content.portal.words.clone(),
        city: content.pack.city.name.best(&lang).map(|(_, name)| name.to_string()).unwrap_or_default(),
        zone: content.pack.city.zone(),
        origin: config.server.public_url.clone().unwrap_or_default().trim_end_matches('/').to_string(),
        lang,
    }
}

/// `causeway rules replay FILE…`.
pub fn rules(arguments: &Arguments) -> Result<(), Failure> {
    let files = match arguments.paths.split_first() {
        Some((word, files)) if word.to_str() == Some("replay") && !files.is_empty() => files,
        _ => {
            let how = "write causeway rules replay FILE; causeway --help shows how";
            return Err(Failure::Usage(how.into()));
        }
    };
    let mut config = commands::configuration(arguments)?;
    let content = assemble::check(commands::pack(config.city.path.as_deref())?)?;
    let rules: Vec<Arc<Rule>> = files.iter().map(|file| read(file, &content)).collect::<Result<_, _>>()?;
    let Some(recordings) = &arguments.replay else {
        let (sensing, runtime) = commands::alone(arguments)?;
        return show(&sensing, &runtime, &rules, arguments);
    };
    let runtime = commands::runtime()?;
    // A store of its own, which is gone afterwards.
    let folder = std::env::temp_dir().join(format!("causeway-rules-{}", std::process::id()));
    config.database.url = Some(format!("sqlite:{}", folder.join("replayed.db").display()));
    config.server.data = folder.clone();
    let outcome = (|| {
        let db = commands::open(&config)?;
        let sensing = runtime.block_on(import(&config, &content, &db, &rules, recordings))?;
        show(&sensing, &runtime, &rules, arguments)
    })();
    // In the machine's own folder for such things; that it cannot be removed harms nobody.
    drop(std::fs::remove_dir_all(&folder));
    outcome
}

fn show(
    sensing: &Sensing,
    runtime: &Runtime,
    rules: &[Arc<Rule>],
    arguments: &Arguments,
) -> Result<(), Failure> {
    let (from, to) = (arguments.from.unwrap_or(Time::MIN), arguments.to.unwrap_or(Time::MAX));
    for rule in rules {
        let replayed = runtime.block_on(sensing.replay_rule(rule, from, to))?;
        print!("{}", table(rule, &replayed));
    }
    Ok(())
}

fn read(file: &Path, content: &Content) -> Result<Arc<Rule>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::Start(format!("{} cannot be read: {e}", file.display())))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = PackFile::new(format!("rules/{name}"), text);
    let (langs, zone) = (content.pack.language_tags(), content.pack.city.zone());
    let rule = sensing::rule::check::read(&file, &langs, &zone, Some(&content.feeds));
    rule.map(Arc::new).map_err(Failure::Pack)
}

/// Takes in the recordings of the rules' feeds.
async fn import(
    config: &Config,
    content: &Content,
    db: &Db,
    rules: &[Arc<Rule>],
    folder: &Path,
) -> Result<Sensing, Failure> {
    let standing = assemble::alone(config, Mode::Recording, content, db, &Clock::system())?;
    let city = assemble::assemble(&standing, content, standing.stop.clone())?;
    let mut recordings = content.recordings.clone();
    recordings.retain(|recording| {
        rules.iter().any(|rule| rule.watch.prefix == recording.feed.as_str())
            && folder.join(&recording.file).is_file()
    });
    let replay = Replay {
        intake: city.intake.clone(),
        feeds: content.feeds.clone(),
        recordings: Arc::new(recordings),
        folder: folder.into(),
        speed: 1,
    };
    for (file, taken) in replay.import().await? {
        eprintln!("{file}: {} observations", taken.observations);
    }
    Ok(standing.sensing)
}

/// What came of it, in the form in which it is committed beside a rule.
fn table(rule: &Rule, replayed: &Replayed) -> String {
    let mut out = format!(
        "# {}: {} datastreams, {} results\n# raised\tcleared\tvalue\tsubject\n",
        rule.id, replayed.datastreams, replayed.results
    );
    for alert in &replayed.alerts {
        let cleared = alert.cleared.map_or_else(|| "-".into(), |at| at.iso());
        out.push_str(&format!("{}\t{cleared}\t{}\t{}\n", alert.raised.iso(), alert.value, alert.subject));
    }
    out.push_str(&format!("# {} alerts\n", replayed.alerts.len()));
    if let Proof::Replayed(runs) = &rule.proof {
        for run in runs {
            let within = |at: Time| run.from <= at && at < run.to;
            let found = replayed.alerts.iter().filter(|alert| within(alert.raised)).count();
            let kept = if found == run.alerts { "as the file says" } else { "not what the file says" };
            out.push_str(&format!("# {} to {}: {found} alerts, {kept}\n", run.from.iso(), run.to.iso()));
        }
    }
    out
}
