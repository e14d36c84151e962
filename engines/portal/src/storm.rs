//! Storm mode: while a warning of the pack's list is in force, the front page changes by itself. It quotes feeds with their
//! times and labels a standing rule as such; where nothing is heard it says "not known", never "running" (promise 4).

use host::pack::{self, Finding, Judge, Pack};
use serde::Deserialize;
use vocab::Text;

use crate::notice::Notice;

pub const FILE: &str = "dashboards/storm.toml";

/// `dashboards/storm.toml`: the first storm whose warning is in force is the one shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storms {
    pub schema: u32,
    #[serde(rename = "storm", default)]
    pub storms: Vec<Storm>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    pub id: String,
    /// The feed whose notices turn it on.
    pub feed: String,
    /// Their property `code` is one of these.
    pub codes: Vec<String>,
    /// What it means, in a sentence or two.
    pub means: Text,
    /// Rules that hold whenever such a warning is in force; not reports of what happens.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
    /// Feeds that are quoted: their notices in force, or since when nothing was heard.
    pub quotes: Vec<String>,
    /// Tiles shown first, in this order.
    #[serde(default)]
    pub tiles: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub says: Text,
    /// Whose rule it is.
    pub owner: Text,
    pub url: String,
}

impl Storms {
    pub fn of(pack: &Pack) -> Result<Storms, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else { return Ok(Storms::default()) };
        let read: Storms = pack::parse(file)?;
        let mut judge = Judge::new(file, pack.language_tags());
        for storm in &read.storms {
            judge.at(&format!("id = \"{}\"", storm.id));
            judge.text(&format!("means of the storm {}", storm.id), &storm.means);
            for rule in &storm.rules {
                judge.text(&format!("rule of the storm {}", storm.id), &rule.says);
                judge.text(&format!("owner of the storm {}", storm.id), &rule.owner);
                judge.address(&rule.url, &["https://"], "say where the rule can be read: https://…");
            }
            if storm.codes.is_empty() {
                let what = format!("nothing turns on the storm {}", storm.id);
                judge.find(what, "list codes of its feed's notices");
            }
            for feed in storm.quotes.iter().chain([&storm.feed]) {
                judge.feed(feed, pack);
            }
        }
        judge.passed(read)
    }

    /// The storm that is on, and the notice that turned it on.
    pub fn on<'s, 'n>(&'s self, in_force: &'n [Notice]) -> Option<(&'s Storm, &'n Notice)> {
        self.storms.iter().find_map(|storm| {
            let notice = in_force.iter().find(|notice| storm.is_turned_on_by(notice))?;
            Some((storm, notice))
        })
    }
}

impl Storm {
    fn is_turned_on_by(&self, notice: &Notice) -> bool {
        let code = notice.properties.get("code").and_then(|code| code.as_str());
        notice.feed == self.feed && code.is_some_and(|code| self.codes.iter().any(|known| known == code))
    }
}

#[cfg(test)]
mod tests;
