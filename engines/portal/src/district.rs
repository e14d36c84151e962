//! What the pack says of its districts in words, and which notices concern one. Their outlines are a layer of its map.

use host::pack::{self, Finding, Judge, Pack};
use serde::Deserialize;
use vocab::Text;

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
        let read: Districts = pack::parse(file)?;
        let outlines = pack.files.get(OUTLINES).map_or("", |file| file.text.as_str());
        let mut judge = Judge::new(file, pack.language_tags());
        judge.at("everywhere");
        for feed in &read.everywhere {
            judge.feed(feed, pack);
        }
        for region in &read.regions {
            judge.at(&format!("id = \"{}\"", region.id));
            judge.text(&format!("name of {}", region.id), &region.name);
        }
        for district in &read.profiles {
            judge.at(&format!("slug = \"{}\"", district.slug));
            if !outlines.contains(&format!("\"{}\"", district.slug)) {
                let what = format!("the map has no district {}", district.slug);
                judge.find(what, "name a slug of map/boundaries.geojson");
            }
            if !read.regions.iter().any(|region| region.id == district.region) {
                let what = format!("there is no region {}", district.region);
                judge.find(what, "name the id of a [[region]]");
            }
            judge.text(&format!("profile of {}", district.slug), &district.profile);
        }
        judge.passed(read)
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
