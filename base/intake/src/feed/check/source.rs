//! The `[[source]]` part of a feed file.

use super::*;

/// What sources refer to.
pub(super) struct Context<'a> {
    pub missing: &'a [String],
    pub datastreams: &'a [Arc<DatastreamFacts>],
    pub devices: &'a [Device],
}

/// Places that never move are looked at again once a day.
const DAY_SECONDS: u32 = 86_400;

impl Checker<'_> {
    pub(super) fn source(&mut self, s: &SourceFile, context: &Context) -> Option<Source> {
        let here = s.id.span().start;
        let pulls = self.pulls(s);
        self.mqtt(s);
        let records: Vec<Records> = s.records.iter().map(|r| self.records(r, s, context, here)).collect();
        if s.records.is_empty() {
            self.find(here, "the source says nothing of its records", "add a [[source.records]]");
        }
        let rows = self.rows(s).iter().map(json).collect::<Vec<_>>();
        let format = match (&s.format, !has_rows(s)) {
            (Some(format), true) => self.format(s, *format.get_ref(), &records, here),
            (None, false) => Format::Json,
            (Some(format), false) => {
                self.find(format.span().start, "rows in the file have no format", "remove `format`");
                Format::Json
            }
            (None, true) => {
                self.find(
                    here,
                    "the source says no format",
                    "add format = \"json\", xml, csv, tsv, psv, geojson or rss",
                );
                return None;
            }
        };
        let encoding = s.encoding.as_ref().and_then(|label| {
            let found = decode::encoding::by_label(label.get_ref());
            if found.is_none() {
                let message = format!("{} is no encoding", label.get_ref());
                self.find(label.span().start, message, "use a name such as utf-8, utf-16le or big5");
            }
            found
        });
        let period_seconds = match &s.period_seconds {
            Some(period) if *period.get_ref() == 0 => {
                self.find(
                    period.span().start,
                    "a period of 0 s never rests",
                    "write the owner's update period",
                );
                DAY_SECONDS
            }
            Some(period) => *period.get_ref(),
            None if pulls.is_empty() => DAY_SECONDS,
            None => {
                self.find(here, "the source does not say how often to fetch it", "add period_seconds");
                DAY_SECONDS
            }
        };
        let of_datastreams =
            records.iter().flat_map(|r| &r.observations).map(|o| o.facts.freshness_seconds).min();
        Some(Source {
            id: s.id.get_ref().clone(),
            without_tls: s.without_tls,
            period_seconds,
            // Three periods: one may be lost and one late before we speak of stale.
            freshness_seconds: s
                .freshness_seconds
                .or(of_datastreams)
                .unwrap_or(period_seconds.saturating_mul(3)),
            provenance: s.provenance.as_ref().map(|t| Arc::new(self.text("the provenance", t))),
            pulls,
            mqtt: s.mqtt.as_ref().map(|filter| filter.get_ref().clone()),
            format,
            encoding,
            rows,
            records,
        })
    }

    /// What can be seen of a filter without knowing MQTT.
    fn mqtt(&mut self, s: &SourceFile) {
        if let Some(filter) = &s.mqtt {
            if s.url.is_some() || has_rows(s) {
                let hint = "make two sources of it";
                self.find(
                    filter.span().start,
                    "a source has an MQTT filter, an address or rows, not two of them",
                    hint,
                );
            }
            if filter.get_ref().is_empty() || filter.get_ref().starts_with(['$', '#', '+']) {
                let hint = "begin it with a level of its own, such as weather/+/air";
                self.find(
                    filter.span().start,
                    format!("{} could take what is not meant for it", filter.get_ref()),
                    hint,
                );
            }
        }
    }

    fn pulls(&mut self, s: &SourceFile) -> Vec<Pull> {
        let Some(url) = &s.url else {
            if !s.for_each.is_empty() {
                self.find(s.id.span().start, "for_each needs an address", "add url");
            }
            return Vec::new();
        };
        if has_rows(s) {
            self.find(
                url.span().start,
                "a source has an address or rows, not both",
                "make two sources of it",
            );
        }
        let one = [BTreeMap::new()];
        let each = if s.for_each.is_empty() { &one[..] } else { &s.for_each[..] };
        let fill = |parameters: &BTreeMap<String, String>| {
            parameters
                .iter()
                .fold(url.get_ref().clone(), |u, (k, v)| u.replace(&format!("{{{k}}}"), &escaped(v)))
        };
        let pulls: Vec<Pull> = each.iter().map(|p| Pull { url: fill(p), parameters: p.clone() }).collect();
        for pull in &pulls {
            let filled = Spanned::new(url.span(), pull.url.clone());
            self.url(&filled);
            if pull.url.contains('{') {
                let message = format!("{} has a name that for_each does not fill in", pull.url);
                self.find(url.span().start, message, "give it in every entry of for_each");
            }
            if pull.url.starts_with("http://") && !s.without_tls {
                let hint = "use https://, or add without_tls = true if the owner offers none";
                self.find(url.span().start, "the address is without TLS", hint);
            }
        }
        pulls
    }

    /// The rows that stand in the file, or in the one that it names.
    fn rows<'s>(&'s mut self, s: &'s SourceFile) -> &'s [toml::Table] {
        let Some(of) = &s.rows_of else { return &s.rows };
        if !s.rows.is_empty() {
            self.find(of.span().start, "a source has rows of its own or another's", "remove one of the two");
        }
        if !self.city.rows.contains_key(of.get_ref()) {
            let hint = "name a source that has `rows` as its feed and its id, such as weather/stations";
            self.find(of.span().start, format!("there are no rows {}", of.get_ref()), hint);
        }
        self.city.rows.get(of.get_ref()).map_or(&[], Vec::as_slice)
    }

    fn format(&mut self, s: &SourceFile, format: FormatFile, records: &[Records], here: usize) -> Format {
        let delimited = |delimiter| {
            Format::Delimited(Layout {
                delimiter,
                title_lines: s.title_lines,
                note_lines: s.note_lines,
                columns: s.columns.clone(),
                needed: records.iter().flat_map(needed).collect::<BTreeSet<_>>().into_iter().collect(),
            })
        };
        let format = match format {
            FormatFile::Json | FormatFile::Geojson => Format::Json,
            FormatFile::Xml | FormatFile::Rss => Format::Xml,
            FormatFile::Csv => delimited(b','),
            FormatFile::Tsv => delimited(b'\t'),
            FormatFile::Psv => delimited(b'|'),
        };
        let rows_only = s.title_lines + s.note_lines > 0 || s.columns.is_some();
        if rows_only && !matches!(format, Format::Delimited(_)) {
            let message = "title_lines, note_lines and columns are for csv, tsv and psv";
            self.find(here, message, "remove them, or correct `format`");
        }
        format
    }

    fn records(&mut self, r: &RecordsFile, s: &SourceFile, context: &Context, here: usize) -> Records {
        let nothing = r.things.is_empty()
            && r.observations.is_empty()
            && r.features.is_empty()
            && r.messages.is_empty();
        if nothing {
            let hint = "add a thing, observation, feature or message to [[source.records]]";
            self.find(here, "nothing is made of these records", hint);
        }
        let format = s.format.as_ref().map(|f| *f.get_ref());
        if matches!(format, Some(FormatFile::Csv | FormatFile::Tsv | FormatFile::Psv)) && !r.path.is_empty() {
            self.find(here, format!("rows have no path, but it says {}", r.path), "remove `path`");
        }
        let path = match (format, r.path.as_str()) {
            (Some(FormatFile::Geojson), "") => "features",
            (Some(FormatFile::Rss), "") => "channel/item?",
            (_, path) => path,
        };
        let unpivot = r.unpivot.as_ref();
        Records {
            shape: Shape {
                path: RecordPath::new(path),
                unpivot: unpivot.map(|u| Unpivot {
                    keep: u.keep.clone(),
                    name: u.name.clone(),
                    value: u.value.clone(),
                }),
                nearest: r.nearest.as_ref().map(|n| self.nearest(n, r, format)),
            },
            lets: self.named(&r.lets),
            received: self.maybe(&r.received),
            when: self.maybe(&r.when),
            things: r.things.iter().map(|t| self.thing(t, context)).collect(),
            observations: r.observations.iter().filter_map(|o| self.observation(o, s, context)).collect(),
            features: r.features.iter().map(|f| self.feature(f)).collect(),
            messages: r.messages.iter().map(|m| self.message(m)).collect(),
            messages_complete: r.messages_complete,
        }
    }

    fn nearest(
        &mut self,
        n: &Spanned<NearestFile>,
        r: &RecordsFile,
        format: Option<FormatFile>,
    ) -> Arc<Nearest> {
        let here = n.span().start;
        let n = n.get_ref();
        let is_a_table = matches!(format, Some(FormatFile::Csv | FormatFile::Tsv | FormatFile::Psv));
        if !is_a_table || r.unpivot.is_some() {
            self.find(here, "nearest is for rows of csv, tsv and psv, without unpivot", "remove it");
        }
        let places: Vec<_> = n.places.iter().map(json).filter_map(decode::Near::of).collect();
        if places.len() < n.places.len() || places.is_empty() {
            self.find(here, "a place has no longitude and latitude", "give both, in degrees");
        }
        Arc::new(Nearest {
            longitude: n.longitude.clone(),
            latitude: n.latitude.clone(),
            within_metres: f64::from(n.within_metres),
            places,
        })
    }

    fn thing(&mut self, t: &ThingFile, context: &Context) -> ThingTemplate {
        let devices = t.devices.iter().filter_map(|key| {
            let found = context.devices.iter().position(|d| d.key == *key.get_ref());
            if found.is_none() {
                let message = format!("there is no [[device]] {}", key.get_ref());
                self.find(key.span().start, message, "add it, or correct the key");
            }
            found
        });
        let devices = devices.collect();
        ThingTemplate {
            key: self.expression(&t.key),
            name: self.named_text("a thing", &t.name),
            description: self.texts(&t.description),
            properties: self.named(&t.properties),
            texts: self.named_texts(&t.texts),
            place: t.place.as_ref().and_then(|p| self.place(p)),
            only_if_new: t.only_if_new,
            when: self.maybe(&t.when),
            devices,
        }
    }

    fn named_texts(&mut self, written: &BTreeMap<String, WrittenText>) -> Vec<(String, TextTemplate)> {
        written.iter().map(|(name, text)| (name.clone(), self.texts(text))).collect()
    }

    fn named_text(&mut self, what: &str, text: &Spanned<WrittenText>) -> TextTemplate {
        if text.get_ref().is_empty() {
            self.find(
                text.span().start,
                format!("{what} needs a name"),
                "give an expression for each language",
            );
        }
        self.texts(text.get_ref())
    }

    fn place(&mut self, place: &Spanned<PlaceFile>) -> Option<Place> {
        let p = place.get_ref();
        match (&p.longitude, &p.latitude, &p.easting, &p.northing, p.epsg) {
            (Some(longitude), Some(latitude), None, None, None) => Some(Place::Degrees {
                longitude: self.expression(longitude),
                latitude: self.expression(latitude),
            }),
            (None, None, Some(easting), Some(northing), Some(epsg)) => Some(Place::Grid {
                epsg,
                easting: self.expression(easting),
                northing: self.expression(northing),
            }),
            _ => {
                let hint = "give longitude and latitude, or easting, northing and epsg";
                self.find(place.span().start, "this is no place", hint);
                None
            }
        }
    }

    fn observation(
        &mut self,
        o: &ObservationFile,
        s: &SourceFile,
        context: &Context,
    ) -> Option<ObservationTemplate> {
        let key = o.datastream.get_ref();
        let Some(facts) = context.datastreams.iter().find(|d| d.key == *key) else {
            let known: Vec<&str> = context.datastreams.iter().map(|d| d.key.as_str()).collect();
            let hint = format!("the file has {}", known.join(", "));
            self.find(o.datastream.span().start, format!("there is no [[datastream]] {key}"), hint);
            return None;
        };
        let missing = o.missing.as_deref().or(s.missing.as_deref()).unwrap_or(context.missing);
        Some(ObservationTemplate {
            thing: self.expression(&o.thing),
            facts: facts.clone(),
            part: self.maybe(&o.part),
            part_name: self.texts(&o.part_name),
            time: self.expression(&o.time),
            result: self.expression(&o.result),
            quality: self.maybe(&o.quality),
            missing: missing.to_vec(),
            when: self.maybe(&o.when),
        })
    }

    fn feature(&mut self, f: &FeatureFile) -> FeatureTemplate {
        if f.geometry.is_some() == f.place.is_some() {
            self.find(f.key.span().start, "a feature has a geometry or a place", "give one of the two");
        }
        FeatureTemplate {
            key: self.expression(&f.key),
            name: self.named_text("a feature", &f.name),
            geometry: self.maybe(&f.geometry),
            epsg: f.epsg,
            place: f.place.as_ref().and_then(|p| self.place(p)),
            properties: self.named(&f.properties),
            texts: self.named_texts(&f.texts),
            when: self.maybe(&f.when),
        }
    }

    fn message(&mut self, m: &MessageFile) -> MessageTemplate {
        if m.title.is_empty() && m.text.is_empty() {
            self.find(m.key.span().start, "the message says nothing", "add a title or a text");
        }
        MessageTemplate {
            key: self.expression(&m.key),
            title: self.texts(&m.title),
            text: self.texts(&m.text),
            at: self.expression(&m.at),
            until: self.maybe(&m.until),
            active: self.maybe(&m.active),
            place: m.place.as_ref().and_then(|p| self.place(p)),
            properties: self.named(&m.properties),
            when: self.maybe(&m.when),
        }
    }
}

fn has_rows(s: &SourceFile) -> bool {
    !s.rows.is_empty() || s.rows_of.is_some()
}

fn json(row: &toml::Table) -> serde_json::Value {
    serde_json::to_value(row).unwrap_or_default()
}

/// The columns without which records cannot be what they are: those of keys, times, results and places. A table that
/// lacks one is not the table that the file describes; what else is absent, is absent.
fn needed(r: &Records) -> Vec<String> {
    let places = r.things.iter().filter_map(|t| t.place.as_ref());
    let places = places.chain(r.features.iter().filter_map(|f| f.place.as_ref()));
    let coordinates = places.flat_map(|place| match place {
        Place::Degrees { longitude, latitude } => [longitude, latitude],
        Place::Grid { easting, northing, .. } => [easting, northing],
    });
    let expressions: Vec<&Expression> = (r.things.iter().map(|t| &t.key))
        .chain(r.observations.iter().flat_map(|o| [&o.thing, &o.time, &o.result]))
        .chain(r.features.iter().map(|f| &f.key))
        .chain(r.features.iter().filter_map(|f| f.geometry.as_ref()))
        .chain(r.messages.iter().flat_map(|m| [&m.key, &m.at]))
        .chain(coordinates)
        .chain(r.when.as_ref())
        .collect();
    let mut names: Vec<&str> = expressions.iter().flat_map(|e| e.names()).collect();
    let lets = r.lets.iter().filter(|(name, _)| names.iter().any(|n| n.strip_prefix('$') == Some(name)));
    let more: Vec<&str> = lets.flat_map(|(_, e)| e.names()).collect();
    names.extend(more);
    let spread = r.shape.unpivot.as_ref();
    let made = |name: &str| {
        name.starts_with(['$', '#', '.', '/'])
            || name.is_empty()
            || spread.is_some_and(|u| name == u.name || name == u.value)
            || r.shape.nearest.is_some() && name.starts_with("nearest/")
    };
    let kept = spread.into_iter().flat_map(|u| &u.keep).map(String::as_str);
    let around = r.shape.nearest.iter().flat_map(|n| [n.longitude.as_str(), n.latitude.as_str()]);
    names.into_iter().filter(|name| !made(name)).chain(kept).chain(around).map(String::from).collect()
}

/// A value inside a URL (RFC 3986, 2.3): unreserved characters stay.
fn escaped(value: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    value.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
