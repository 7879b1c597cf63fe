//! The text of a filter and the place that has been read up to.

use super::error::{Expected, FilterError};

/// Reads characters and words; knows no grammar.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

/// What ends a word besides white space: everything that can be no part of a path, a keyword or a number.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || "()[]{}\"'=<>!&|,;`".contains(c) || is_curly(c)
}

/// The quotation marks that word processors and chats put in place of straight ones.
pub(super) fn is_curly(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The place, in bytes from the start.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character just before.
    pub(super) fn before(&self) -> Option<char> {
        self.text.get(..self.at)?.chars().next_back()
    }

    pub(super) fn skip(&mut self, text: &str) {
        self.at += text.len();
    }

    /// White space of any kind: filters are pasted from documents with line breaks and non-breaking spaces.
    pub(super) fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// The word that begins here, which may be empty; it is not skipped.
    pub(super) fn word(&self) -> &'t str {
        let rest = self.rest();
        &rest[..rest.find(ends_word).unwrap_or(rest.len())]
    }

    /// The operator-like run of symbols that begins here; it is not skipped.
    pub(super) fn symbols(&self) -> &'t str {
        let rest = self.rest();
        &rest[..rest.find(|c: char| !"=<>!&|".contains(c)).unwrap_or(rest.len())]
    }

    /// Skips the word where it is `keyword`, in any case.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let word = self.word();
        let found = word.eq_ignore_ascii_case(keyword);
        if found {
            self.skip(word);
        }
        found
    }

    /// How many characters stand before the byte `at`.
    pub(super) fn position(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).chars().count()
    }

    pub(super) fn error(&self, at: usize, expected: Expected, message: impl Into<String>) -> FilterError {
        FilterError::new(self.text, at, expected, message)
    }
}
