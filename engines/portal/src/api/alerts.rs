//! Public alerts as an Atom feed (RFC 4287), in the reader's language.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use host::{Access, Doc, Gate, Problem, Routes};
use sensing::alert::{Alert, State};
use sensing::rule::Channel;
use ui::layout::address;
use ui::markup::escape;
use vocab::Time;

use super::register::html_lang;
use crate::Portal;
use crate::pages::asked::Asked;

/// Entries of a feed, newest first; older ones are on the pages.
const ENTRIES: i64 = 100;

pub fn routes() -> Routes<Portal> {
    Routes::new().get(
        "/{lang}/alerts/changes.atom",
        Access::public_read("alerts"),
        Doc::new("Public alerts, newest first").media_type("application/atom+xml"),
        changes,
    )
}

async fn changes(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (portal, r) = (&asked.portal, asked.reader());
    let sensing = &portal.parts().sensing;
    let all = sensing.public_alerts(ENTRIES).await?;
    let goes =
        |alert: &Alert| sensing.alerts().rule(&alert.rule).is_none_or(|rule| rule.goes_to(Channel::Atom));
    let found: Vec<Alert> = all.into_iter().filter(goes).collect();
    let city = &portal.parts().pack.city.id;
    let origin = &portal.site().origin;
    let to = |path: &str| format!("{origin}{}", address(&asked.lang, path));
    // RFC 4151: a name of our own making. The alert's own name makes it one of its own.
    let tag = |what: &str| format!("tag:{city}.causeway.invalid,2026:alerts/{what}/{}", asked.lang.slug());
    let newest = found.iter().map(updated).max().unwrap_or(gate.now);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\"><title>{}</title>\
         <id>{}</id><updated>{}</updated><link rel=\"self\" href=\"{}\"/><link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\
         <author><name>{}</name></author>\n",
        html_lang(portal, &asked.lang),
        escape(&r.t("alerts-title")),
        tag("all"),
        newest.iso(),
        escape(&to("/alerts/changes.atom")),
        escape(&to("/alerts")),
        escape(&r.plain(&portal.site().operator)),
    );
    for alert in &found {
        let rule = sensing.alerts().rule(&alert.rule);
        let means = rule.map(|rule| format!(" {} {}", r.plain(&rule.means), r.plain(&rule.what_to_do)));
        let state = r.t(&format!("alert-is-{}", alert.state().word()));
        let summary = format!("{state}. {}.{}", r.date_time(alert.raised), means.unwrap_or_default());
        xml.push_str(&format!(
            "<entry><title>{}</title><id>{}</id><published>{}</published><updated>{}</updated>\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/><category term=\"{}\"/><summary>{}</summary></entry>\n",
            escape(&r.plain(&alert.title)),
            tag(&alert.id),
            alert.found.iso(),
            updated(alert).iso(),
            escape(&to(&format!("/alerts/{}", alert.id))),
            alert.severity.word(),
            escape(&summary),
        ));
    }
    xml.push_str("</feed>\n");
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], xml).into_response())
}

/// When anything last happened to it, by our clock as far as that is known.
fn updated(alert: &Alert) -> Time {
    let acknowledged = alert.acknowledged.as_ref().map(|acknowledged| acknowledged.at);
    let cleared = alert.cleared.filter(|_| alert.state() == State::Cleared);
    [Some(alert.found), acknowledged, cleared].into_iter().flatten().max().unwrap_or(alert.found)
}
