//! Ids, which become part of a path.

use crate::cloud::Service;
use crate::error::{Error, Kind};

/// An id to write to. Entra's are GUIDs, so that nothing else needs a request to be refused.
pub(super) fn of(service: Service, id: &str) -> Result<String, Error> {
    if service == Service::Entra && !is_guid(id) {
        let message = format!("{id:?} isn't a valid id. Entra's ids are GUIDs. No request was made.");
        return Err(Error::new(Kind::InvalidId, message));
    }
    whole(id)
}

/// An id that can be one segment of a path, in which all but letters, digits and `-._~` is encoded: some servers have ids
/// such as `CORP/ann`. No id leads up, whoever decodes it: a proxy may turn %2F back into a slash.
pub(super) fn whole(id: &str) -> Result<String, Error> {
    let up = |step: &str| step == "." || step == "..";
    if id.trim().is_empty() || id.split(['/', '\\']).any(up) || id.contains(char::is_control) {
        let message = format!("{id:?} can't be the id of a resource. No request was made.");
        return Err(Error::new(Kind::InvalidId, message));
    }
    Ok(id.to_owned())
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
