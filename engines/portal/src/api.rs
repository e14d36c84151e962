//! HTTP: the live stream of the pages, and feeds, notices and the register for programs.

mod alerts;
mod atom;
mod live;
pub(crate) mod pulse;
mod register;
mod status;

use host::{Access, Doc, Routes};

use crate::Portal;

pub(crate) fn routes(portal: Portal) -> Routes<()> {
    Routes::<Portal>::new()
        .get(
            "/{lang}/live",
            Access::public_read("pages"),
            Doc::new("What a page shows, as it changes, in the reader's language")
                .media_type("text/event-stream")
                .query(
                    "topic",
                    "tile:<id>, feeds, notices, alerts, map:<feed>[,<feed>…] or the name of a datastream; may stand several times",
                )
                .query(
                    "last-event-id",
                    "the last event heard; the current values are sent first in any case",
                ),
            live::live,
        )
        .get(
            "/api/feeds",
            Access::public_read("counters"),
            Doc::new(
                "Every feed: how it is doing on its own clock, what it brought, what was refused and why",
            ),
            status::feeds,
        )
        .get(
            "/api/notices",
            Access::public_read("notices"),
            Doc::new("Warnings and news that feeds brought, those in force first"),
            status::notices,
        )
        .get(
            "/api/search",
            Access::public_read("pages"),
            Doc::new("Pages, places, entries and things that answer a question in any of the city's languages")
                .query("q", "what is looked for; slips of the hand are forgiven")
                .query("limit", "how many results, 50 at most"),
            crate::pages::search::search_api,
        )
        .get(
            "/api/initiatives",
            Access::public_read("register"),
            Doc::new(
                "The register of the city's plan: every entry with what the document and later sources say",
            ),
            register::initiatives,
        )
        .get(
            "/api/initiatives.csv",
            Access::public_read("register"),
            Doc::new("The register as a table, one row an entry").media_type("text/csv"),
            register::initiatives_csv,
        )
        .get(
            "/{lang}/initiatives/changes.atom",
            Access::public_read("register"),
            Doc::new("What sources say of all entries, newest first").media_type("application/atom+xml"),
            register::changes,
        )
        .get(
            "/{lang}/initiatives/{entry}/changes.atom",
            Access::public_read("register"),
            Doc::new("What sources say of one entry, newest first").media_type("application/atom+xml"),
            register::changes_of_one,
        )
        .merge(alerts::routes())
        .with_state(portal)
}
