//! Bodies that hold a password: put together just before they are sent, in memory that is wiped.

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::error::{Error, Kind};

/// What a dry run shows in place of a password.
pub(super) const HIDDEN: &[u8] = b"***";

/// The body with the member `password`; `body` is a JSON object.
pub(super) fn with_password(body: &[u8], password: &Secret) -> Result<Bytes, Error> {
    let spliced = splice(body, password.bytes())?;
    Ok(Bytes::from_owner(spliced))
}

pub(super) fn splice(body: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Some(open) = body.trim_ascii_end().strip_suffix(b"}") else {
        return Err(Error::new(
            Kind::InternalError,
            "The body for the password isn't an object.",
        ));
    };
    if std::str::from_utf8(password).is_err() {
        return Err(Error::new(Kind::InvalidConfiguration, "The password isn't text."));
    }
    // Room for the worst case, so that no copy stays behind in a buffer that grew.
    let mut out = Zeroizing::new(Vec::with_capacity(body.len() + 6 * password.len() + 16));
    out.extend_from_slice(open);
    if open.trim_ascii_end().last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(b"\"password\":\"");
    for &byte in password {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.extend_from_slice(b"\"}");
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_password_arrives_as_it_is(password in any::<String>(), empty in any::<bool>()) {
            let body: &[u8] = if empty { b"{ }" } else { br#"{"userName":"a"} "# };
            let spliced = splice(body, password.as_bytes()).unwrap();
            let read: serde_json::Value = serde_json::from_slice(&spliced).unwrap();
            prop_assert_eq!(read["password"].as_str(), Some(password.as_str()));
            prop_assert_eq!(read.as_object().unwrap().len(), 2 - usize::from(empty));
            prop_assert!(spliced.capacity() >= spliced.len());
        }
    }

    #[test]
    fn no_object_and_no_text_are_refused() {
        assert!(splice(b"[]", b"x").is_err());
        assert!(splice(b"{}", b"\xff").is_err());
    }
}
