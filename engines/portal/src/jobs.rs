//! Periodic work: the lines of the last day under the front page's tiles.

use host::jobs::Job;

use crate::Portal;

/// A line of hours hardly changes in five minutes.
const TRAILS_SECONDS: i64 = 300;

pub fn jobs(portal: &Portal) -> Vec<Job> {
    let portal = portal.clone();
    vec![Job::every("portal-trails", TRAILS_SECONDS, move || {
        let portal = portal.clone();
        async move { portal.draw_trails().await.map_err(|e| e.to_string()) }
    })]
}
