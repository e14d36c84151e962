//! Who runs this and what it keeps; and where to turn when something is wrong.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use host::{Gate, Problem};
use serde::Deserialize;
use ui::Reader;
use ui::markup::Markup;

use super::answer;
use super::asked::Asked;
use crate::Portal;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutHtml<'a> {
    r: Reader<'a>,
    operator: String,
    contact: Option<(String, String)>,
    licences: Vec<(String, String, String)>,
}

/// A link out of what the configuration gives: a mail address or a URL.
fn contact(portal: &Portal) -> Option<(String, String)> {
    let contact = portal.parts().contact.clone()?;
    let href = if contact.contains("://") { contact.clone() } else { format!("mailto:{contact}") };
    Some((contact, href))
}

pub async fn about(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, .. }, r) = (&asked, asked.reader());
    let mut page = portal.page(r, "/about", r.t("about-title"));
    page.lead = r.t("about-lead");
    page.content = Markup::of(&AboutHtml {
        operator: r.plain(&portal.site().operator),
        contact: contact(portal),
        licences: portal
            .parts()
            .feeds
            .iter()
            .map(|feed| (r.plain(&feed.title), r.plain(&feed.licence.name), feed.licence.url.clone()))
            .collect(),
        r,
    });
    Ok(answer(&page))
}

#[derive(Template)]
#[template(path = "wrong.html")]
struct WrongHtml<'a> {
    r: Reader<'a>,
    about: Option<String>,
    contact: Option<(String, String)>,
    official: String,
    official_url: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Wrong {
    /// The page that somebody came from.
    #[serde(default)]
    page: String,
}

pub async fn wrong(_: Gate, asked: Asked, Query(wrong): Query<Wrong>) -> Result<Response, Problem> {
    let (Asked { portal, .. }, r) = (&asked, asked.reader());
    let mut page = portal.page(r, "/wrong", r.t("wrong-title"));
    page.lead = r.t("wrong-lead");
    page.unlisted = true;
    // Only a path of ours is repeated, and only as text.
    let is_ours = wrong.page.starts_with('/') && !wrong.page.starts_with("//") && wrong.page.len() <= 300;
    if is_ours {
        page.query = format!("page={}", ui::markup::query_value(&wrong.page));
    }
    page.content = Markup::of(&WrongHtml {
        about: is_ours.then_some(wrong.page),
        contact: contact(portal),
        official: r.plain(&portal.site().official_name),
        official_url: portal.site().official_url.clone(),
        r,
    });
    Ok(answer(&page))
}
