//! A rule file read and judged: every mistake at once, each with its line and what to do.

use std::sync::Arc;

use host::pack::{self, Finding, Judge, Pack, PackFile};
use intake::Feed;
use jiff::tz::TimeZone;
use vocab::time::SECOND;
use vocab::{Label, Lang, Slug, Time};

use super::file::{ConditionFile, Kind, RuleFile};
use super::values::{NAMES, NAMES_OF_TWO};
use super::{Condition, Input, Proof, Rule, Rules, Run, Test, Watch};
use crate::query::filter::Filter;

/// Where rules lie in a pack.
pub const FOLDER: &str = "rules";
/// Two years: nothing that a city measures is rarer.
const SECONDS_MAX: i64 = 2 * 366 * 86_400;

/// Reads every rule of a pack, or says everything that is wrong with them. `feeds` are those of the pack that are good.
pub fn load(pack: &Pack, feeds: &[Arc<Feed>]) -> Result<Rules, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut rules = Vec::new();
    for file in pack.folder(FOLDER, ".toml") {
        match read(file, &pack.language_tags(), &pack.city.zone(), Some(feeds)) {
            Ok(rule) => rules.push(Arc::new(rule)),
            Err(wrong) => findings.extend(wrong),
        }
    }
    if findings.is_empty() { Ok(Arc::new(rules)) } else { Err(findings) }
}

/// One rule. Without `feeds`, what it says of them is believed.
pub fn read(
    file: &PackFile,
    languages: &[Lang],
    zone: &TimeZone,
    feeds: Option<&[Arc<Feed>]>,
) -> Result<Rule, Vec<Finding>> {
    let written: RuleFile = pack::parse(file)?;
    let mut checked = Checked { file, judge: Judge::new(file, languages.to_vec()) };
    checked.names(&written);
    for (key, text) in
        [("title", &written.title), ("means", &written.means), ("what_to_do", &written.what_to_do)]
    {
        checked.judge.at_key(key).text(key, text);
    }
    let watch = checked.watch(&written, feeds);
    let condition = checked.condition(&written.condition, &watch);
    let proof = checked.proof(&written);
    match (condition, proof, checked.judge.findings()) {
        (Some(condition), Some(proof), found) if found.is_empty() => Ok(Rule {
            id: written.id,
            title: written.title,
            means: written.means,
            what_to_do: written.what_to_do,
            label: written.label,
            severity: written.severity,
            watch,
            condition,
            hours: written.condition.hours,
            zone: zone.clone(),
            to: written.to,
            enabled: written.enabled,
            proof,
            sha256: file.sha256.clone(),
        }),
        (_, _, found) => Err(found),
    }
}

struct Checked<'a> {
    file: &'a PackFile,
    judge: Judge<'a>,
}

impl Checked<'_> {
    fn find(&mut self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.judge.at_key(key).find(message, hint);
    }

    fn names(&mut self, written: &RuleFile) {
        if written.id != self.file.stem() {
            let what = format!("the rule {} lies in a file of another name", written.id);
            self.find("id", what, format!("write id = \"{}\", or rename the file", self.file.stem()));
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if written.id.is_empty() || written.id.len() > 60 || !written.id.chars().all(fits) {
            let what = "the id is no name for addresses";
            self.find("id", what, "use small letters, digits and -, 60 at most");
        }
    }

    fn watch(&mut self, written: &RuleFile, feeds: Option<&[Arc<Feed>]>) -> Watch {
        let (prefix, is_feed) = match (&written.feed, &written.scope) {
            (Some(feed), None) => (feed.clone(), true),
            (None, Some(scope)) => (scope.clone(), false),
            _ => {
                let what = "a rule watches one feed or the datastreams of one scope";
                self.find(
                    "datastreams",
                    what,
                    "write feed = \"air-quality\", or scope = \"lampposts\" of devices",
                );
                (String::new(), false)
            }
        };
        if written.datastreams.is_empty() {
            self.find("datastreams", "no datastream is named", "name keys of datastreams: [\"speed\"]");
        }
        if !is_feed && !prefix.is_empty() && Slug::new(prefix.as_str()).is_err() {
            self.find("scope", format!("{prefix} begins no names"), "write it as lampposts or lampposts/17");
        }
        if let (true, Some(feeds)) = (is_feed, feeds) {
            match feeds.iter().find(|feed| feed.id.as_str() == prefix) {
                None => {
                    let known: Vec<&str> = feeds.iter().map(|feed| feed.id.as_str()).collect();
                    let hint = format!("the feeds are {}", known.join(", "));
                    self.find("feed", format!("there is no feed {prefix}"), hint);
                }
                Some(feed) => self.keys(written, feed),
            }
        }
        Watch {
            prefix,
            is_feed,
            keys: written.datastreams.iter().cloned().collect(),
            things: written.things.clone(),
        }
    }

    fn keys(&mut self, written: &RuleFile, feed: &Feed) {
        let known: Vec<&str> = feed.datastreams.iter().map(|facts| facts.key.as_str()).collect();
        for key in &written.datastreams {
            let Some(facts) = feed.datastreams.iter().find(|facts| facts.key == *key) else {
                let hint = format!("the feed has {}", known.join(", "));
                self.find("datastreams", format!("the feed {} has no datastream {key}", feed.id), hint);
                continue;
            };
            if written.label == Label::Public && facts.label != Label::Public {
                let what = format!("a public rule would tell of {key}, which is not public");
                self.find("label", what, "leave the label out, or make the datastream public");
            }
        }
    }

    fn condition(&mut self, written: &ConditionFile, watch: &Watch) -> Option<Condition> {
        let kind = written.kind;
        let (must, may) = kind.keys();
        let has = written.written();
        for key in must.iter().filter(|key| !has.contains(key)) {
            self.find(
                "condition",
                format!("a condition of the kind {} needs {key}", kind.word()),
                format!("add {key}"),
            );
        }
        for key in has.iter().filter(|key| !must.contains(key) && !may.contains(key)) {
            let all: Vec<&str> = must.iter().chain(may).copied().collect();
            let hint = format!("it takes {}", all.join(", "));
            self.find(key, format!("a condition of the kind {} has no {key}", kind.word()), hint);
        }
        for (key, seconds) in [
            ("for_seconds", written.for_seconds),
            ("clear_for_seconds", written.clear_for_seconds),
            ("seconds", written.seconds),
            ("within_seconds", written.within_seconds),
        ] {
            let least = i64::from(key == "seconds");
            if seconds.is_some_and(|seconds| !(least..=SECONDS_MAX).contains(&seconds)) {
                self.find(key, format!("{key} is out of range"), format!("give {least} to {SECONDS_MAX}"));
            }
        }
        if written
            .hours
            .is_some_and(|(from, to)| !(0..24).contains(&from) || !(1..=24).contains(&to) || from == to)
        {
            self.find("hours", "these are no hours of a day", "write hours = [7, 23]");
        }
        self.of_kind(written, watch)
    }

    fn of_kind(&mut self, written: &ConditionFile, watch: &Watch) -> Option<Condition> {
        let micros = |seconds: Option<i64>| seconds.unwrap_or(0).saturating_mul(SECOND);
        let span = micros(written.seconds);
        Some(match written.kind {
            Kind::Threshold => Condition::When(self.test(written, NAMES)?),
            Kind::Rate => Condition::When(self.test(written, NAMES_OF_TWO)?),
            Kind::Stuck => {
                let unless = self.filter("unless", written.unless.as_deref(), NAMES);
                Condition::Stuck { span, unless: unless.ok()? }
            }
            Kind::Gap => Condition::Gap { span },
            Kind::Absence => Condition::Absence { span },
            Kind::Combination => {
                let inputs = self.inputs(written, watch)?;
                let names: Vec<&str> =
                    inputs.iter().map(|input| input.name.as_str()).chain(["local_hour"]).collect();
                let test = self.test(written, &names)?;
                Condition::Combination { inputs, within: micros(written.within_seconds), test }
            }
            Kind::Many => {
                let (share, least) = (written.share.unwrap_or(0.0), written.least.unwrap_or(0));
                let until_share = written.until_share.unwrap_or(share);
                if !(share > 0.0 && share <= 1.0 && until_share > 0.0 && until_share <= share) {
                    self.find(
                        "share",
                        "this is no share",
                        "share = 0.5 is half of them; until_share is not above it",
                    );
                }
                if least < 2 {
                    self.find("least", "one alone is not many", "say how many must speak at all, 2 at least");
                }
                let test = self.test(written, NAMES)?;
                Condition::Many { test, share, until_share, least, within: micros(written.within_seconds) }
            }
        })
    }

    fn inputs(&mut self, written: &ConditionFile, watch: &Watch) -> Option<Vec<Input>> {
        let inputs = written.inputs.as_ref()?;
        for key in inputs.values().filter(|key| !watch.keys.contains(*key)) {
            let hint = "name it in datastreams too";
            self.find("inputs", format!("the rule does not watch {key}"), hint);
        }
        if inputs.len() < 2 || inputs.len() > 8 {
            self.find(
                "inputs",
                "a combination is of 2 to 8 datastreams",
                "inputs = { speed = \"speed\", volume = \"volume\" }",
            );
        }
        Some(inputs.iter().map(|(name, key)| Input { name: name.clone(), key: key.clone() }).collect())
    }

    fn test(&mut self, written: &ConditionFile, names: &[&str]) -> Option<Test> {
        let micros = |seconds: Option<i64>| seconds.unwrap_or(0).saturating_mul(SECOND);
        let when = self.filter("when", written.when.as_deref(), names).ok()??;
        let until = self.filter("until", written.until.as_deref(), names).ok()?;
        Some(Test {
            when,
            until,
            hold: micros(written.for_seconds),
            calm: micros(written.clear_for_seconds),
            within: written.within_seconds.map_or(i64::MAX, |seconds| seconds.saturating_mul(SECOND)),
        })
    }

    /// `Err` where it was found wrong.
    fn filter(&mut self, key: &str, text: Option<&str>, names: &[&str]) -> Result<Option<Filter>, ()> {
        let Some(text) = text else { return Ok(None) };
        Filter::of_names(text, names).map(Some).map_err(|what| {
            self.find(key, format!("{key} = \"{text}\": {what}"), "write it as in $filter: result ge 8");
        })
    }

    fn proof(&mut self, written: &RuleFile) -> Option<Proof> {
        if let Some(reason) = &written.unreplayed {
            self.judge.at_key("unreplayed").text("unreplayed", reason);
            if !written.replayed.is_empty() {
                self.find("unreplayed", "the rule was replayed and was not", "keep the one that is true");
            }
            return Some(Proof::Reason(reason.clone()));
        }
        if written.replayed.is_empty() {
            if written.enabled {
                let hint = "run causeway rules replay on it and write what came of it as [[replayed]], or say in unreplayed why that cannot be";
                self.find("enabled", "a rule is switched on only after it was replayed over history", hint);
                return None;
            }
            return Some(Proof::Replayed(Vec::new()));
        }
        let mut runs = Vec::new();
        for run in &written.replayed {
            match (Time::parse(&run.from), Time::parse(&run.to)) {
                (Ok(from), Ok(to)) if from < to => runs.push(Run { from, to, alerts: run.alerts }),
                _ => self.find(
                    "replayed",
                    format!("{} to {} is no time", run.from, run.to),
                    "write 2023-09-01T00:00:00+08:00",
                ),
            }
        }
        Some(Proof::Replayed(runs))
    }
}
