//! Routes that cannot be added without saying who may use them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::gate;
use crate::access::Action;

/// Who may come in at all. What a labelled object asks beyond this the handler checks with its [`super::Gate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// A device or the operator.
    KeyHolders,
    Operator,
}

/// The access row of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub who: Who,
    pub action: Action,
    /// A plural noun, as in [`crate::access::Object`].
    pub object: &'static str,
}

impl Access {
    pub const fn public_read(object: &'static str) -> Access {
        Access { who: Who::Anyone, action: Action::Read, object }
    }

    pub const fn key_holders(action: Action, object: &'static str) -> Access {
        Access { who: Who::KeyHolders, action, object }
    }

    pub const fn operator(action: Action, object: &'static str) -> Access {
        Access { who: Who::Operator, action, object }
    }
}

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// What the OpenAPI document says of a route.
#[derive(Clone)]
pub struct Doc {
    pub summary: &'static str,
    pub query: Vec<(&'static str, &'static str)>,
    pub takes: Option<MakeSchema>,
    pub answers: Option<MakeSchema>,
    pub media_type: &'static str,
    pub status: u16,
    /// Pages are listed for the access law but are no API.
    pub page: bool,
}

impl Doc {
    pub fn new(summary: &'static str) -> Doc {
        Doc {
            summary,
            query: Vec::new(),
            takes: None,
            answers: None,
            media_type: "application/json",
            status: 200,
            page: false,
        }
    }

    pub fn page(summary: &'static str) -> Doc {
        Doc { media_type: "text/html", page: true, ..Doc::new(summary) }
    }

    #[must_use]
    pub fn query(mut self, name: &'static str, meaning: &'static str) -> Doc {
        self.query.push((name, meaning));
        self
    }

    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Doc {
        self.takes = Some(|generator| generator.subschema_for::<T>());
        self
    }

    #[must_use]
    pub fn answers<T: JsonSchema>(mut self) -> Doc {
        self.answers = Some(|generator| generator.subschema_for::<T>());
        self
    }

    #[must_use]
    pub fn media_type(mut self, media_type: &'static str) -> Doc {
        self.media_type = media_type;
        self
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Doc {
        self.status = status;
        self
    }
}

/// One route as the document and the access law see it.
#[derive(Clone)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    pub doc: Doc,
}

/// A router that knows its access table.
pub struct Routes<S> {
    router: Router<S>,
    operations: Vec<Operation>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Routes::new()
    }
}

macro_rules! methods {
    ($($name:ident $filter:ident $method:literal),*) => {$(
        #[must_use]
        pub fn $name<H, T>(self, path: &'static str, access: Access, doc: Doc, handler: H) -> Self
        where H: Handler<T, S>, T: 'static {
            self.add(MethodFilter::$filter, $method, path, access, doc, handler)
        }
    )*};
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub fn new() -> Self {
        Routes { router: Router::new(), operations: Vec::new() }
    }

    methods!(get GET "get", post POST "post", put PUT "put", patch PATCH "patch", delete DELETE "delete");

    fn add<H, T>(
        mut self,
        filter: MethodFilter,
        method: &'static str,
        path: &'static str,
        access: Access,
        doc: Doc,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let route: MethodRouter<S> = on(filter, handler);
        let guarded =
            route.layer(axum::middleware::from_fn(move |request, next| gate::guard(access, request, next)));
        self.router = self.router.route(path, guarded);
        self.operations.push(Operation { method, path, access, doc });
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Routes<S>) -> Self {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self
    }

    /// Gives the handlers their state.
    pub fn with_state<S2: Clone + Send + Sync + 'static>(self, state: S) -> Routes<S2> {
        Routes { router: self.router.with_state(state), operations: self.operations }
    }

    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub fn into_parts(self) -> (Router<S>, Vec<Operation>) {
        (self.router, self.operations)
    }
}
