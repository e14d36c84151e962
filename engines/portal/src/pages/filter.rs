//! What a list is narrowed by.

/// One `<select>` above a list.
pub struct Filter {
    pub name: &'static str,
    pub label: String,
    /// What stands there where nothing is chosen.
    pub any: String,
    /// Value, label, and whether it is chosen.
    pub options: Vec<(String, String, bool)>,
}
