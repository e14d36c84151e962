//! The map of a pack read from its files, with everything that is wrong in them.

use host::pack::{self, City};
use host::{Finding, Pack, PackFile};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use ui::map::Ground;
use vocab::{Lang, Slug, Text};

use super::{Kind, Layer, Layers, Shape, lines};
use crate::geometry::{self, Bounds, Geometry};

/// Deepest zoom there may be: a unit of such a tile is some 60 cm, finer than any base map of ours.
pub const ZOOM_MAX: u8 = 14;
/// Ranks of places, streets and railways.
pub const RANK_MAX: u8 = 4;

const ABOUT: &str = "map/map.toml";

/// `map/map.toml`: where the ground comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    #[expect(dead_code, reason = "pack::parse has looked at it")]
    schema: u32,
    source: Text,
    licence: String,
    #[serde(default = "deepest")]
    zoom: u8,
}

fn deepest() -> u8 {
    ZOOM_MAX
}

impl Layers {
    /// Of a pack without a map: nothing to draw.
    pub fn none() -> Layers {
        Layers {
            layers: Vec::new(),
            source: Text::default(),
            licence: String::new(),
            zoom: ZOOM_MAX,
            extent: Bounds { west: -180.0, south: -90.0, east: 180.0, north: 90.0 },
            languages: Vec::new(),
            ground: Ground::default(),
        }
    }

    /// Reads the folder `map`. What lies there is public: it is the ground of every page.
    pub fn of(pack: &Pack) -> Result<Layers, Vec<Finding>> {
        let mut findings = strangers(pack);
        let languages = pack.language_tags();
        let mut layers = Vec::new();
        for kind in Kind::ALL {
            if let Some(file) = pack.files.get(&path(kind)) {
                let mut reader =
                    Reader { file, kind, city: &pack.city, languages: &languages, findings: &mut findings };
                layers.push(Layer { kind, shapes: reader.shapes() });
            }
        }
        let about = about(pack, !layers.is_empty(), &languages, &mut findings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut read = Layers { layers, languages, ..Layers::none() };
        if let Ok(extent) = Bounds::new(pack.city.extent) {
            read.extent = extent;
        }
        if let Some(about) = about {
            (read.source, read.licence, read.zoom) = (about.source, about.licence, about.zoom);
        }
        read.ground = read.drawn_ground();
        Ok(read)
    }
}

fn path(kind: Kind) -> String {
    format!("map/{}.geojson", kind.word())
}

/// Files of the folder that nothing reads.
fn strangers(pack: &Pack) -> Vec<Finding> {
    let known =
        |file: &PackFile| file.path == ABOUT || Kind::ALL.into_iter().any(|kind| path(kind) == file.path);
    let layers = Kind::ALL.map(path).join(", ");
    let find = |file: &PackFile| {
        Finding::new(
            file,
            0,
            "is no layer that this program draws",
            format!("there are {layers} and {ABOUT}"),
        )
    };
    let data = |file: &&PackFile| file.path.starts_with("map/") && !file.path.ends_with(".md");
    pack.files.values().filter(data).filter(|file| !known(file)).map(find).collect()
}

fn about(pack: &Pack, is_needed: bool, languages: &[Lang], findings: &mut Vec<Finding>) -> Option<About> {
    let Some(file) = pack.files.get(ABOUT) else {
        if is_needed {
            findings.push(Finding {
                file: ABOUT.into(),
                line: 0,
                message: "a map needs this file: every page that shows it says where the ground comes from".into(),
                hint: "begin it with schema = 1, and give source (in every language of the city), licence and zoom"
                    .into(),
            });
        }
        return None;
    };
    let about: About = pack::keep(pack::parse(file), findings)?;
    let mut judge = pack::Judge::new(file, languages.to_vec());
    judge.at_key("source").text("source", &about.source);
    if about.licence.trim().is_empty() {
        judge.at_key("licence").find("the licence is empty", "name it, as in licence = \"CC0 1.0\"");
    }
    if about.zoom > ZOOM_MAX {
        let hint = "give the deepest zoom of the tiles, 14 at most";
        judge.at_key("zoom").find(format!("zoom {} is too deep", about.zoom), hint);
    }
    findings.extend(judge.findings());
    Some(about)
}

/// Reads one file.
struct Reader<'a> {
    file: &'a PackFile,
    kind: Kind,
    city: &'a City,
    languages: &'a [Lang],
    findings: &'a mut Vec<Finding>,
}

/// One feature, and the lines it stands on: from the first (in) to the last (out).
struct Feature<'a> {
    json: &'a Json,
    ordinal: usize,
    lines: (usize, usize),
}

impl Reader<'_> {
    fn find(&mut self, line: usize, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::new(self.file, line, message, hint));
    }

    /// About one property (or another member) of a feature.
    fn find_in(&mut self, feature: &Feature, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        let line = lines::of_key(&self.file.text, feature.lines.0, feature.lines.1, key);
        self.find(line, message, hint);
    }

    fn shapes(&mut self) -> Vec<Shape> {
        let text = &self.file.text;
        let json: Json = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(e) => {
                self.find(e.line(), format!("is no JSON: {e}"), "write it as GeoJSON (RFC 7946)");
                return Vec::new();
            }
        };
        let features = json.get("features").and_then(Json::as_array);
        let Some(features) = features.filter(|_| json["type"] == "FeatureCollection") else {
            self.find(
                1,
                "is no FeatureCollection",
                "a layer is a GeoJSON FeatureCollection with a list of features",
            );
            return Vec::new();
        };
        let starts = lines::of_features(text);
        let mut shapes: Vec<Shape> = Vec::with_capacity(features.len());
        for (at, json) in features.iter().enumerate() {
            let start = starts.get(at).copied().unwrap_or(1);
            let end = starts.get(at + 1).copied().unwrap_or(usize::MAX);
            let feature = Feature { json, ordinal: at + 1, lines: (start, end) };
            let Some(shape) = self.shape(&feature) else { continue };
            if shapes.iter().any(|earlier| earlier.slug == shape.slug) {
                let message = format!("there are two of the slug {}", shape.slug);
                self.find_in(&feature, "slug", message, "give each a slug of its own");
            }
            shapes.push(shape);
        }
        shapes
    }

    fn shape(&mut self, feature: &Feature) -> Option<Shape> {
        let none = Map::new();
        let properties = feature.json.get("properties").and_then(Json::as_object).unwrap_or(&none);
        let before = self.findings.len();
        self.strange_properties(feature, properties);
        let geometry = self.geometry(feature);
        let slug = self.slug(feature, properties);
        let name = self.name(feature, properties);
        let rank = self.rank(feature, properties);
        let kind = self.text(feature, properties, "kind");
        let geometry = geometry.filter(|_| self.findings.len() == before)?;
        let bounds = geometry.bounds()?;
        Some(Shape { slug: slug?, name, geometry, bounds, rank, kind })
    }

    fn strange_properties(&mut self, feature: &Feature, properties: &Map<String, Json>) {
        for key in properties.keys() {
            let is_known = match key.strip_prefix("name_") {
                Some(tag) => self.languages.iter().any(|lang| lang.as_str() == tag),
                None => ["slug", "name", "rank", "kind"].contains(&key.as_str()),
            };
            if !is_known {
                let tags: Vec<String> = self.languages.iter().map(|lang| format!("name_{lang}")).collect();
                let hint = format!("the properties here are: slug, name, {}, rank, kind", tags.join(", "));
                self.find_in(feature, key, format!("unknown property `{key}`"), hint);
            }
        }
    }

    fn geometry(&mut self, feature: &Feature) -> Option<Geometry> {
        let geometry = match geometry::read(feature.json.get("geometry").unwrap_or(&Json::Null)) {
            Ok(geometry) => geometry,
            Err(e) => {
                self.find_in(feature, "geometry", format!("the {e}"), e.way_out);
                return None;
            }
        };
        let (fits, what) = match (&geometry, self.kind) {
            (Geometry::Polygon(_) | Geometry::MultiPolygon(_), Kind::Land | Kind::Boundaries) => (true, ""),
            (Geometry::LineString(_) | Geometry::MultiLineString(_), Kind::Streets | Kind::Railways) => {
                (true, "")
            }
            (Geometry::Point(_), Kind::PlaceLabels) => (true, ""),
            (_, Kind::Land | Kind::Boundaries) => (false, "Polygon or MultiPolygon"),
            (_, Kind::Streets | Kind::Railways) => (false, "LineString or MultiLineString"),
            (_, Kind::PlaceLabels) => (false, "Point"),
        };
        if !fits {
            let message = format!("a {} does not fit into {}", geometry.kind(), self.kind.word());
            self.find_in(feature, "geometry", message, format!("this layer holds features of type {what}"));
            return None;
        }
        if let (Some(bounds), Some(reach)) = (geometry.bounds(), reach(self.city))
            && !bounds.meets(&reach)
        {
            let message = format!("lies far from the city, around {} {}", bounds.west, bounds.south);
            self.find_in(
                feature,
                "coordinates",
                message,
                "write longitude first, or see the extent in city.toml",
            );
        }
        Some(geometry)
    }

    fn slug(&mut self, feature: &Feature, properties: &Map<String, Json>) -> Option<Slug> {
        let given = self.text(feature, properties, "slug");
        if given.is_none() && self.kind == Kind::Boundaries {
            self.find_in(
                feature,
                "slug",
                "an area without a slug",
                "give it a short name that stays for ever",
            );
            return None;
        }
        match Slug::new(given.unwrap_or_else(|| feature.ordinal.to_string())) {
            Ok(slug) => Some(slug),
            Err(e) => {
                self.find_in(feature, "slug", e.to_string(), "as in north-side");
                None
            }
        }
    }

    /// `name` is in the city's first language, `name_<tag>` in any of them.
    fn name(&mut self, feature: &Feature, properties: &Map<String, Json>) -> Text {
        let mut name = Text::default();
        for (at, lang) in self.languages.iter().enumerate() {
            let tagged = self.text(feature, properties, &format!("name_{lang}"));
            let plain = if at == 0 { self.text(feature, properties, "name") } else { None };
            if let (Some(tagged), Some(plain)) = (&tagged, &plain)
                && tagged != plain
            {
                let message = format!("name says {plain}, name_{lang} says {tagged}");
                self.find_in(feature, "name", message, "both are in the city's first language");
            }
            if let Some(text) = tagged.or(plain) {
                name.insert(lang.clone(), text);
            }
        }
        let needs_one = matches!(self.kind, Kind::Boundaries | Kind::PlaceLabels);
        if needs_one || !name.is_empty() {
            for lang in name.missing(self.languages) {
                let key =
                    if self.languages.first() == Some(lang) { "name".into() } else { format!("name_{lang}") };
                let hint = "a name is written in every language of the city";
                self.find_in(feature, "name", format!("{key} is missing"), hint);
            }
        }
        name
    }

    fn rank(&mut self, feature: &Feature, properties: &Map<String, Json>) -> Option<u8> {
        let hint = "1 is shown first, 4 last";
        let rank = match properties.get("rank") {
            None if self.kind == Kind::PlaceLabels => {
                self.find_in(feature, "rank", "a place without a rank", hint);
                return None;
            }
            None => return None,
            Some(rank) => rank.as_u64().and_then(|rank| u8::try_from(rank).ok()),
        };
        let fits = rank.filter(|rank| (1..=RANK_MAX).contains(rank));
        if fits.is_none() {
            self.find_in(feature, "rank", format!("rank {} is none", properties["rank"]), hint);
        }
        fits
    }

    /// A property that is a text, where there is one that is not blank.
    fn text(&mut self, feature: &Feature, properties: &Map<String, Json>, key: &str) -> Option<String> {
        match properties.get(key) {
            None => None,
            Some(Json::String(text)) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
            Some(other) => {
                let found: String = other.to_string().chars().take(40).collect();
                self.find_in(feature, key, format!("{key} is {found}, not a text"), "write it in quotes");
                None
            }
        }
    }
}

/// The extent and as much again on every side: neighbours may be named, other cities not.
fn reach(city: &City) -> Option<Bounds> {
    let [west, south, east, north] = city.extent;
    let (wide, high) = (east - west, north - south);
    let (west, east) = ((west - wide).max(-180.0), (east + wide).min(180.0));
    let (south, north) = ((south - high).max(-90.0), (north + high).min(90.0));
    Bounds::new([west, south, east, north]).ok()
}

#[cfg(test)]
mod tests;
