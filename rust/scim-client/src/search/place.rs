//! Where a search of several lists can go on: one text for the list and the cursor in it. What `-Cursor` takes.

use crate::error::{Error, Kind};

/// A place in a search of several lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Which list, from 0.
    pub(super) list: usize,
    /// The service's cursor in it; none for its beginning.
    pub(super) cursor: Option<String>,
}

/// Tells lists of one search from those of another: FNV-1a of their filters.
pub(super) fn mark<'t>(lists: impl Iterator<Item = &'t str>) -> u32 {
    lists
        .flat_map(|text| text.bytes().chain([0]))
        .fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
}

impl Place {
    /// `lists-2-89abcdef-cursor`: only characters that a cursor may have (RFC 9865 section 2).
    pub(super) fn to_text(&self, mark: u32) -> String {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        format!("lists-{}-{mark:08x}-{cursor}", self.list + 1)
    }

    /// Reads the text back, for a search of so many lists with this mark.
    pub(super) fn read(text: &str, lists: usize, mark: u32) -> Result<Self, Error> {
        let parts = text
            .strip_prefix("lists-")
            .and_then(|rest| rest.split_once('-'))
            .and_then(|(list, rest)| Some((list.parse::<usize>().ok()?, rest.split_once('-')?)));
        match parts {
            Some((list, (of, cursor))) if (1..=lists).contains(&list) && of == format!("{mark:08x}") => {
                Ok(Self {
                    list: list - 1,
                    cursor: (!cursor.is_empty()).then(|| cursor.to_owned()),
                })
            }
            _ => Err(Error::new(
                Kind::InvalidCursor,
                format!("The cursor '{text}' isn't valid for this filter, which needs {lists} lists."),
            )
            .with(|d| {
                "Use the cursor with the same filter and parameters as the interrupted command."
                    .clone_into(&mut d.advice);
            })),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_as_text_and_belongs_to_its_filter() {
        let of = mark(["a", "b"].into_iter());
        assert_ne!(of, mark(["ab", ""].into_iter()));
        for cursor in [None, Some("x-y_z.~".to_owned())] {
            let place = Place { list: 1, cursor };
            assert_eq!(Place::read(&place.to_text(of), 2, of).unwrap(), place);
            assert!(Place::read(&place.to_text(of), 1, of).is_err());
            assert!(Place::read(&place.to_text(of), 2, of ^ 1).is_err());
        }
        for text in ["", "x", "lists-0-00000000-", "lists-1", "lists-1-zz-"] {
            assert_eq!(Place::read(text, 2, of).unwrap_err().kind(), Kind::InvalidCursor);
        }
    }
}
