//! What is wrong with a demonstration that TOML cannot know: names that nothing bears, formats that are none.

use std::collections::BTreeSet;

use vocab::{Lang, Text, Time};

use crate::bulletin;
use crate::demo::Demo;
use crate::fleet::Fleet;

impl Demo {
    /// Each mistake, and what to do about it.
    pub fn mistakes(&self, languages: &[Lang]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let forces: BTreeSet<&str> = (self.bands.iter().map(|b| b.force.as_str()))
            .chain(self.curves.iter().map(|c| c.force.as_str()))
            .chain(self.corridors.iter().map(|c| c.force.as_str()))
            .collect();
        for fleet in &self.fleets {
            of_fleet(fleet, &forces, languages, &mut found);
        }
        for (what, text) in [("owner", &self.owner), ("description", &self.description)] {
            untold(what, text, languages, &mut found);
        }
        for fault in &self.faults {
            let known = self.fleets.iter().find(|f| f.id == fault.fleet).is_some_and(|fleet| {
                let key = fault.datastream.as_ref();
                fleet.devices.iter().any(|device| device.key == fault.device)
                    && key.is_none_or(|key| fleet.datastreams.iter().any(|stream| stream.key == *key))
            });
            if !known {
                let what = format!("a fault strikes {}/{}, which is not there", fault.fleet, fault.device);
                found.push((what, "name a device of a fleet, and a datastream of it".into()));
            }
        }
        for told in &self.bulletins {
            let formats =
                [&told.around, &told.record].into_iter().flat_map(|t| t.split('$').skip(1).step_by(2));
            for word in formats {
                let Some((_, format)) = word.split_once(' ') else { continue };
                if bulletin::written(Time(0), format, &jiff::tz::TimeZone::UTC).is_empty() {
                    let what = format!("{}/{}: {word} asks for no time", told.feed, told.source);
                    found.push((what, "write it as $issued %Y-%m-%d %H:%M$ or $now …$".into()));
                }
            }
        }
        for notice in &self.notices {
            if !self.bulletins.iter().any(|told| told.feed == notice.feed) {
                let what = format!("no bulletin tells the notices of {}", notice.feed);
                found.push((what, "add a [[bulletin]] with this feed".into()));
            }
        }
        found
    }
}

fn of_fleet(fleet: &Fleet, forces: &BTreeSet<&str>, languages: &[Lang], found: &mut Vec<(String, String)>) {
    for stream in &fleet.datastreams {
        let named = format!("{}: {}", fleet.id, stream.key);
        untold(&named, &stream.name, languages, found);
        untold(&named, &stream.meaning, languages, found);
        for feel in stream.feels.iter().filter(|feel| !forces.contains(feel.force.as_str())) {
            let hint = "name the force of a [[band]], [[curve]] or [[corridor]] of demo.toml";
            found.push((format!("{named} feels {}, which nothing exerts", feel.force), hint.into()));
        }
    }
    let zones: BTreeSet<&String> = fleet.datastreams.iter().flat_map(|s| s.zones.keys()).collect();
    for device in &fleet.devices {
        let named = format!("{}/{}", fleet.id, device.key);
        untold(&named, &device.name, languages, found);
        if !device.zone.is_empty() && !zones.contains(&device.zone) {
            let hint = "give a datastream a model for it in `zones`".into();
            found.push((format!("{named} stands in {}, of which no model tells", device.zone), hint));
        }
        for key in device.only.iter().filter(|key| !fleet.datastreams.iter().any(|s| s.key == **key)) {
            found.push((format!("{named} has no datastream {key}"), "name one of its fleet".into()));
        }
        if vocab::Position::new(device.longitude, device.latitude).is_err() {
            found.push((format!("{named} stands nowhere"), "write longitude and latitude in degrees".into()));
        }
    }
}

fn untold(named: &str, text: &Text, languages: &[Lang], found: &mut Vec<(String, String)>) {
    for lang in text.missing(languages) {
        let hint = "write it in every language of the city".into();
        found.push((format!("{named} has no text in {lang}"), hint));
    }
}

#[cfg(test)]
mod tests;
