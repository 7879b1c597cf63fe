//! One object: read, replaced, changed, deleted.

use http::header::IF_MATCH;
use http::{Method, StatusCode};
use serde_json::Value;

use super::operations::apply;
use super::{Asked, Object, Plain, body, not_allowed, text};
use crate::quirks::Quirk;
use crate::wire::Failure;
use crate::world::now_text;

impl Plain {
    pub(super) fn one(
        &self,
        all: &mut Vec<Object>,
        method: &Method,
        id: &str,
        asked: &Asked<'_>,
    ) -> Result<(StatusCode, Option<Value>), Failure> {
        if !matches!(
            *method,
            Method::GET | Method::PUT | Method::PATCH | Method::DELETE
        ) {
            return Err(not_allowed());
        }
        let at = all
            .iter()
            .position(|one| text(one.get("id")) == id)
            .ok_or_else(|| Failure::not_found(id))?;
        match *method {
            Method::GET => {
                let shown = self.shown(&all[at], asked.query.unwrap_or_default());
                Ok((StatusCode::OK, Some(Value::Object(shown))))
            }
            Method::DELETE => {
                all.remove(at);
                Ok((StatusCode::NO_CONTENT, None))
            }
            Method::PUT => {
                let version = all[at].get("meta").and_then(|meta| meta.get("version")).cloned();
                let given = asked.headers.get(IF_MATCH).and_then(|v| v.to_str().ok());
                let present = version.as_ref().and_then(Value::as_str);
                if (self.has(Quirk::Etags) && given != present)
                    || (self.has(Quirk::FalseVersions) && given.is_some())
                {
                    return Err(Failure {
                        status: StatusCode::PRECONDITION_FAILED,
                        ..Failure::bad_request("The version is another.")
                    });
                }
                let mut object = body(asked)?;
                object.remove("password");
                for kept in ["id", "meta", "schemas"] {
                    object.insert(kept.into(), all[at].get(kept).cloned().unwrap_or_default());
                }
                all[at] = object;
                self.changed(&mut all[at]);
                Ok((StatusCode::OK, Some(Value::Object(all[at].clone()))))
            }
            Method::PATCH if self.has(Quirk::NoPatch) || self.has(Quirk::UnsaidNoPatch) => Err(Failure {
                status: StatusCode::NOT_IMPLEMENTED,
                ..Failure::bad_request("There is no PATCH.")
            }),
            Method::PATCH => {
                let patch = body(asked)?;
                let mut object = all[at].clone();
                for operation in patch
                    .get("Operations")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    apply(&mut object, operation, &self.quirks)?;
                }
                object.remove("password");
                self.changed(&mut object);
                all[at] = object;
                Ok((StatusCode::NO_CONTENT, None))
            }
            _ => Err(not_allowed()),
        }
    }

    /// Gives an object the next version.
    fn changed(&self, object: &mut Object) {
        if let Some(Value::Object(meta)) = object.get_mut("meta") {
            meta.insert("lastModified".into(), now_text().into());
        }
        if let Some(Value::String(version)) = object.get_mut("meta").and_then(|meta| meta.get_mut("version"))
        {
            let number: u64 = version
                .trim_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .unwrap_or(1);
            *version = format!("W/\"{}\"", number + 1);
        }
    }
}
