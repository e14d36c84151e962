//! The question box: one search over everything, and where its index comes from.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use host::{DbError, Gate, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use spatial::layer::Kind as LayerKind;
use ui::Reader;
use ui::markup::Markup;
use vocab::time::MINUTE;
use vocab::{Lang, Text, Time};

use super::answer;
use super::asked::Asked;
use crate::Portal;
use crate::search::{Document, Index, Kind, distinct, in_all};

/// What is new can be found after this.
const KEPT: i64 = MINUTE;
/// Results of one page.
const MOST: usize = 60;
/// Results of one answer to a program, unless it asks for fewer.
const MOST_FOR_PROGRAMS: usize = 50;

/// Pages that are found by their names: path, and the message that names them.
const PAGES: [(&str, &str); 14] = [
    ("", "nav-home"),
    ("/map", "map-title"),
    ("/feeds", "feeds-title"),
    ("/alerts", "alerts-title"),
    ("/devices", "devices-title"),
    ("/register-device", "device-register"),
    ("/developers", "developers-title"),
    ("/districts", "districts-title"),
    ("/visitors", "visitors-title"),
    ("/about", "about-title"),
    ("/design", "footer-design"),
    ("/initiatives", "register-title"),
    ("/initiatives/progress", "progress-title"),
    ("/initiatives/counted", "counted-title"),
];

#[derive(Default)]
pub struct Finder {
    kept: Mutex<Option<Kept>>,
}

#[derive(Clone)]
struct Kept {
    at: Time,
    /// How many things were known.
    things: usize,
    index: Arc<Index>,
}

impl Portal {
    /// The index; whoever finds it old goes on with it while it is made again.
    pub(crate) async fn index(&self) -> Result<Arc<Index>, DbError> {
        let now = self.parts().clock.now();
        let lock = || self.inner.finder.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().clone();
        match kept {
            None => self.make_index().await,
            // Made while the city was still filling itself.
            Some(kept) if kept.things < self.count_things().await? / 2 => self.make_index().await,
            Some(kept) => {
                let index = kept.index.clone();
                if now.0.saturating_sub(kept.at.0) >= KEPT {
                    *lock() = Some(Kept { at: now, ..kept });
                    let portal = self.clone();
                    tokio::spawn(async move {
                        if let Err(error) = portal.make_index().await {
                            tracing::error!(%error, "the index of the search could not be made again");
                        }
                    });
                }
                Ok(index)
            }
        }
    }

    pub(crate) async fn make_index(&self) -> Result<Arc<Index>, DbError> {
        let mut documents = self.documents_of_the_pack();
        for feed in &self.parts().feeds {
            let known = self.known(feed.id.as_str()).await?;
            documents.extend(known.things.iter().map(|thing| Document {
                kind: Kind::Thing,
                path: format!("/things/{}", thing.slug),
                title: thing.name.clone(),
                summary: feed.title.clone(),
                words: Vec::new(),
                position: thing.position,
            }));
        }
        let things = documents.iter().filter(|document| document.kind == Kind::Thing).count();
        // Ten thousand titles take a tenth of a second: not on a thread that answers people.
        let made = tokio::task::spawn_blocking(move || Arc::new(Index::new(distinct(documents)))).await;
        let index = made.unwrap_or_default();
        let now = self.parts().clock.now();
        *self.inner.finder.kept.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Kept { at: now, things, index: index.clone() });
        Ok(index)
    }

    async fn count_things(&self) -> Result<usize, DbError> {
        let mut count = 0;
        for feed in &self.parts().feeds {
            count += self.known(feed.id.as_str()).await?.things.len();
        }
        Ok(count)
    }

    fn documents_of_the_pack(&self) -> Vec<Document> {
        let (parts, content) = (self.parts(), &self.parts().content);
        let langs = parts.pack.language_tags();
        let nothing = Text::default;
        let of = |kind, path: String, title: &Text, summary: Text, words: Vec<String>| Document {
            kind,
            path,
            title: title.clone(),
            summary,
            words,
            position: None,
        };
        let mut documents = Vec::new();
        for task in &content.tasks.tasks {
            let words = task.words.clone();
            documents.push(of(Kind::Task, task.path.clone(), &task.title, task.says.clone(), words));
        }
        let follows = content.register.is_some();
        for (path, key) in PAGES.iter().filter(|(path, _)| follows || !path.starts_with("/initiatives")) {
            let title = in_all(&langs, |lang: &Lang| content.words.t(lang, key, &[]));
            documents.push(of(Kind::Page, path.to_string(), &title, nothing(), Vec::new()));
        }
        for area in parts.layers().shapes(LayerKind::Boundaries).iter().filter(|area| !area.name.is_empty()) {
            let path = format!("/districts/{}", area.slug);
            documents.push(of(Kind::Area, path, &area.name, nothing(), Vec::new()));
        }
        for place in parts.layers().shapes(LayerKind::PlaceLabels).iter().filter(|p| !p.name.is_empty()) {
            let path = format!("/near/{}", place.slug);
            documents.push(of(Kind::Place, path, &place.name, nothing(), Vec::new()));
        }
        if let Some(register) = &content.register {
            for chapter in &register.frame.chapters {
                let path = format!("/chapters/{}", chapter.id);
                documents.push(of(Kind::Page, path, &chapter.title, chapter.summary.clone(), Vec::new()));
            }
            for entry in &register.entries {
                let names = entry.system.iter().map(|(_, name)| name.to_string());
                let words = [entry.id.clone()].into_iter().chain(names).collect();
                let path = format!("/initiatives/{}", entry.slug());
                documents.push(of(Kind::Initiative, path, &entry.title, entry.summary.clone(), words));
            }
        }
        for feed in &parts.feeds {
            let path = format!("/feeds/{}", feed.id);
            documents.push(of(
                Kind::Feed,
                path,
                &feed.title,
                feed.summary.clone(),
                vec![feed.id.to_string()],
            ));
        }
        documents
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchHtml<'a> {
    r: Reader<'a>,
    action: String,
    question: String,
    found: String,
    results: Vec<Hit>,
    tasks: Vec<(String, String, String)>,
}

struct Hit {
    title: String,
    href: String,
    kind: String,
    summary: String,
}

pub async fn search(_: Gate, asked: Asked, Query(question): Query<Question>) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let index = portal.index().await?;
    let asked_for: String = question.q.trim().chars().take(200).collect();
    let found = index.find(&asked_for, MOST);
    let results: Vec<Hit> = found
        .iter()
        .map(|found| Hit {
            title: r.plain(&found.document.title),
            href: ui::layout::address(lang, &found.document.path),
            kind: r.t(&format!("kind-{}", found.document.kind.word())),
            summary: r.plain(&found.document.summary),
        })
        .collect();
    let mut page = portal.page(r, "/search", r.t("search-title"));
    page.unlisted = true;
    page.own_search = true;
    if !asked_for.is_empty() {
        page.title = r.say("search-title-for", &[("question", asked_for.clone().into())]);
        page.query = format!("q={}", ui::markup::query_value(&asked_for));
    }
    page.content = Markup::of(&SearchHtml {
        action: ui::layout::address(lang, "/search"),
        found: match (asked_for.is_empty(), results.len()) {
            (true, _) => r.say("search-over", &[("n", index.len().into())]),
            (false, 0) => r.t("search-nothing"),
            (false, n) => r.say("search-found", &[("n", n.into())]),
        },
        question: asked_for,
        tasks: if results.is_empty() { portal.tasks(&r) } else { Vec::new() },
        results,
        r,
    });
    Ok(answer(&page))
}

impl Portal {
    /// What people come for: title, address, and what they find there.
    pub(crate) fn tasks(&self, r: &Reader) -> Vec<(String, String, String)> {
        let tasks = self.parts().content.tasks.tasks.iter();
        let address = |path: &str| ui::layout::address(r.lang(), path);
        tasks.map(|task| (r.plain(&task.title), address(&task.path), r.plain(&task.says))).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    q: String,
    limit: Option<usize>,
}

/// `/api/search`: the same for programs, in every language at once.
pub async fn search_api(
    _: Gate,
    State(portal): State<Portal>,
    Query(ask): Query<Ask>,
) -> Result<Json<Value>, Problem> {
    let index = portal.index().await?;
    let most = ask.limit.unwrap_or(MOST_FOR_PROGRAMS).min(MOST_FOR_PROGRAMS);
    let results: Vec<Value> = index
        .find(&ask.q, most)
        .iter()
        .map(|found| {
            let document = found.document;
            json!({
                "kind": document.kind.word(),
                "title": document.title,
                "summary": document.summary,
                "path": document.path,
                "position": document.position.map(|at| json!([at.longitude, at.latitude])),
                "score": (found.score * 100.0).round() / 100.0,
            })
        })
        .collect();
    Ok(Json(json!({ "results": results, "searched": index.len() })))
}
