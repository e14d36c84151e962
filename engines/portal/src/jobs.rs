//! Periodic work: what would keep the first reader waiting is made before somebody comes.

use host::jobs::Job;

use crate::Portal;

/// A line of hours hardly changes in five minutes.
const PREPARE_SECONDS: i64 = 300;

pub fn jobs(portal: &Portal) -> Vec<Job> {
    let portal = portal.clone();
    vec![Job::every("portal-prepare", PREPARE_SECONDS, move || {
        let portal = portal.clone();
        async move { prepare(&portal).await.map_err(|e| e.to_string()) }
    })]
}

/// Reads the things of every feed, makes the index of the search, and draws the lines of the last day under the front
/// page's tiles.
async fn prepare(portal: &Portal) -> Result<(), host::DbError> {
    for feed in &portal.parts().feeds {
        portal.known(feed.id.as_str()).await?;
    }
    portal.make_index().await?;
    portal.draw_trails().await
}
