//! How a list without cursors goes on (RFC 7644 section 3.4.2.4), with servers that each count in their own way. The rules:
//! - it advances by the resources that came, never by what was asked for or what `itemsPerPage` says;
//! - no total is believed alone: a list ends with an empty page, or where the total is reached by a page that was not full;
//! - what begins where an earlier page began is that page again, and is not given twice;
//! - what the server calls its first resource, 0 or 1, is taken from its own answer.

use std::collections::HashSet;

/// So many empty pages in a row are passed over while the total promises more.
const EMPTY_PAGES: u32 = 3;

/// What a page says that matters here.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) count: u64,
    pub(crate) total: Option<u64>,
    pub(crate) start_index: Option<u64>,
    pub(crate) first_id: Option<String>,
    pub(crate) last_id: Option<String>,
}

/// What to do with a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Give it, and go on at this `startIndex`.
    Give(u64),
    /// Give it: it is the last. The number: how many more the server had announced.
    GiveLast(u64),
    /// Drop it and ask again at this `startIndex`: it begins with what the page before ended with.
    Shift(u64),
    /// Drop it: the list had ended.
    End,
    /// Drop it: the server gives the same page for ever, and there was more.
    Loop,
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
    pub(crate) fn new(asked: u32) -> Self {
        Self {
            asked: u64::from(asked),
            base: 1,
            passed: 0,
            received: 0,
            largest: 0,
            empty: 0,
            was_short: false,
            reached_total: false,
            firsts: HashSet::new(),
            last_id: None,
        }
    }

    pub(crate) fn step(&mut self, page: Facts) -> Step {
        if page.count == 0 {
            return self.empty(page.total);
        }
        if self.passed == 0 {
            self.base = page.start_index.map_or(1, |first| first.min(1));
        } else if page.first_id.is_some() && page.first_id == self.last_id && self.base == 0 {
            self.base = 1;
            return Step::Shift(self.base + self.passed);
        }
        if page.first_id.is_some_and(|first| !self.firsts.insert(first)) {
            return if self.was_short || self.reached_total {
                Step::End
            } else {
                Step::Loop
            };
        }
        self.empty = 0;
        self.passed += page.count;
        self.received += page.count;
        self.largest = self.largest.max(page.count);
        self.last_id = page.last_id;
        self.was_short = page.count < self.asked;
        let reached = page.total.is_some_and(|total| self.passed >= total);
        // A total that is no more than a full page may be that of the page.
        let of_page = page
            .total
            .is_some_and(|total| !self.was_short && total <= page.count);
        self.reached_total = reached;
        if reached && !of_page {
            Step::GiveLast(self.missing(page.total))
        } else {
            Step::Give(self.base + self.passed)
        }
    }

    fn empty(&mut self, total: Option<u64>) -> Step {
        self.empty += 1;
        let more = total.is_some_and(|total| total > self.passed);
        if !more || self.passed == 0 || self.empty > EMPTY_PAGES {
            return Step::GiveLast(self.missing(total));
        }
        self.passed += self.largest.max(1);
        Step::Give(self.base + self.passed)
    }

    fn missing(&self, total: Option<u64>) -> u64 {
        total.map_or(0, |total| total.saturating_sub(self.received))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn page(ids: std::ops::Range<u64>, total: Option<u64>, start_index: Option<u64>) -> Facts {
        Facts {
            count: ids.end - ids.start,
            total,
            start_index,
            first_id: (!ids.is_empty()).then(|| ids.start.to_string()),
            last_id: (!ids.is_empty()).then(|| (ids.end - 1).to_string()),
        }
    }

    #[test]
    fn the_base_is_what_the_server_says_and_an_overlap_corrects_it() {
        let mut paging = Paging::new(10);
        assert_eq!(paging.step(page(0..10, Some(25), Some(0))), Step::Give(10));
        assert_eq!(paging.step(page(10..20, Some(25), Some(10))), Step::Give(20));
        // It said 0 only because nothing was asked; it counts from 1.
        let mut paging = Paging::new(10);
        assert_eq!(paging.step(page(0..10, Some(25), Some(0))), Step::Give(10));
        assert_eq!(paging.step(page(9..19, Some(25), Some(10))), Step::Shift(11));
        assert_eq!(paging.step(page(10..20, Some(25), Some(11))), Step::Give(21));
        assert_eq!(paging.step(page(20..25, Some(25), Some(21))), Step::GiveLast(0));
    }

    #[test]
    fn a_total_of_the_page_does_not_end_the_list() {
        let mut paging = Paging::new(10);
        assert_eq!(paging.step(page(0..10, Some(10), None)), Step::Give(11));
        assert_eq!(paging.step(page(10..20, Some(10), None)), Step::Give(21));
        assert_eq!(paging.step(page(20..25, Some(5), None)), Step::GiveLast(0));
    }

    #[test]
    fn empty_pages_are_passed_over_a_few_times_and_what_is_missing_is_told() {
        let mut paging = Paging::new(10);
        assert_eq!(paging.step(page(0..10, Some(35), None)), Step::Give(11));
        assert_eq!(paging.step(page(0..0, Some(35), None)), Step::Give(21));
        assert_eq!(paging.step(page(20..30, Some(35), None)), Step::Give(31));
        let mut paging = Paging::new(10);
        assert_eq!(paging.step(page(0..10, Some(1000), None)), Step::Give(11));
        for next in [21, 31, 41] {
            assert_eq!(paging.step(page(0..0, Some(1000), None)), Step::Give(next));
        }
        assert_eq!(paging.step(page(0..0, Some(1000), None)), Step::GiveLast(990));
    }

    #[test]
    fn a_page_that_comes_again_ends_the_list_or_breaks_it() {
        let mut short = Paging::new(10);
        assert_eq!(short.step(page(0..7, None, None)), Step::Give(8));
        assert_eq!(short.step(page(0..7, None, None)), Step::End);
        let mut full = Paging::new(10);
        assert_eq!(full.step(page(0..10, None, None)), Step::Give(11));
        assert_eq!(full.step(page(0..10, None, None)), Step::Loop);
    }
}
