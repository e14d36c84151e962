//! What the front page says first while a grave warning is in force.

use intake::health::Health;
use intake::runner::FeedStatus;
use ui::Reader;
use ui::markup::Markup;
use ui::status;

use super::feed::health;
use super::home::beginning;
use crate::Portal;
use crate::notice::Notice;
use crate::storm::Storm;

/// Notices of one feed that are quoted.
const QUOTED: usize = 6;

pub struct StormShown {
    pub title: String,
    pub lang: String,
    pub when: Markup,
    pub owner: String,
    pub means: String,
    /// What it says, whose rule it is, and where it can be read.
    pub rules: Vec<(String, String, String)>,
    pub quotes: Vec<Quote>,
}

/// What a feed says now, or since when it says nothing.
pub struct Quote {
    pub feed: String,
    pub href: String,
    pub chip: Markup,
    pub said: Vec<(String, String, Markup)>,
    pub silence: String,
}

impl Portal {
    /// A storm as the front page shows it: the warning with its time, what each feed says, and standing rules as such.
    pub(crate) fn storm_shown(
        &self,
        storm: &Storm,
        notice: &Notice,
        in_force: &[Notice],
        feeds: &[FeedStatus],
        r: &Reader,
    ) -> StormShown {
        let quotes = storm.quotes.iter().filter_map(|id| {
            let status = feeds.iter().find(|status| status.feed.id.as_str() == id)?;
            let (state, word) = health(status.health, self.parts().mode, r);
            let said = in_force.iter().filter(|other| other.feed == *id && other.slug != notice.slug);
            let said = said.take(QUOTED).map(|other| {
                let best = other.title.best(r.lang());
                let (lang, title) =
                    best.map_or_else(Default::default, |(l, t)| (l.to_string(), beginning(t)));
                (title, lang, r.at(other.at))
            });
            Some(Quote {
                feed: r.plain(&status.feed.title),
                href: ui::layout::address(r.lang(), &format!("/feeds/{id}")),
                chip: status::chip(state, &word),
                said: said.collect(),
                silence: match (status.health, status.last_good()) {
                    (Health::Green, Some(time)) => {
                        // One feed has said the storm itself.
                        let says =
                            if notice.feed == *id { "storm-says-nothing-else" } else { "storm-says-nothing" };
                        r.say(says, &[("time", r.date_time(time).into())])
                    }
                    _ => r.t("storm-not-known"),
                },
            })
        });
        let best = notice.title.best(r.lang());
        let (lang, title) = best.map_or_else(Default::default, |(l, t)| (l.to_string(), t.to_string()));
        let rules =
            storm.rules.iter().map(|rule| (r.plain(&rule.says), r.plain(&rule.owner), rule.url.clone()));
        StormShown {
            title,
            lang,
            when: r.at(notice.at),
            owner: super::figures::owner(self.feed(&notice.feed).as_deref(), self.parts().mode, r),
            means: r.plain(&storm.means),
            rules: rules.collect(),
            quotes: quotes.collect(),
        }
    }
}
