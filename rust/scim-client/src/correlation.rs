//! Which answer belongs to which request. Where something between us and the server sends an answer twice, every answer
//! behind it on that connection is the one before: a list would give a page twice, and one user's creation would be
//! confirmed by another's. Entra (as all of Microsoft Graph) sends a request's `client-request-id` back with its answer.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The header that carries the id of a request there and back.
pub(crate) const HEADER: &str = "client-request-id";

/// What one connection knows of a server's habits.
#[derive(Debug, Default)]
pub(crate) struct Correlation {
    echoes: AtomicBool,
    /// Whether an answer to another request has come.
    repeats: AtomicBool,
}

impl Correlation {
    /// An id for one try of one request: a random UUID (RFC 9562 version 4).
    pub(crate) fn id() -> String {
        let mut bits = fastrand::u128(..);
        bits = (bits & !(0xf << 76)) | (0x4 << 76);
        bits = (bits & !(0x3 << 62)) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// Whether an answer with this header is the one to the request with this id. A server that has never sent an id
    /// back has not shown that it does, so what it sends there says nothing; nor does its absence, since gateways
    /// answer in the server's place.
    pub(crate) fn belongs(&self, id: &str, echo: Option<&str>) -> bool {
        match echo {
            Some(echo) if echo.eq_ignore_ascii_case(id) => {
                self.echoes.store(true, Relaxed);
                true
            }
            Some(_) => {
                let foreign = self.echoes.load(Relaxed);
                self.repeats.fetch_or(foreign, Relaxed);
                !foreign
            }
            None => true,
        }
    }

    /// Whether a refusal that does not say whose it is may be another request's: once something has repeated answers here,
    /// it says nothing certain of the request that it seems to refuse.
    pub(crate) fn may_be_anothers(&self, echo: Option<&str>) -> bool {
        echo.is_none() && self.repeats.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_its_own() {
        let (one, other) = (Correlation::id(), Correlation::id());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]), "{one}");
        assert!(one.chars().enumerate().all(|(i, c)| match i {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        }));
    }

    #[test]
    fn a_foreign_answer_is_told_once_the_server_has_shown_that_it_sends_ids_back() {
        let known = Correlation::default();
        assert!(known.belongs("a", Some("the gateway's own")));
        assert!(known.belongs("a", Some("A")));
        assert!(!known.belongs("b", Some("a")));
        assert!(known.belongs("b", None));
    }

    #[test]
    fn a_refusal_without_an_id_is_doubted_once_answers_have_been_repeated() {
        let known = Correlation::default();
        assert!(known.belongs("a", Some("a")));
        assert!(!known.may_be_anothers(None));
        assert!(!known.belongs("b", Some("a")));
        assert!(known.may_be_anothers(None));
        assert!(!known.may_be_anothers(Some("c")));
    }
}
