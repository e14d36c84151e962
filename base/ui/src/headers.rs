//! What the shell says beside a page.

use crate::asset::{self, IMPORT_MAP};

/// The content security policy of every page: everything from our own address, no inline style, and of inline scripts
/// only the import map and the line that sets the theme, by hash. `data:` pictures are the icons inside MapLibre's
/// style sheet; `blob:` pictures are the tiles that it decodes.
pub fn content_security_policy() -> String {
    format!(
        "default-src 'self'; script-src 'self' {}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'",
        asset::INLINE_HASHES
    )
}

/// Header name and value of everything that a page is sent with, besides type and length.
pub fn of_page() -> Vec<(&'static str, String)> {
    vec![
        ("content-security-policy", content_security_policy()),
        ("x-content-type-options", "nosniff".into()),
        // Another site learns that somebody came from here, never from which page: searches stand in addresses.
        ("referrer-policy", "strict-origin-when-cross-origin".into()),
        ("permissions-policy", "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)".into()),
        ("cross-origin-opener-policy", "same-origin".into()),
    ]
}

/// A name with a hash in it never changes its content: a year, and no question asked on reload.
pub const ASSET_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The inline import map, byte for byte as the policy hashes it.
pub fn import_map() -> &'static str {
    IMPORT_MAP
}

/// The inline line that runs before the first paint, byte for byte as the policy hashes it.
pub fn early_script() -> &'static str {
    asset::EARLY_SCRIPT
}
