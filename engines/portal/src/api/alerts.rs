//! Public alerts as an Atom feed.

use axum::response::Response;
use host::{Access, Doc, Gate, Problem, Routes};
use sensing::alert::{Alert, State};
use sensing::rule::Channel;
use vocab::Time;

use super::atom::{Atom, Entry, tag};
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
    // The alert's own name makes the tag one of its own.
    let name = |what: &str| tag(&asked, 2026, format_args!("alerts/{what}/{}", asked.lang.slug()));
    let newest = found.iter().map(updated).max().unwrap_or(gate.now);
    let mut atom = Atom::new(&asked, "/alerts", &r.t("alerts-title"), &name("all"), newest);
    for alert in &found {
        let rule = sensing.alerts().rule(&alert.rule);
        let means = rule.map(|rule| format!(" {} {}", r.plain(&rule.means), r.plain(&rule.what_to_do)));
        let state = r.t(&format!("alert-is-{}", alert.state().word()));
        atom.entry(&Entry {
            title: &r.plain(&alert.title),
            id: name(&alert.id),
            published: alert.found,
            updated: updated(alert),
            path: format!("/alerts/{}", alert.id),
            category: Some(alert.severity.word()),
            via: None,
            summary: &format!("{state}. {}.{}", r.date_time(alert.raised), means.unwrap_or_default()),
        });
    }
    Ok(atom.response())
}

/// When anything last happened to it, by our clock as far as that is known.
fn updated(alert: &Alert) -> Time {
    let acknowledged = alert.acknowledged.as_ref().map(|acknowledged| acknowledged.at);
    let cleared = alert.cleared.filter(|_| alert.state() == State::Cleared);
    [Some(alert.found), acknowledged, cleared].into_iter().flatten().max().unwrap_or(alert.found)
}
