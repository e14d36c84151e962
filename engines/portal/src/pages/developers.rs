//! The API, for people who build with it: what there is, how to ask, and what a stock client needs.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use host::http::{Operation, Who};
use host::{Gate, Problem};
use ui::Reader;
use ui::markup::Markup;

use super::answer;
use super::asked::Asked;

#[derive(Template)]
#[template(path = "developers.html")]
struct DevelopersHtml<'a> {
    r: Reader<'a>,
    origin: String,
    examples: Vec<(String, String)>,
    groups: Vec<Group>,
}

struct Group {
    name: String,
    operations: Vec<OperationShown>,
}

struct OperationShown {
    method: String,
    path: String,
    summary: &'static str,
    who: Option<String>,
    query: Vec<(&'static str, &'static str)>,
}

pub async fn developers(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, .. }, r) = (&asked, asked.reader());
    let mut groups: BTreeMap<&str, Vec<OperationShown>> = BTreeMap::new();
    for operation in portal.inner.operations.get().into_iter().flatten().filter(|o| !o.doc.page) {
        groups.entry(area(operation)).or_default().push(OperationShown {
            method: operation.method.to_uppercase(),
            path: operation.path.replace("{*", "{"),
            summary: operation.doc.summary,
            who: match operation.access.who {
                Who::Anyone => None,
                Who::KeyHolders => Some(r.t("who-key-holders")),
                Who::Operator => Some(r.t("who-operator")),
            },
            query: operation.doc.query.clone(),
        });
    }
    let mut page = portal.page(r, "/developers", r.t("developers-title"));
    page.lead = r.t("developers-lead");
    let first = portal.parts().content.dashboard.tiles.first();
    let feed = first.map_or("feed", |tile| tile.feed.as_str());
    page.content = Markup::of(&DevelopersHtml {
        origin: portal.site().origin.clone(),
        examples: vec![
            (r.t("example-things"), "/sta/v1.1/Things?$top=5&$expand=Locations,Datastreams".into()),
            (r.t("example-latest"), format!("/api/latest?collection={feed}")),
            (r.t("example-stream"), format!("/api/stream?collection={feed}")),
            (r.t("example-feeds"), "/api/feeds".into()),
            (r.t("example-features"), "/features".into()),
        ],
        groups: groups
            .into_iter()
            .map(|(name, mut operations)| {
                operations.sort_by(|a, b| a.path.cmp(&b.path).then(a.method.cmp(&b.method)));
                Group { name: name.into(), operations }
            })
            .collect(),
        r,
    });
    Ok(answer(&page))
}

/// Routes that begin alike belong together.
fn area(operation: &Operation) -> &'static str {
    match operation.path.split('/').nth(1) {
        Some("sta") => "SensorThings",
        Some("api") => "API",
        Some("tiles" | "features") => "Map",
        _ => "System",
    }
}
