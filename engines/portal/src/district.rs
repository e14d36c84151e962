//! What the pack says of its districts in words, and which notices concern one. Their outlines are a layer of its map.

use host::pack::{self, Finding, Pack, PackFile};
use serde::Deserialize;
use vocab::{Lang, Text};

/// The file of a pack that says what its districts are like.
pub const FILE: &str = "districts.toml";
/// The outlines, by whose slugs the file speaks of districts.
const OUTLINES: &str = "map/boundaries.geojson";

/// `districts.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Districts {
    pub schema: u32,
    /// Feeds whose notices concern every district: a weather warning says no place.
    #[serde(default)]
    pub everywhere: Vec<String>,
    #[serde(rename = "region", default)]
    pub regions: Vec<Region>,
    #[serde(rename = "district", default)]
    pub profiles: Vec<Profile>,
}

/// Districts that belong together, in the order in which they are listed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub id: String,
    pub name: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub slug: String,
    pub region: String,
    /// Two or three sentences: where it is, what stands there, how one gets there.
    pub profile: Text,
}

impl Districts {
    /// What a pack says; a pack without the file says nothing.
    pub fn of(pack: &Pack) -> Result<Districts, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else { return Ok(Districts::default()) };
        let read: Districts = pack::parse(file).map_err(|finding| vec![finding])?;
        let findings = read.findings(file, pack);
        if findings.is_empty() { Ok(read) } else { Err(findings) }
    }

    fn findings(&self, file: &PackFile, pack: &Pack) -> Vec<Finding> {
        let langs: Vec<Lang> = pack.language_tags();
        let outlines = pack.files.get(OUTLINES).map_or("", |file| file.text.as_str());
        let mut findings = Vec::new();
        let mut find = |needle: &str, what: String, hint: &str| {
            let line = file.text.find(needle).map_or(0, |byte| pack::line_at(&file.text, byte));
            findings.push(Finding::new(file, line, what, hint));
        };
        for feed in
            self.everywhere.iter().filter(|feed| !pack.files.contains_key(&format!("feeds/{feed}.toml")))
        {
            find(
                "everywhere",
                format!("there is no feed {feed}"),
                "name files of feeds/ without their ending",
            );
        }
        let mut texts = Vec::new();
        for region in &self.regions {
            texts.push((format!("id = \"{}\"", region.id), "name", &region.id, &region.name));
        }
        for district in &self.profiles {
            let place = format!("slug = \"{}\"", district.slug);
            if !outlines.contains(&format!("\"{}\"", district.slug)) {
                let hint = "name a slug of map/boundaries.geojson";
                find(&place, format!("the map has no district {}", district.slug), hint);
            }
            if !self.regions.iter().any(|region| region.id == district.region) {
                find(
                    &place,
                    format!("there is no region {}", district.region),
                    "name the id of a [[region]]",
                );
            }
            texts.push((place, "profile", &district.slug, &district.profile));
        }
        for (place, key, of, text) in texts {
            for lang in text.missing(&langs) {
                let what = format!("{key} of {of} has no text in {lang}");
                find(&place, what, "write it in every language of the city");
            }
        }
        findings
    }

    pub fn profile(&self, slug: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.slug == slug)
    }
}

/// Whether a text names a place: where its language parts words by spaces, as whole words in any case; else as it stands.
pub fn names(text: &str, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    if !name.is_ascii() {
        return text.contains(name);
    }
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    text.match_indices(&name).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        let parts = |letter: Option<char>| letter.is_none_or(|c| !c.is_alphanumeric());
        parts(before) && parts(after)
    })
}

#[cfg(test)]
mod tests;
