//! How a list without cursors goes on (RFC 7644 section 3.4.2.4), with servers that each count in their own way. The rules:
//! - it advances by the resources that came, never by what was asked for or what `itemsPerPage` says;
//! - no total is believed alone: a list ends with an empty page, or where the total is reached by a page that was not full;
//! - what begins where an earlier page began is that page again, and is not given twice;
//! - what the server calls its first resource, 0 or 1, is taken from its own answer.

use std::collections::HashSet;

/// So many empty pages in a row are passed over while the total promises more.
const EMPTY_PAGES: u32 = 3;

/// What a whole page says that matters here.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) count: u64,
    pub(crate) total: Option<u64>,
    pub(crate) start_index: Option<u64>,
    pub(crate) last_id: Option<String>,
}

/// What is to be done with a page, by the resource that it begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Give it.
    New,
    /// Drop it and ask again at this `startIndex`: it begins with what the page before ended with.
    Shift(u64),
    /// Drop it: the list had ended.
    End,
    /// Drop it: the server gives the same page for ever, and there was more.
    Loop,
}

/// What comes behind a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A page at this `startIndex`.
    At(u64),
    /// Nothing. The number: how many more the server had announced.
    Nothing(u64),
}

/// Where a list is.
#[derive(Debug)]
pub(crate) struct Paging {
    /// Resources asked for a page.
    asked: u64,
    /// What the server calls its first resource.
    base: u64,
    /// Resources that are behind us, those that did not come included.
    passed: u64,
    /// Resources that came.
    received: u64,
    /// The largest page yet.
    largest: u64,
    empty: u32,
    /// Whether the last page left room for more.
    was_short: bool,
    reached_total: bool,
    firsts: HashSet<String>,
    last_id: Option<String>,
}

impl Paging {
    /// `passed`: resources in front of where the list begins.
    pub(crate) fn new(asked: u32, passed: u64) -> Self {
        Self {
            asked: u64::from(asked),
            base: 1,
            passed,
            received: passed,
            largest: 0,
            empty: 0,
            was_short: false,
            reached_total: false,
            firsts: HashSet::new(),
            last_id: None,
        }
    }

    /// To be asked once a page, with the id of its first resource.
    pub(crate) fn opens(&mut self, first_id: Option<String>) -> Opening {
        let Some(first) = first_id else {
            return Opening::New;
        };
        if self.base == 0 && self.last_id.as_ref() == Some(&first) {
            self.base = 1;
            return Opening::Shift(self.base + self.passed);
        }
        if self.firsts.insert(first) {
            Opening::New
        } else if self.was_short || self.reached_total {
            Opening::End
        } else {
            Opening::Loop
        }
    }

    /// To be told once a page, when all of it has come.
    pub(crate) fn closes(&mut self, page: Facts) -> Next {
        if page.count == 0 {
            return self.empty(page.total);
        }
        if self.passed == 0 {
            self.base = page.start_index.map_or(1, |first| first.min(1));
        }
        self.empty = 0;
        self.passed += page.count;
        self.received += page.count;
        self.largest = self.largest.max(page.count);
        self.last_id = page.last_id;
        self.was_short = page.count < self.asked;
        self.reached_total = page.total.is_some_and(|total| self.passed >= total);
        // A total that is no more than a full page may be that of the page.
        let of_page = page
            .total
            .is_some_and(|total| !self.was_short && total <= page.count);
        if self.reached_total && !of_page {
            Next::Nothing(self.missing(page.total))
        } else {
            Next::At(self.base + self.passed)
        }
    }

    fn empty(&mut self, total: Option<u64>) -> Next {
        self.empty += 1;
        let more = total.is_some_and(|total| total > self.passed);
        if !more || self.passed == 0 || self.empty > EMPTY_PAGES {
            return Next::Nothing(self.missing(total));
        }
        self.passed += self.largest.max(1);
        Next::At(self.base + self.passed)
    }

    fn missing(&self, total: Option<u64>) -> u64 {
        total.map_or(0, |total| total.saturating_sub(self.received))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives a page of these ids: what comes behind it, or what is done in its place.
    fn page(
        paging: &mut Paging,
        ids: std::ops::Range<u64>,
        total: Option<u64>,
        start_index: Option<u64>,
    ) -> Result<Next, Opening> {
        match paging.opens((!ids.is_empty()).then(|| ids.start.to_string())) {
            Opening::New => Ok(paging.closes(Facts {
                count: ids.end - ids.start,
                total,
                start_index,
                last_id: (!ids.is_empty()).then(|| (ids.end - 1).to_string()),
            })),
            other => Err(other),
        }
    }

    #[test]
    fn the_base_is_what_the_server_says_and_an_overlap_corrects_it() {
        let mut zero = Paging::new(10, 0);
        assert_eq!(page(&mut zero, 0..10, Some(25), Some(0)), Ok(Next::At(10)));
        assert_eq!(page(&mut zero, 10..20, Some(25), Some(10)), Ok(Next::At(20)));
        // It said 0 only because nothing was asked; it counts from 1.
        let mut one = Paging::new(10, 0);
        assert_eq!(page(&mut one, 0..10, Some(25), Some(0)), Ok(Next::At(10)));
        assert_eq!(page(&mut one, 9..19, Some(25), Some(10)), Err(Opening::Shift(11)));
        assert_eq!(page(&mut one, 10..20, Some(25), Some(11)), Ok(Next::At(21)));
        assert_eq!(page(&mut one, 20..25, Some(25), Some(21)), Ok(Next::Nothing(0)));
    }

    #[test]
    fn a_total_of_the_page_does_not_end_the_list() {
        let mut paging = Paging::new(10, 0);
        assert_eq!(page(&mut paging, 0..10, Some(10), None), Ok(Next::At(11)));
        assert_eq!(page(&mut paging, 10..20, Some(10), None), Ok(Next::At(21)));
        assert_eq!(page(&mut paging, 20..25, Some(5), None), Ok(Next::Nothing(0)));
    }

    #[test]
    fn empty_pages_are_passed_over_a_few_times_and_what_is_missing_is_told() {
        let mut hidden = Paging::new(10, 0);
        assert_eq!(page(&mut hidden, 0..10, Some(35), None), Ok(Next::At(11)));
        assert_eq!(page(&mut hidden, 0..0, Some(35), None), Ok(Next::At(21)));
        assert_eq!(page(&mut hidden, 20..30, Some(35), None), Ok(Next::At(31)));
        assert_eq!(page(&mut hidden, 30..35, Some(35), None), Ok(Next::Nothing(10)));
        let mut wrong = Paging::new(10, 0);
        assert_eq!(page(&mut wrong, 0..10, Some(1000), None), Ok(Next::At(11)));
        for next in [21, 31, 41] {
            assert_eq!(page(&mut wrong, 0..0, Some(1000), None), Ok(Next::At(next)));
        }
        assert_eq!(page(&mut wrong, 0..0, Some(1000), None), Ok(Next::Nothing(990)));
    }

    #[test]
    fn a_page_that_comes_again_ends_the_list_or_breaks_it() {
        let mut short = Paging::new(10, 0);
        assert_eq!(page(&mut short, 0..7, None, None), Ok(Next::At(8)));
        assert_eq!(page(&mut short, 0..7, None, None), Err(Opening::End));
        let mut full = Paging::new(10, 0);
        assert_eq!(page(&mut full, 0..10, None, None), Ok(Next::At(11)));
        assert_eq!(page(&mut full, 0..10, None, None), Err(Opening::Loop));
    }
}
