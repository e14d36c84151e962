//! What may be shown to whom. Public only by an explicit line; silence means internal.

use serde::{Deserialize, Serialize};

/// The label of a datastream, collection or pack file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    Public,
    #[default]
    Internal,
}
