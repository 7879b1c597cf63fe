//! The ids of the resources that came already: 16 bytes each and the set's own share, 17 to 34 bytes in all.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::record::Record;

/// A set of ids. A GUID, as Entra's are, is kept as its 128 bits; of any other id 128 bits of a keyed hash, which two
/// ids share less often than a memory cell fails.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seen: HashSet<u128>,
    halves: (RandomState, RandomState),
}

impl Ids {
    /// Adds a resource's id; false where it is in the set already. A resource without an id is always new.
    pub(super) fn insert_id_of(&mut self, resource: Record<'_>) -> bool {
        match resource.id() {
            Some(id) => self.insert(&id),
            None => true,
        }
    }

    /// Adds an id; false where it is in the set already.
    fn insert(&mut self, id: &str) -> bool {
        let bits = guid(id).unwrap_or_else(|| {
            let (high, low) = (self.halves.0.hash_one(id), self.halves.1.hash_one(id));
            (u128::from(high) << 64) | u128::from(low)
        });
        self.seen.insert(bits)
    }
}

/// `00000000-0000-0000-0000-000000000000` in lower case: ids are compared with regard to case, so that another spelling is
/// another id.
fn guid(id: &str) -> Option<u128> {
    let bytes = id.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut bits = 0u128;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        bits = (bits << 4) | u128::from(digit);
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_is_new_once() {
        let mut ids = Ids::default();
        let some = [
            "a",
            "A",
            "",
            "00000000-0000-0000-0000-00000000000a",
            "00000000-0000-0000-0000-00000000000A",
            "00000000-0000-0000-0000-0000000000a0",
            "00000000-0000-0000-0000-000000000-0a",
            "00000000x0000-0000-0000-00000000000a",
        ];
        for id in some {
            assert!(ids.insert(id), "{id}");
        }
        for id in some {
            assert!(!ids.insert(id), "{id}");
        }
        assert_eq!(
            guid("01234567-89ab-cdef-0123-456789abcdef"),
            Some(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)
        );
    }
}
