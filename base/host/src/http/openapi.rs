//! The OpenAPI 3.1 document, made of the routes and their types.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::routes::{Operation, Who};

/// The document for these operations. Pages are no API and stay out of it.
pub fn document(title: &str, version: &str, operations: &[Operation]) -> Value {
    let mut generator = SchemaSettings::openapi3().into_generator();
    let mut paths: Map<String, Value> = Map::new();
    let mut sorted: Vec<&Operation> = operations.iter().filter(|o| !o.doc.page).collect();
    sorted.sort_by_key(|o| (o.path, o.method));
    for operation in sorted {
        let mut entry = json!({
            "summary": operation.doc.summary,
            "tags": [operation.access.object],
            "x-access": { "who": who(operation.access.who), "action": operation.access.action.word(), "object": operation.access.object },
            "parameters": parameters(operation),
        });
        let mut content = json!({});
        if let Some(make) = operation.doc.answers {
            content["schema"] = json!(make(&mut generator));
        }
        entry["responses"] = json!({
            operation.doc.status.to_string(): { "description": operation.doc.summary, "content": { operation.doc.media_type: content } },
            "default": { "description": "A problem (RFC 9457)", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } },
        });
        if let Some(make) = operation.doc.takes {
            entry["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": make(&mut generator) } } });
        }
        if operation.access.who != Who::Anyone {
            entry["security"] = json!([{ "key": [] }]);
        }
        paths.entry(clean(operation.path)).or_insert_with(|| json!({}))[operation.method] = entry;
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Problem".into(), problem_schema());
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version },
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } },
    })
}

fn who(who: Who) -> &'static str {
    match who {
        Who::Anyone => "anyone",
        Who::KeyHolders => "key holders",
        Who::Operator => "operator",
    }
}

/// axum writes a rest-of-path parameter `{*name}`; OpenAPI knows only `{name}`.
fn clean(path: &str) -> String {
    path.replace("{*", "{")
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let path = clean(operation.path);
    let in_path = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let mut found: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    found.extend(operation.doc.query.iter().map(|(name, meaning)| {
        json!({ "name": name, "in": "query", "required": false, "description": meaning, "schema": { "type": "string" } })
    }));
    found
}

fn problem_schema() -> Value {
    let text = |meaning: &str| json!({ "type": "string", "description": meaning });
    json!({
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": text("/problems/ and a code that is never renamed"),
            "title": text("what it means, in the reader's language"),
            "status": { "type": "integer" },
            "detail": text("what failed, on what"),
            "hint": text("what to do"),
            "instance": text("the path that was asked"),
        },
    })
}
