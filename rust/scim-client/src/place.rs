//! Where in a list to go on: at a page, or behind some resources of a page that came in part.

use crate::page::PageParser;

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    page: Start,
    /// Resources of the page that the consumer has already.
    given: usize,
    /// What they sum up to ([`PageParser::sum`]), so that a page that has changed since is noticed.
    sum: u32,
    /// Whether the resource behind these is passed over where its id can't be read: an error has told of it.
    passes: bool,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Start {
    First,
    Cursor(String),
    /// What the server calls it: the first is 1, or 0.
    Index(u64),
}

/// Begins a cursor of our own. No server's cursor does: RFC 9865 section 2 keeps them to what a URL need not escape.
const OWN: char = '@';
/// Behind the number of resources: the next is passed over where its id can't be read.
const PASSES: &str = "!";

impl Place {
    pub(crate) const START: Self = Self::of_page(Start::First);

    const fn of_page(page: Start) -> Self {
        Self {
            page,
            given: 0,
            sum: 0,
            passes: false,
        }
    }

    pub(crate) fn at_cursor(cursor: &str) -> Self {
        Self::of_page(Start::Cursor(cursor.to_owned()))
    }

    pub(crate) fn at_index(index: u64) -> Self {
        Self::of_page(Start::Index(index))
    }

    /// The place that a cursor stands for: a server's, or one of [`Place::to_cursor`].
    pub(crate) fn of(cursor: &str) -> Self {
        Self::of_own(cursor).unwrap_or_else(|| Self::at_cursor(cursor))
    }

    fn of_own(cursor: &str) -> Option<Self> {
        let mut parts = cursor.strip_prefix(OWN)?.splitn(3, ':');
        let given = parts.next()?;
        let (given, passes) = match given.strip_suffix(PASSES) {
            Some(given) => (given, true),
            None => (given, false),
        };
        let given = given.parse().ok()?;
        let sum = u32::from_str_radix(parts.next()?, 16).ok()?;
        let page = parts.next()?;
        let page = match (page.strip_prefix('c'), page.strip_prefix('i')) {
            (Some(cursor), _) => Start::Cursor(cursor.to_owned()),
            (_, Some(index)) => Start::Index(index.parse().ok().filter(|&n| n > 0)?),
            _ if page.is_empty() => Start::First,
            _ => return None,
        };
        Some(Self {
            page,
            given,
            sum,
            passes,
        })
    }

    /// The cursor that stands for it. None for a list's beginning. A page's own cursor stays as the server gave it.
    pub(crate) fn to_cursor(&self) -> Option<String> {
        let page = match &self.page {
            Start::First if self.is_whole() => return None,
            Start::Cursor(cursor) if self.is_whole() => return Some(cursor.clone()),
            Start::First => String::new(),
            Start::Cursor(cursor) => format!("c{cursor}"),
            Start::Index(index) => format!("i{index}"),
        };
        let passes = if self.passes { PASSES } else { "" };
        Some(format!("{OWN}{}{passes}:{:08x}:{page}", self.given, self.sum))
    }

    /// Whether it's a page's beginning.
    fn is_whole(&self) -> bool {
        self.given == 0 && !self.passes
    }

    /// The same place, and whether the resource there is passed over where its id can't be read.
    pub(crate) fn passing(self, passes: bool) -> Self {
        Self {
            passes: passes || self.passes,
            ..self
        }
    }

    /// The same page, behind so many of its resources.
    pub(crate) fn behind(self, given: usize, sum: impl FnOnce() -> u32) -> Self {
        // Where the answer did not come as far as before, what was given before is still given.
        if given <= self.given {
            return self;
        }
        Self {
            given,
            sum: sum(),
            passes: false,
            ..self
        }
    }

    /// The server's cursor, where the page has one.
    pub(crate) fn cursor(&self) -> Option<&str> {
        match &self.page {
            Start::Cursor(cursor) => Some(cursor),
            _ => None,
        }
    }

    /// Whether it is the page that a server gives to an empty cursor: its first (RFC 9865 section 2).
    pub(crate) fn is_opening_cursor(&self) -> bool {
        self.cursor() == Some("")
    }

    /// The page's `startIndex`, where it is asked for by that.
    pub(crate) fn index(&self) -> Option<u64> {
        match self.page {
            Start::Index(index) => Some(index),
            _ => None,
        }
    }

    /// How many resources of the list are known to stand before its page.
    pub(crate) fn in_front(&self) -> u64 {
        self.index().map_or(0, |index| index.saturating_sub(1))
    }

    /// Makes a parser ready for the page's response.
    pub(crate) fn begin(&self, parser: &mut PageParser) {
        parser.begin_behind(self.given, self.sum, self.passes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_as_a_cursor() {
        for page in [
            Start::First,
            Start::Cursor("a:b:c".to_owned()),
            Start::Cursor("@7".to_owned()),
            Start::Cursor(String::new()),
            Start::Index(1001),
        ] {
            for (given, passes) in [(0, false), (300, false), (0, true), (300, true)] {
                let place = Place {
                    page: page.clone(),
                    given,
                    sum: given as u32 * 0x00c0_ffee,
                    passes,
                };
                match place.to_cursor() {
                    Some(cursor) => assert_eq!(Place::of(&cursor), place, "{cursor}"),
                    None => assert_eq!(place, Place::START),
                }
            }
        }
    }

    #[test]
    fn any_other_text_is_the_servers() {
        for text in [
            "abc", "", "@", "@1", "@1:2", "@x:0:", "@1:g:", "@1:0:z", "@1:0:i0", "@-1:0:",
        ] {
            assert_eq!(Place::of(text).cursor(), Some(text));
        }
        assert_eq!(Place::at_cursor("abc").to_cursor().as_deref(), Some("abc"));
    }
}
