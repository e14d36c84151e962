//! Who may do what. One pure question, asked for every request at the door and again for every labelled object.

use vocab::{Caller, Label, Time};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Read,
    Create,
    Update,
    Delete,
    /// Run the machine: look at quarantined records, reload the pack, take a backup.
    Operate,
}

impl Action {
    pub fn word(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Operate => "operate",
        }
    }
}

/// What somebody wants to touch.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// A plural noun: `observations`, `things`, `pages`.
    pub kind: &'static str,
    pub label: Label,
    /// The public name, where the object has one; a device is held to the scope of its own.
    pub slug: Option<&'a str>,
}

/// What for. Kept with the decision; personal data will depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    PublicInformation,
    Collection,
    Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allow,
    /// With what to say to the caller.
    Deny(&'static str),
}

/// What a device may touch; everything it touches lies in its own scope.
const A_DEVICES_KINDS: [&str; 9] = [
    "devices",
    "things",
    "locations",
    "historicalLocations",
    "sensors",
    "observedProperties",
    "datastreams",
    "observations",
    "featuresOfInterest",
];

/// The one rule. `now` and `purpose` decide nothing yet; they stand in every signature so that consent with an end date
/// and a purpose needs no change in any handler.
pub fn may(caller: &Caller, action: Action, object: &Object, _purpose: Purpose, _now: Time) -> Decision {
    match (caller, action) {
        (Caller::Operator, _) => Decision::Allow,
        (_, Action::Read) if object.label == Label::Public => Decision::Allow,
        (Caller::Anonymous, _) => Decision::Deny("sign in with a token that may do this"),
        (Caller::Device { .. }, Action::Delete | Action::Operate) => {
            Decision::Deny("a device may add and change, not remove")
        }
        (Caller::Device { scope, .. }, Action::Create | Action::Update | Action::Read) => {
            let kind_fits = A_DEVICES_KINDS.contains(&object.kind);
            let scope_fits = object.slug.is_none_or(|slug| within(slug, scope));
            match (kind_fits, scope_fits) {
                (true, true) => Decision::Allow,
                (true, false) => Decision::Deny("this device's key is for its own datastreams only"),
                (false, _) => Decision::Deny("a device may touch sensing objects only"),
            }
        }
    }
}

/// `lampposts/17` and `lampposts/17/air` lie within `lampposts/17`; `lampposts/170` does not.
pub fn within(slug: &str, scope: &str) -> bool {
    scope.is_empty() || slug.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
