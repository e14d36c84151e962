//! The files that pages load: built once, named after their content, compressed in two ways.

/// One file. `path` holds a hash of the content, so it may be kept for ever by whoever fetched it.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The name without its hash: `causeway.css`.
    pub name: &'static str,
    /// The address: `/assets/causeway.0123456789ab.css`.
    pub path: &'static str,
    pub content_type: &'static str,
    pub identity: &'static [u8],
    pub brotli: &'static [u8],
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The asset at an address (`/assets/…`), or nothing.
pub fn asset(path: &str) -> Option<Asset> {
    ASSETS.iter().find(|asset| asset.path == path).copied()
}

/// The address of an asset by its name; an empty text for a name that does not exist (a test reads every template).
pub fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.path)
}

impl Asset {
    /// The smallest form that an `Accept-Encoding` header allows: the bytes and the `Content-Encoding` to send.
    /// Answers `Vary: Accept-Encoding` belong to it.
    pub fn encoded(&self, accept_encoding: &str) -> (&'static [u8], Option<&'static str>) {
        let allows = |wanted: &str| {
            accept_encoding.split(',').any(|part| {
                let (coding, parameters) = part.split_once(';').unwrap_or((part, ""));
                let refused = parameters
                    .trim()
                    .strip_prefix("q=")
                    .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
                coding.trim().eq_ignore_ascii_case(wanted) && !refused
            })
        };
        if allows("br") {
            (self.brotli, Some("br"))
        } else if allows("gzip") {
            (self.gzip, Some("gzip"))
        } else {
            (self.identity, None)
        }
    }
}

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod tests;
