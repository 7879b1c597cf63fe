//! What a token says of itself (RFC 7519), read without any check of its signature: for people to look at, and to tell
//! beforehand what a service will refuse. Never a reason to trust a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// A token's two readable parts.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Claims {
    /// How it is signed.
    pub header: Map<String, Value>,
    /// Whom it is for, who it is about, how long it holds.
    pub payload: Map<String, Value>,
}

impl Claims {
    /// Reads a JWT; None where it is none: a token may be opaque.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, payload) = (part(parts.next()?)?, part(parts.next()?)?);
        // Header, payload, signature.
        (parts.count() == 1).then_some(Self { header, payload })
    }

    /// The audience: the first where there are several.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        match self.payload.get("aud")? {
            Value::Array(all) => all.first()?.as_str(),
            one => one.as_str(),
        }
    }

    /// Application permissions.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        let roles = self.payload.get("roles").and_then(Value::as_array);
        roles.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// When it ends, in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        self.payload.get("exp")?.as_f64().map(|seconds| seconds as u64)
    }
}

fn part(text: &str) -> Option<Map<String, Value>> {
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?);
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_read_and_anything_else_is_not() {
        let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let payload = r#"{"aud":["a","b"],"roles":["User.Read.All"],"exp":1700000000}"#;
        let token = format!("{}.{}.c2ln", encode(r#"{"alg":"RS256"}"#), encode(payload));
        let claims = Claims::read(&token).unwrap();
        assert_eq!(claims.audience(), Some("a"));
        assert_eq!(claims.roles(), ["User.Read.All"]);
        assert_eq!(claims.expires(), Some(1_700_000_000));
        for other in ["", "opaque", "a.b.c", "e30.e30", "e30.e30.x.y", "W10.e30.x"] {
            assert!(Claims::read(other).is_none(), "{other}");
        }
    }
}
