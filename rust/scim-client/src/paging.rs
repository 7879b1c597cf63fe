//! How a list without cursors goes on (RFC 7644 section 3.4.2.4), with servers that each count in their own way. The rules:
//! - it advances by the resources that came, never by what was asked for or what `itemsPerPage` says;
//! - a total ends a list only where the server has shown that it counts the whole directory, since some servers count the
//!   page; a page that is full or short ends none;
//! - an empty page ends a list, but not the first one after a full page;
//! - what begins where an earlier page began is that page again, and is not given twice. If it is the first page, one more
//!   request tells whether the server ignores startIndex, and what its total counts;
//! - what the server calls its first resource, 0 or 1, is taken from its own answer.

use std::collections::HashSet;

/// So many empty pages in a row are passed over while the total promises more.
const EMPTY_PAGES: u32 = 3;

/// What a server's `totalResults` counts, as far as its answers have shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Totals {
    /// It was never more than the resources on the page.
    #[default]
    Unknown,
    /// All resources: it was more than those on the page.
    Whole,
    /// Those on the page: it was less than what had come.
    OfPage,
}

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
    /// Drop it, and ask for the one resource at this `startIndex`: is it the second, or the first again?
    Probe(u64),
    /// Drop it: the list had ended.
    End,
    /// Drop it: the list may have ended, and nothing tells.
    Unclear,
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
    /// Resources of a page that holds as many as it may: those that were asked for, or fewer where the server says so.
    full: u64,
    /// What the server calls its first resource.
    base: u64,
    /// Resources that are behind us, those that did not come included.
    passed: u64,
    /// Resources that came.
    received: u64,
    /// The largest page yet.
    largest: u64,
    /// Pages that were not empty.
    pages: u64,
    /// Resources on the last of them.
    last: u64,
    empty: u32,
    totals: Totals,
    /// The largest total yet that is known to count all.
    whole: Option<u64>,
    firsts: HashSet<String>,
    /// The resource that the list begins with.
    first_id: Option<String>,
    last_id: Option<String>,
    /// Whether a page was empty in the middle, and no total tells what it hides.
    hides: bool,
}

impl Paging {
    /// `passed`: resources in front of where the list begins. `most`: what the server says that a page holds at most.
    pub(crate) fn new(asked: u32, most: Option<u32>, passed: u64, totals: Totals) -> Self {
        Self {
            asked: u64::from(asked),
            full: u64::from(most.map_or(asked, |most| most.min(asked))),
            base: 1,
            passed,
            received: passed,
            largest: 0,
            pages: 0,
            last: 0,
            empty: 0,
            totals,
            whole: None,
            firsts: HashSet::new(),
            first_id: None,
            last_id: None,
            hides: false,
        }
    }

    /// What the server's totals count.
    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }

    /// The total, where it is known to count all.
    pub(crate) fn whole(&self) -> Option<u64> {
        self.whole
    }

    /// Whether a page was empty in the middle of the list, so that the server may hide some. Told once.
    pub(crate) fn hides(&mut self) -> bool {
        std::mem::take(&mut self.hides)
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
        if self.firsts.insert(first.clone()) {
            self.first_id.get_or_insert(first);
            return Opening::New;
        }
        let is_first = self.first_id.as_ref() == Some(&first);
        match self.whole {
            Some(total) if self.passed >= total => Opening::End,
            Some(_) => Opening::Loop,
            // The last page again: the server takes an index behind the end for the last one.
            None if !is_first => Opening::End,
            // More than was asked for: the server does not page, and that was all.
            None if self.pages == 1 && self.last > self.asked => Opening::End,
            // A look-up's only resource.
            None if self.pages == 1 && self.last == 1 && self.full > 1 => Opening::End,
            None if self.pages == 1 => Opening::Probe(self.base + 1),
            None => self.unclear(),
        }
    }

    /// What the page was that began with the first resource again, by the answer to [`Opening::Probe`]: how many
    /// resources it has, which is the first, and the total.
    pub(crate) fn probed(&mut self, count: u64, first_id: Option<&str>, total: Option<u64>) -> Opening {
        // It gives the second resource when asked for it, so behind the last page comes the last again.
        if first_id.is_some() && first_id != self.first_id.as_deref() {
            return Opening::End;
        }
        if count == 1 && self.last > 1 {
            if let Some(total) = total.filter(|total| *total > 1) {
                self.totals = Totals::Whole;
                self.whole = Some(total);
                return if self.passed >= total {
                    Opening::End
                } else {
                    Opening::Loop
                };
            }
            if total.is_some() {
                self.totals = Totals::OfPage;
            }
        } else if count > 1 && self.last != self.asked && self.last != self.full {
            // It does not page at all: whatever is asked for, all comes.
            if total.is_some() {
                self.totals = Totals::Whole;
            }
            return Opening::End;
        }
        self.unclear()
    }

    fn unclear(&self) -> Opening {
        if self.last < self.full {
            Opening::Unclear
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
        self.passed += page.count;
        self.received += page.count;
        self.learn(page.count, page.total);
        self.hides |= self.empty > 0 && self.whole.is_none();
        self.empty = 0;
        self.largest = self.largest.max(page.count);
        self.pages += 1;
        self.last = page.count;
        self.last_id = page.last_id;
        let reached = page.total.is_some_and(|total| self.passed >= total);
        let counts = match self.totals {
            Totals::Whole => true,
            Totals::OfPage => false,
            // One resource, as of a look-up, is no page that something cut off.
            Totals::Unknown => page.count == 1 && self.full > 1 && self.pages == 1,
        };
        if reached && counts {
            Next::Nothing(self.missing(page.total))
        } else {
            Next::At(self.base + self.passed)
        }
    }

    /// What a page tells of the server's totals.
    fn learn(&mut self, count: u64, total: Option<u64>) {
        let Some(total) = total else { return };
        if total == count && total < self.passed {
            self.totals = Totals::OfPage;
        } else if total > count && self.totals == Totals::Unknown {
            self.totals = Totals::Whole;
        }
        self.whole = (self.totals == Totals::Whole).then_some(total);
    }

    fn empty(&mut self, total: Option<u64>) -> Next {
        self.empty += 1;
        // The total of an empty page would be 0.
        if total.is_some_and(|total| total > 0) && self.totals == Totals::Unknown {
            self.totals = Totals::Whole;
        }
        let more = total.is_some_and(|total| total > self.passed);
        let was_full = self.last >= self.full || (self.pages > 1 && self.last == self.largest);
        let again = self.totals != Totals::Whole && self.pages > 0 && was_full && self.empty == 1;
        if self.passed == 0 || self.empty > EMPTY_PAGES || !(more || again) {
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
        let mut zero = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut zero, 0..10, Some(25), Some(0)), Ok(Next::At(10)));
        assert_eq!(page(&mut zero, 10..20, Some(25), Some(10)), Ok(Next::At(20)));
        // It said 0 only because nothing was asked; it counts from 1.
        let mut one = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut one, 0..10, Some(25), Some(0)), Ok(Next::At(10)));
        assert_eq!(page(&mut one, 9..19, Some(25), Some(10)), Err(Opening::Shift(11)));
        assert_eq!(page(&mut one, 10..20, Some(25), Some(11)), Ok(Next::At(21)));
        assert_eq!(page(&mut one, 20..25, Some(25), Some(21)), Ok(Next::Nothing(0)));
    }

    #[test]
    fn a_total_of_the_page_does_not_end_the_list() {
        let mut paging = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut paging, 0..10, Some(10), None), Ok(Next::At(11)));
        assert_eq!(page(&mut paging, 10..20, Some(10), None), Ok(Next::At(21)));
        // Pages that get shorter end no list either.
        assert_eq!(page(&mut paging, 20..25, Some(5), None), Ok(Next::At(26)));
        assert_eq!(page(&mut paging, 0..0, Some(0), None), Ok(Next::Nothing(0)));
        // Known from another list.
        let mut next = Paging::new(10, None, 0, paging.totals());
        assert_eq!(page(&mut next, 0..7, Some(7), None), Ok(Next::At(8)));
    }

    #[test]
    fn a_total_that_was_more_than_the_page_ends_lists() {
        let mut paging = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut paging, 0..7, Some(7), None), Ok(Next::At(8)));
        let mut paging = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut paging, 0..10, Some(20), None), Ok(Next::At(11)));
        assert_eq!(page(&mut paging, 10..20, Some(20), None), Ok(Next::Nothing(0)));
        let mut next = Paging::new(10, None, 0, paging.totals());
        assert_eq!(page(&mut next, 0..10, Some(10), None), Ok(Next::Nothing(0)));
        // One resource is a full page of a server that says so.
        let mut small = Paging::new(10, Some(1), 0, Totals::Unknown);
        assert_eq!(page(&mut small, 0..1, Some(1), None), Ok(Next::At(2)));
        assert_eq!(page(&mut small, 1..2, Some(1), None), Ok(Next::At(3)));
        // A look-up asks no more than it needs, whatever is known.
        let mut one = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut one, 0..1, Some(1), None), Ok(Next::Nothing(0)));
    }

    #[test]
    fn an_empty_page_after_a_full_one_is_passed_over_once() {
        let mut paging = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut paging, 0..10, None, None), Ok(Next::At(11)));
        assert_eq!(page(&mut paging, 0..0, None, None), Ok(Next::At(21)));
        assert!(!paging.hides());
        assert_eq!(page(&mut paging, 20..25, None, None), Ok(Next::At(26)));
        assert!(paging.hides());
        assert_eq!(page(&mut paging, 0..0, None, None), Ok(Next::Nothing(0)));
        let mut even = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut even, 0..10, None, None), Ok(Next::At(11)));
        assert_eq!(page(&mut even, 0..0, None, None), Ok(Next::At(21)));
        assert_eq!(page(&mut even, 0..0, None, None), Ok(Next::Nothing(0)));
    }

    #[test]
    fn empty_pages_are_passed_over_a_few_times_and_what_is_missing_is_told() {
        let mut hidden = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut hidden, 0..10, Some(35), None), Ok(Next::At(11)));
        assert_eq!(page(&mut hidden, 0..0, Some(35), None), Ok(Next::At(21)));
        assert_eq!(page(&mut hidden, 20..30, Some(35), None), Ok(Next::At(31)));
        assert_eq!(page(&mut hidden, 30..35, Some(35), None), Ok(Next::Nothing(10)));
        let mut wrong = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut wrong, 0..10, Some(1000), None), Ok(Next::At(11)));
        for next in [21, 31, 41] {
            assert_eq!(page(&mut wrong, 0..0, Some(1000), None), Ok(Next::At(next)));
        }
        assert_eq!(page(&mut wrong, 0..0, Some(1000), None), Ok(Next::Nothing(990)));
    }

    #[test]
    fn what_the_first_page_again_means_is_asked_for() {
        let again = |count, total| {
            let mut paging = Paging::new(10, None, 0, Totals::Unknown);
            assert_eq!(page(&mut paging, 0..count, total, None), Ok(Next::At(count + 1)));
            assert_eq!(page(&mut paging, 0..count, total, None), Err(Opening::Probe(2)));
            paging
        };
        // The second resource: the server goes by startIndex, and gives its last page again.
        assert_eq!(again(10, None).probed(1, Some("1"), None), Opening::End);
        // The first again. Of one resource it says how many there are in all, or one.
        assert_eq!(again(10, Some(10)).probed(1, Some("0"), Some(10)), Opening::End);
        assert_eq!(again(7, Some(7)).probed(1, Some("0"), Some(7)), Opening::End);
        assert_eq!(again(10, Some(10)).probed(1, Some("0"), Some(1)), Opening::Loop);
        assert_eq!(again(7, Some(7)).probed(1, Some("0"), Some(1)), Opening::Unclear);
        assert_eq!(again(10, None).probed(1, Some("0"), None), Opening::Loop);
        assert_eq!(again(7, None).probed(1, Some("0"), None), Opening::Unclear);
        // It takes no count either, so it gives all; unless it gave just as many as were asked for.
        assert_eq!(again(7, Some(7)).probed(7, Some("0"), Some(7)), Opening::End);
        assert_eq!(again(10, Some(10)).probed(10, Some("0"), Some(10)), Opening::Loop);
        // More was announced than came.
        let mut more = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut more, 0..7, Some(25), None), Ok(Next::At(8)));
        assert_eq!(page(&mut more, 0..7, Some(25), None), Err(Opening::Loop));
        // The last page, and not the first.
        let mut last = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut last, 0..10, None, None), Ok(Next::At(11)));
        assert_eq!(page(&mut last, 10..20, None, None), Ok(Next::At(21)));
        assert_eq!(page(&mut last, 10..20, None, None), Err(Opening::End));
        // A look-up's only resource.
        let mut one = Paging::new(10, None, 0, Totals::Unknown);
        assert_eq!(page(&mut one, 0..1, None, None), Ok(Next::At(2)));
        assert_eq!(page(&mut one, 0..1, None, None), Err(Opening::End));
    }
}
