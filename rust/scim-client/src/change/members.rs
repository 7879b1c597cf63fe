//! Bodies that change a group's members. They are the same for Entra and by RFC 7644: adds go together, removes one by one
//! by a filter, because strict servers drop everybody when a remove names its members by a value.

use serde_json::{Value, json};

/// Members that one PATCH adds at most, on Entra.
pub const PACK: usize = 20;

/// Adds members, [`PACK`] at most.
#[must_use]
pub fn add(ids: &[&str]) -> Vec<u8> {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    patch(json!({"op": "add", "path": "members", "value": members}))
}

/// Removes one member.
#[must_use]
pub fn remove(id: &str) -> Vec<u8> {
    patch(json!({"op": "remove", "path": format!("members[value eq {}]", Value::from(id))}))
}

fn patch(operation: Value) -> Vec<u8> {
    json!({"schemas": [super::PATCH_OP], "Operations": [operation]})
        .to_string()
        .into_bytes()
}
