//! The feeds of the city pack: each file decoded and mapped from invented fixtures and, where they are at hand, from real
//! recordings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host::Pack;
use intake::decode::{DecodeError, Limits};
use intake::draft::{Batch, DraftFeature, DraftThing, Tally};
use intake::feed::{Feed, check};
use intake::mapping::{Context, Received, map};
use intake::replay;
use spatial::projection::Projections;
use vocab::{Lang, Mode, Quality, Time, Value};

mod fixtures;
mod playing;
mod recordings;

fn root() -> PathBuf {
    let mut folder = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
    while !folder.join("cities").is_dir() {
        assert!(folder.pop(), "the tests stand inside the project");
    }
    folder
}

fn pack() -> Pack {
    Pack::from_folder(&root().join("cities/hong-kong")).unwrap()
}

fn feeds(pack: &Pack) -> Vec<Arc<Feed>> {
    check::load(pack).unwrap_or_else(|findings| {
        let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}", all.join("\n"))
    })
}

/// What one answer of a feed became, in one piece.
struct Mapped {
    result: Result<Tally, DecodeError>,
    batches: Vec<Batch>,
}

fn mapped(feed: &str, source: &str, parameters: &[(&str, &str)], body: &[u8], received: Received) -> Mapped {
    let feeds = feeds(&pack());
    let feed = feeds.iter().find(|f| f.id.as_str() == feed).unwrap();
    let parameters =
        parameters.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect::<BTreeMap<_, _>>();
    let projections = Projections::of([]);
    let context = Context {
        feed,
        source: feed.sources.iter().find(|s| s.id == source).unwrap(),
        parameters: &parameters,
        mode: Mode::Recording,
        received,
        project: &|epsg, x, y| projections.degrees(epsg, x, y),
        limits: Limits::history(),
    };
    let mut batches = Vec::new();
    let result = map(body, &context, &mut |batch| {
        batches.push(batch);
        true
    });
    Mapped { result, batches }
}

impl Mapped {
    fn tally(&self) -> (u64, u64) {
        let tally = self.result.as_ref().unwrap();
        assert_eq!(tally.received, tally.mapped + tally.quarantined);
        (tally.mapped, tally.quarantined)
    }

    fn reasons(&self) -> Vec<&str> {
        self.batches.iter().flat_map(|b| &b.quarantined).map(|q| q.reason.as_str()).collect()
    }

    fn thing(&self, slug: &str) -> &DraftThing {
        let mut all = self.batches.iter().flat_map(|b| &b.things);
        all.find(|t| t.slug.as_str() == slug).unwrap_or_else(|| panic!("there is no thing {slug}"))
    }

    /// Every observation of a datastream: time, value, quality.
    fn series(&self, slug: &str) -> Vec<(String, Value, Quality)> {
        let of = |batch: &Batch| {
            let index = batch.datastreams.iter().position(|d| d.slug.as_str() == slug);
            let all = batch.observations.iter().filter(move |o| Some(o.datastream) == index);
            all.map(|o| (o.time.iso(), o.value.clone(), o.quality)).collect::<Vec<_>>()
        };
        self.batches.iter().flat_map(of).collect()
    }

    fn feature(&self, slug: &str) -> &DraftFeature {
        let mut all = self.batches.iter().flat_map(|b| &b.features);
        all.find(|f| f.slug.as_str() == slug).unwrap_or_else(|| panic!("there is no feature {slug}"))
    }

    fn observations(&self) -> usize {
        self.batches.iter().map(|b| b.observations.len()).sum()
    }

    #[track_caller]
    fn check(&self, slug: &str, expected: &[(&str, Value, Quality)]) {
        let expected: Vec<_> = expected.iter().map(|(t, v, q)| (t.to_string(), v.clone(), *q)).collect();
        assert_eq!(self.series(slug), expected, "{slug}");
    }
}

fn number(n: f64) -> Value {
    Value::Number(n)
}

fn lang(tag: &str) -> Lang {
    Lang::new(tag).unwrap()
}

#[test]
fn every_feed_file_is_good_and_open() {
    let pack = pack();
    let feeds = feeds(&pack);
    let ids: Vec<&str> = feeds.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "air-quality",
            "beaches",
            "car-parks",
            "car-parks-one-stop",
            "control-point-queues",
            "cycle-tracks",
            "districts",
            "emergency-waiting",
            "ev-chargers",
            "hourly-rainfall",
            "incident-history",
            "journey-times",
            "kerb-bays",
            "leisure-courts",
            "marine-water",
            "metered-bays",
            "place-names",
            "pollutants",
            "rain-nowcast",
            "rainfall-history",
            "recycling-points",
            "regional-weather",
            "segment-speeds",
            "smart-lampposts",
            "tides",
            "traffic-detectors",
            "traffic-news",
            "trails",
            "water-suspension",
            "weather-warnings",
            "weather"
        ]
    );
    for feed in &feeds {
        let attribution = feed.licence.attribution.get(&lang("en")).unwrap();
        let others = match feed.id.as_str() {
            // Of the community, not of a department.
            "trails" => "© OpenStreetMap contributors",
            // Written for this pack.
            "place-names" => "Written for Causeway",
            _ => "Contains information from DATA.GOV.HK, provided by the ",
        };
        assert!(attribution.starts_with(others), "{attribution}");
        assert!(feed.sources.iter().flat_map(|s| &s.pulls).all(|p| p.url.starts_with("https://")));
    }
    let recordings = replay::recordings(&pack, &feeds).unwrap_or_else(|f| panic!("{}", f[0]));
    assert!(recordings.len() >= 18);
}
