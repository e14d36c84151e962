//! Who is asking. The shell recognises a caller once, at the door; every handler is given one.

/// A caller as the access check sees it. Identity adds people and officers later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody has said who they are.
    Anonymous,
    /// A device or simulator with a key of its own; it may write only datastreams whose slug begins with `scope`.
    Device { name: String, scope: String },
    /// The holder of the operator token in the configuration.
    Operator,
}

impl Caller {
    /// A short word for logs and audit; holds no secret.
    pub fn word(&self) -> String {
        match self {
            Caller::Anonymous => "anonymous".into(),
            Caller::Device { name, .. } => format!("device:{name}"),
            Caller::Operator => "operator".into(),
        }
    }
}
