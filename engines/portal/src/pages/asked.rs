//! What every page is asked with: the portal, and the language in its address.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use host::Problem;
use ui::Reader;
use vocab::Lang;

use crate::Portal;

pub struct Asked {
    pub portal: Portal,
    pub lang: Lang,
}

impl Asked {
    pub fn reader(&self) -> Reader<'_> {
        self.portal.reader(&self.lang)
    }
}

impl FromRequestParts<Portal> for Asked {
    type Rejection = Problem;

    /// A language that the city does not speak is a page that is not there.
    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Asked, Problem> {
        let named = RawPathParams::from_request_parts(parts, portal).await;
        let named = named.map_err(|_| Problem::not_found(parts.uri.path()))?;
        let tag = named.iter().find(|(name, _)| *name == "lang").map_or("", |(_, tag)| tag);
        Ok(Asked { lang: portal.lang(tag)?, portal: portal.clone() })
    }
}
