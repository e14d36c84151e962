//! The pages: what can be seen with a browser and nothing else.

mod about;
mod alerts;
pub mod asked;
mod chapter;
mod datastream;
mod developers;
mod device;
mod district;
mod districts;
mod feed;
pub mod figures;
mod filter;
mod home;
mod initiative;
pub mod layers;
mod map;
mod near;
pub mod problem;
mod progress;
mod register;
pub mod registry;
pub mod search;
pub mod site;
mod storm;
mod thing;
mod visitors;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use host::{Access, Action, Doc, Gate, Problem, Routes};
use sensing::actions::alerts::ALERTS;
use sensing::actions::devices::DEVICES;
use ui::layout::Page;
use ui::{Asset, Reader};
use vocab::Lang;

use asked::Asked;

use crate::Portal;

pub(crate) fn routes(portal: Portal) -> Routes<()> {
    let page = |summary| (Access::public_read("pages"), Doc::page(summary));
    let mut routes = Routes::<Portal>::new();
    macro_rules! pages {
        ($($path:literal $handler:expr, $summary:literal;)*) => {$(
            let (access, doc) = page($summary);
            routes = routes.get($path, access, doc, $handler);
        )*};
    }
    pages! {
        "/" front, "To the front page in the reader's language";
        "/{lang}" bare, "To the front page of a language";
        "/{lang}/" home::home, "The city now";
        "/{lang}/search" search::search, "Search over everything";
        "/{lang}/near/{place}" near::near, "What is measured around a named place";
        "/{lang}/map" map::map, "Places on a map, with a list beside it";
        "/{lang}/districts" districts::districts, "Every district beside the others";
        "/{lang}/districts/{district}" district::district, "One district: what it is like, and what is measured there now";
        "/{lang}/visitors" visitors::visitors, "For somebody who has just arrived";
        "/{lang}/visitors/{point}" visitors::point, "A point where people enter: queues, how to go on, the weather";
        "/{lang}/things/{*slug}" thing::thing, "A detector, a car park, a station, a lamppost";
        "/{lang}/datastreams/{*slug}" datastream::datastream, "A series: chart, table, files";
        "/{lang}/initiatives" register::register, "The register of the city's plan";
        "/{lang}/initiatives/progress" progress::progress, "How the plan goes, by chapter, date and mission";
        "/{lang}/initiatives/counted" progress::counted, "How the entries of the register were counted";
        "/{lang}/initiatives/{entry}" initiative::initiative, "One entry of the register";
        "/{lang}/chapters/{chapter}" chapter::chapter, "One chapter of the plan";
        "/{lang}/feeds" feed::feeds, "Where everything comes from, and how that is doing";
        "/{lang}/feeds/{feed}" feed::feed, "One feed";
        "/{lang}/alerts" alerts::alerts, "What rules found: alerts, and what is watched";
        "/{lang}/alerts/{id}" alerts::alert, "One alert: what it means and what happens next";
        "/{lang}/devices" device::devices, "Devices: how each is and when it was last heard";
        "/{lang}/devices/{*device}" device::device, "One device";
        "/{lang}/developers" developers::developers, "The API";
        "/{lang}/about" about::about, "Who runs this, and what it keeps";
        "/{lang}/wrong" about::wrong, "Something is wrong here";
        "/{lang}/design" design, "How these pages are made";
        "/assets/{*path}" asset, "Files that pages load";
        "/robots.txt" robots, "What crawlers may read";
    }
    routes
        .get(
            "/{lang}/register-device",
            Access::operator(Action::Create, DEVICES),
            Doc::page("The form of a new device"),
            device::register_form,
        )
        .post(
            "/{lang}/register-device",
            Access::operator(Action::Create, DEVICES),
            Doc::page("Register devices by a form"),
            device::register,
        )
        .post(
            "/{lang}/devices/{*device}",
            Access::operator(Action::Update, DEVICES),
            Doc::page("Tell what happened to a device, or give it a key"),
            device::act,
        )
        .post(
            "/{lang}/alerts/{id}",
            Access::operator(Action::Update, ALERTS),
            Doc::page("Take an alert in hand"),
            alerts::acknowledge,
        )
        .with_state(portal)
}

impl Portal {
    /// The language whose slug stands in an address.
    pub(crate) fn lang(&self, slug: &str) -> Result<Lang, Problem> {
        let known = self.site().lang(slug).cloned();
        known.ok_or_else(|| {
            let slug: String = slug.chars().take(40).collect();
            let all: Vec<String> = self.site().langs.iter().map(|l| format!("/{}/", l.lang.slug())).collect();
            Problem::not_found(format!("/{slug}/")).hint(format!("pages begin with {}", all.join(" or ")))
        })
    }

    pub(crate) fn reader<'a>(&'a self, lang: &'a Lang) -> Reader<'a> {
        self.site().reader(&self.parts().content.words, lang)
    }

    /// A page of ours below the front page.
    pub(crate) fn page<'a>(&'a self, reader: Reader<'a>, path: &str, title: String) -> Page<'a> {
        let mut page = Page::new(self.site(), reader, path, title.clone());
        page.below([], title);
        let clock = &self.parts().clock;
        page.clock = clock.is_own().then(|| (clock.now(), clock.speed()));
        page
    }

    /// The stream that a page listens to.
    pub(crate) fn stream(&self, reader: &Reader) -> Option<String> {
        Some(format!("/{}/live", reader.lang().slug()))
    }
}

/// A page on its way to a browser. It is of this moment: whoever keeps it asks again before showing it.
pub(crate) fn answer(page: &Page) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let mut response = (headers, page.render()).into_response();
    for (name, value) in ui::headers::of_page() {
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn front(_: Gate, State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let wishes = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let lang = portal.site().negotiate(wishes).map(Lang::slug).unwrap_or_default();
    let mut response = Redirect::to(&format!("/{lang}/")).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

async fn bare(_: Gate, asked: Asked) -> Result<Redirect, Problem> {
    Ok(Redirect::permanent(&format!("/{}/", asked.lang.slug())))
}

async fn design(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    Ok(answer(&ui::design::page(asked.portal.site(), asked.reader(), gate.now)))
}

async fn asset(_: Gate, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response, Problem> {
    let asset: Asset = ui::asset(uri.path()).ok_or_else(|| Problem::not_found(uri.path()))?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (bytes, encoding) = asset.encoded(accepted);
    let mut response = (StatusCode::OK, bytes).into_response();
    let found = response.headers_mut();
    found.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    found.insert(header::CACHE_CONTROL, HeaderValue::from_static(ui::headers::ASSET_CACHE_CONTROL));
    found.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        found.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

async fn robots(_: Gate) -> &'static str {
    // Series are read by the API; a crawler that follows every range of every chart, or every choice of layers, helps nobody.
    "User-agent: *\nDisallow: /*/datastreams/*?\nDisallow: /*/map?\nDisallow: /api/\nDisallow: /sta/\n"
}
