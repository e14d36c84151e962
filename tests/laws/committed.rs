//! The contract and the manual are committed files.

use causeway_tests::committed::is_current;

use super::printed;

#[test]
fn openapi_is_current() {
    is_current("openapi/causeway.json", &printed(&["openapi"]));
}

#[test]
fn configuration_is_current() {
    is_current("docs/configuration.md", &printed(&["configuration"]));
}
