//! The contract is a committed file.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "the-contract-is-committed",
    reason: "what the API promises is reviewed as a diff; without the file a change of it is seen by users first",
    way_out: "cargo xtask bless writes openapi/causeway.json; read the diff and commit it",
    find,
};

const PATH: &str = "openapi/causeway.json";

fn find(house: &House, breaches: &mut Breaches) {
    match house.text(PATH) {
        None => breaches.add(PATH, 1, "the OpenAPI document is not here"),
        Some(text) if !text.contains("\"openapi\"") || !text.contains("\"paths\"") => {
            breaches.add(PATH, 1, "this is no OpenAPI document");
        }
        Some(_) => {}
    }
}
