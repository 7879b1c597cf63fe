//! The grammar of RFC 7644 section 3.4.2.2 by recursive descent, one function a level:
//! `or` over `and` over a test, a group, or `not ( )`.

use std::str::FromStr;

use super::ast::{Filter, Operator, PatchPath};
use super::error::{Expected, FilterError};
use super::path::{AttrPath, name_flaw};
use super::reader::Reader;
use super::{MAX_BYTES, MAX_DEPTH, literal, mistakes};

/// Reads a filter.
///
/// More than the grammar asks for is forgiven where it cannot mean two things: any white space, also before `(` and
/// `[`, and any case of keywords.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser::new(text)?;
    parser.reader.space();
    if parser.reader.rest().is_empty() {
        let message = "the filter is empty. Add a test, as in userName eq \"value\", or leave the filter out";
        return Err(parser.reader.error(0, Expected::Attribute, message));
    }
    let filter = parser.disjunction()?;
    match parser.reader.rest() {
        "" => Ok(filter),
        _ => Err(parser.unexpected(Expected::Connective)),
    }
}

/// Reads the path of a PATCH operation (RFC 7644 section 3.5.2).
pub fn parse_path(text: &str) -> Result<PatchPath, FilterError> {
    let mut parser = Parser::new(text)?;
    parser.reader.space();
    let attribute = parser.path()?;
    let mut path = PatchPath {
        attribute,
        filter: None,
        sub_attribute: None,
    };
    let open = parser.reader.at();
    if parser.reader.eat('[') {
        path.filter = Some(parser.bracketed(open)?);
        if parser.reader.eat('.') {
            let (at, word) = (parser.reader.at(), parser.reader.word());
            if let Some((offset, message)) = name_flaw(word) {
                return Err(parser.reader.error(at + offset, Expected::Attribute, message));
            }
            parser.reader.skip(word);
            path.sub_attribute = Some(word.to_owned());
        }
    }
    parser.reader.space();
    match parser.reader.rest() {
        "" => Ok(path),
        _ => {
            let message =
                "unexpected text after the path. A path is attribute, attribute.sub or attribute[filter].sub";
            Err(parser.reader.error(parser.reader.at(), Expected::End, message))
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse(text)
    }
}

impl FromStr for PatchPath {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse_path(text)
    }
}

struct Parser<'t> {
    reader: Reader<'t>,
    depth: usize,
    /// Whether the last test was `pr`.
    present: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self, FilterError> {
        let reader = Reader::new(text);
        if text.len() > MAX_BYTES {
            let message =
                format!("the filter is longer than {MAX_BYTES} bytes. Split it into several filters");
            let at = (0..=MAX_BYTES)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or_default();
            return Err(reader.error(at, Expected::End, message));
        }
        Ok(Self {
            reader,
            depth: 0,
            present: false,
        })
    }

    fn disjunction(&mut self) -> Result<Filter, FilterError> {
        let first = self.conjunction()?;
        let mut more = Vec::new();
        while self.reader.keyword("or") {
            more.push(self.conjunction()?);
        }
        Ok(first.or(more))
    }

    fn conjunction(&mut self) -> Result<Filter, FilterError> {
        let first = self.term()?;
        let mut more = Vec::new();
        while self.reader.keyword("and") {
            more.push(self.term()?);
        }
        Ok(first.and(more))
    }

    /// One term, and the space after it.
    fn term(&mut self) -> Result<Filter, FilterError> {
        self.reader.space();
        self.present = false;
        let open = self.reader.at();
        let filter = if self.reader.eat('(') {
            self.group(open)?
        } else if let Some(open) = self.negation() {
            self.group(open)?.negated()
        } else {
            self.test()?
        };
        self.reader.space();
        Ok(filter)
    }

    /// Skips `not (` and gives the place of the parenthesis. An attribute may be called `not`, so the parenthesis decides.
    fn negation(&mut self) -> Option<usize> {
        let mut ahead = Reader::new(self.reader.rest());
        if !ahead.keyword("not") {
            return None;
        }
        ahead.space();
        let open = self.reader.at() + ahead.at();
        if !ahead.eat('(') {
            return None;
        }
        let skipped = &self.reader.rest()[..ahead.at()];
        self.reader.skip(skipped);
        Some(open)
    }

    /// The rest of a group, whose opening parenthesis has been read.
    fn group(&mut self, open: usize) -> Result<Filter, FilterError> {
        self.nested(open, ')')
    }

    /// The rest of `[filter]`, whose opening bracket has been read.
    fn bracketed(&mut self, open: usize) -> Result<Filter, FilterError> {
        self.nested(open, ']')
    }

    fn nested(&mut self, open: usize, close: char) -> Result<Filter, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("the filter is nested deeper than {MAX_DEPTH} levels");
            return Err(self.reader.error(open, Expected::End, message));
        }
        let filter = self.disjunction()?;
        if !self.reader.eat(close) {
            let (what, expected) = match close {
                ')' => ("parenthesis", Expected::Parenthesis),
                _ => ("bracket", Expected::Bracket),
            };
            return Err(match self.reader.peek() {
                None | Some(')' | ']') => {
                    let position = self.reader.position(open);
                    let message = format!(
                        "the {what} at character {} isn't closed. Add {close}",
                        position + 1
                    );
                    self.reader.error(self.reader.at(), expected, message)
                }
                Some(_) => self.unexpected(expected),
            });
        }
        self.depth -= 1;
        Ok(filter)
    }

    /// `attribute pr`, `attribute operator value` or `attribute[filter]`.
    fn test(&mut self) -> Result<Filter, FilterError> {
        let attribute = self.path()?;
        self.reader.space();
        let open = self.reader.at();
        if self.reader.eat('[') {
            let filter = Box::new(self.bracketed(open)?);
            return Ok(Filter::Element { attribute, filter });
        }
        let word = self.reader.word();
        if word.eq_ignore_ascii_case("pr") {
            self.reader.skip(word);
            self.present = true;
            return Ok(Filter::Present(attribute));
        }
        let Some(operator) = Operator::named(word) else {
            return Err(self.no_operator(&attribute));
        };
        self.reader.skip(word);
        self.reader.space();
        let value = literal::value(&mut self.reader)?;
        Ok(Filter::Compare {
            attribute,
            operator,
            value,
        })
    }

    fn path(&mut self) -> Result<AttrPath, FilterError> {
        let at = self.reader.at();
        if let Some(message) = mistakes::start(self.reader.rest()) {
            return Err(self.reader.error(at, Expected::Attribute, message));
        }
        let word = self.reader.word();
        let path = AttrPath::read(word)
            .map_err(|(offset, message)| self.reader.error(at + offset, Expected::Attribute, message))?;
        self.reader.skip(word);
        Ok(path)
    }

    fn no_operator(&self, attribute: &AttrPath) -> FilterError {
        let name = attribute.to_string();
        let (rest, word) = (self.reader.rest(), self.reader.word());
        if name.eq_ignore_ascii_case("not") && !word.is_empty() {
            let message = "'not' requires parentheses, as in not (attribute operator value)";
            return self.reader.error(self.reader.at(), Expected::Opening, message);
        }
        let message = mistakes::operator(&name, rest, word, self.reader.symbols());
        self.reader.error(self.reader.at(), Expected::Operator, message)
    }

    fn unexpected(&self, expected: Expected) -> FilterError {
        let (at, rest, word) = (self.reader.at(), self.reader.rest(), self.reader.word());
        let value = rest.starts_with(['"', '\'']) || ["true", "false", "null"].contains(&word);
        if self.present && value {
            return self.reader.error(at, expected, mistakes::PRESENT_WITH_VALUE);
        }
        let message = mistakes::between(rest, word, self.reader.symbols(), self.reader.before());
        self.reader.error(at, expected, message)
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
