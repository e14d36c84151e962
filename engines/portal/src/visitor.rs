//! What the pack says to somebody who has just arrived: phrases, and for each point where people enter the city how to go on
//! from there.

use host::pack::{self, Finding, Judge, Pack};
use serde::Deserialize;
use vocab::{Position, Slug, Text};

/// The file of a pack that speaks to visitors.
pub const FILE: &str = "visitors.toml";

/// `visitors.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visitors {
    pub schema: u32,
    /// The feed whose things are the queues at the points.
    #[serde(default)]
    pub queues: Option<String>,
    /// The feed of weather stations, and which of their datastreams are shown of the nearest.
    #[serde(default)]
    pub weather: Option<Weather>,
    /// What helps first, whatever the point.
    #[serde(rename = "advice", default)]
    pub advice: Vec<Advice>,
    #[serde(rename = "phrase", default)]
    pub phrases: Vec<Phrase>,
    #[serde(rename = "point", default)]
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weather {
    pub feed: String,
    pub datastreams: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    pub title: Text,
    pub text: Text,
    #[serde(default)]
    pub link: Option<Link>,
}

/// Something to say or to show.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    pub means: Text,
    /// In the language of the city's streets, whose tag is `lang`.
    pub say: String,
    pub lang: String,
    /// How it sounds, in letters.
    pub sounds: String,
}

/// Where people enter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub slug: Slug,
    pub name: Text,
    /// What it joins, and by what means one crosses.
    pub what: Text,
    /// The thing of the feed of queues, without the feed's name: `NR`.
    #[serde(default)]
    pub queue: Option<String>,
    /// When it is open, in words.
    pub open: Text,
    pub longitude: f64,
    pub latitude: f64,
    /// Who answers for the point: the official word on its hours.
    pub official: Link,
    #[serde(rename = "onward", default)]
    pub onward: Vec<Onward>,
}

/// A way to go on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onward {
    pub by: Text,
    pub text: Text,
    pub link: Link,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub title: Text,
    pub url: String,
}

impl Point {
    /// None only of a file that [`Visitors::of`] has refused.
    pub fn position(&self) -> Option<Position> {
        Position::new(self.longitude, self.latitude).ok()
    }
}

impl Visitors {
    /// What a pack says; a pack without the file has no such pages.
    pub fn of(pack: &Pack) -> Result<Visitors, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else { return Ok(Visitors::default()) };
        let read: Visitors = pack::parse(file)?;
        let mut judge = Judge::new(file, pack.language_tags());
        for feed in read.queues.iter().chain(read.weather.as_ref().map(|weather| &weather.feed)) {
            judge.at(feed).feed(feed, pack);
        }
        for (place, text) in read.texts() {
            judge.at(&place).text(&format!("a text of {place}"), text);
        }
        for link in read.links() {
            judge.at(&link.url).address(&link.url, &["https://"], "official pages begin with https://");
        }
        for (at, point) in read.points.iter().enumerate() {
            judge.at(&format!("slug = \"{}\"", point.slug));
            if point.position().is_none() {
                let what = format!("{} lies nowhere", point.slug);
                judge.find(what, "write longitude and latitude in degrees");
            }
            if read.points[..at].iter().any(|earlier| earlier.slug == point.slug) {
                judge.find(format!("two points are called {}", point.slug), "give each a slug of its own");
            }
        }
        judge.passed(read)
    }

    pub fn point(&self, slug: &str) -> Option<&Point> {
        self.points.iter().find(|point| point.slug.as_str() == slug)
    }

    /// Every text with words by which it is found in the file.
    fn texts(&self) -> Vec<(String, &Text)> {
        let mut texts = Vec::new();
        for advice in &self.advice {
            texts.extend([("[[advice]]".into(), &advice.title), ("[[advice]]".into(), &advice.text)]);
            texts.extend(advice.link.iter().map(|link| (link.url.clone(), &link.title)));
        }
        texts.extend(self.phrases.iter().map(|phrase| (phrase.say.clone(), &phrase.means)));
        for point in &self.points {
            let place = || format!("slug = \"{}\"", point.slug);
            texts.extend(
                [&point.name, &point.what, &point.open, &point.official.title].map(|text| (place(), text)),
            );
            let onward = point.onward.iter().flat_map(|way| [&way.by, &way.text, &way.link.title]);
            texts.extend(onward.map(|text| (place(), text)));
        }
        texts
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        let advice = self.advice.iter().filter_map(|advice| advice.link.as_ref());
        let points = self
            .points
            .iter()
            .flat_map(|p| std::iter::once(&p.official).chain(p.onward.iter().map(|w| &w.link)));
        advice.chain(points)
    }
}

#[cfg(test)]
mod tests;
