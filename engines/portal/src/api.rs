//! HTTP: the live stream of the pages, and how feeds are doing as JSON.

mod live;
pub(crate) mod pulse;
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
                    "tile:<id>, feeds, map:<feed>[,<feed>…] or the name of a datastream; may stand several times",
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
        .with_state(portal)
}
