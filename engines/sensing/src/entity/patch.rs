//! JSON Patch (RFC 6902): a list of changes to a document, of which all are made or none.

use serde_json::Value as Json;

/// Changes of one request.
const MOST: usize = 100;
/// Bytes of a document while it is changed: `copy` can double it each time.
const BYTES: usize = 1 << 20;

/// Makes the changes that `operations` lists; says which of them cannot be made.
pub fn apply(document: Json, operations: &Json) -> Result<Json, String> {
    let list = operations.as_array().ok_or("a JSON Patch is an array of operations")?;
    if list.len() > MOST {
        return Err(format!("more than {MOST} operations"));
    }
    let mut document = document;
    for (at, operation) in list.iter().enumerate() {
        one(&mut document, operation).map_err(|what| format!("operation {}: {what}", at + 1))?;
    }
    Ok(document)
}

fn one(document: &mut Json, operation: &Json) -> Result<(), String> {
    let text = |name: &str| operation.get(name).and_then(Json::as_str).ok_or(format!("it has no {name}"));
    let value = || operation.get("value").cloned().ok_or("it has no value".to_string());
    let path = pointer(text("path")?)?;
    match text("op")? {
        "add" => add(document, &path, value()?),
        "remove" => remove(document, &path).map(drop),
        "replace" => {
            *find(document, &path)? = value()?;
            Ok(())
        }
        "move" => {
            let from = pointer(text("from")?)?;
            if path.len() > from.len() && path.starts_with(&from) {
                return Err("nothing moves into itself".into());
            }
            let moved = remove(document, &from)?;
            add(document, &path, moved)
        }
        "copy" => {
            let copied = find(document, &pointer(text("from")?)?)?.clone();
            add(document, &path, copied)?;
            if document.to_string().len() > BYTES {
                return Err(format!("the entity has more than {BYTES} bytes"));
            }
            Ok(())
        }
        "test" => match *find(document, &path)? == value()? {
            true => Ok(()),
            false => Err("its test fails".into()),
        },
        _ => Err("op is none of add, remove, replace, move, copy, test".into()),
    }
}

/// The names along a JSON Pointer (RFC 6901).
fn pointer(text: &str) -> Result<Vec<String>, String> {
    match text.strip_prefix('/') {
        Some(rest) => Ok(rest.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect()),
        None if text.is_empty() => Ok(Vec::new()),
        None => Err("a path begins with /".into()),
    }
}

fn nothing() -> String {
    "its path leads nowhere".into()
}

fn place(name: &str) -> Option<usize> {
    let is_plain = name == "0" || !name.starts_with(['0', '+', '-']);
    name.parse().ok().filter(|_| is_plain)
}

fn find<'a>(document: &'a mut Json, path: &[String]) -> Result<&'a mut Json, String> {
    path.iter().try_fold(document, |at, name| {
        let found = match at {
            Json::Object(object) => object.get_mut(name.as_str()),
            Json::Array(list) => place(name).and_then(|place| list.get_mut(place)),
            _ => None,
        };
        found.ok_or_else(nothing)
    })
}

fn add(document: &mut Json, path: &[String], value: Json) -> Result<(), String> {
    let Some((name, above)) = path.split_last() else {
        *document = value;
        return Ok(());
    };
    match find(document, above)? {
        Json::Object(object) => drop(object.insert(name.clone(), value)),
        Json::Array(list) if name == "-" => list.push(value),
        Json::Array(list) => {
            let place = place(name).filter(|place| *place <= list.len()).ok_or_else(nothing)?;
            list.insert(place, value);
        }
        _ => return Err(nothing()),
    }
    Ok(())
}

fn remove(document: &mut Json, path: &[String]) -> Result<Json, String> {
    let (name, above) = path.split_last().ok_or("the whole cannot be removed")?;
    match find(document, above)? {
        Json::Object(object) => object.shift_remove(name.as_str()).ok_or_else(nothing),
        Json::Array(list) => {
            let place = place(name).filter(|place| *place < list.len()).ok_or_else(nothing)?;
            Ok(list.remove(place))
        }
        _ => Err(nothing()),
    }
}

#[cfg(test)]
mod tests;
