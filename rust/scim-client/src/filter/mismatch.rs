//! Whether a resource certainly doesn't match a filter that the server evaluated. What RFC 7644 leaves open, and what
//! servers do in their own ways (case, accents, order of text, several values, times without an offset), counts for the
//! resource: only what no server can take for a match is a mismatch.

use super::ast::{Filter, Operator};
use super::compare::folded;
use super::instant::instant;
use super::known::{self, Resource};
use super::path::AttrPath;
use super::value::Value as Wanted;
use crate::record::{Record, Value};

/// A filter made ready to check resources that a server returned for it.
#[derive(Debug)]
pub(crate) struct Mismatch(Test);

/// Whether a test holds. Ordered: `or` takes the greatest, `and` the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    Maybe,
    Yes,
}

#[derive(Debug)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Present(Spot),
    Compare(Spot, Operator, Operand),
    Element(Spot, Box<Test>),
}

/// An attribute, and where it may be in a resource.
#[derive(Debug)]
struct Spot {
    path: AttrPath,
    /// What it means when the attribute isn't in the resource: that it has no value, or nothing, since services leave
    /// this attribute out of their answers.
    absent: Truth,
}

/// What an attribute is compared with.
#[derive(Debug)]
enum Operand {
    Null,
    Bool(bool),
    Number(f64),
    Text(Text),
}

#[derive(Debug)]
struct Text {
    exact: String,
    /// Without case and surrounding blanks.
    folded: String,
    number: Option<f64>,
    instant: Option<jiff::Timestamp>,
}

/// Points in time that differ by less may be the same: servers cut fractions.
const FRACTION: f64 = 1.0;
/// The same for times of which one has no offset or no time of day.
const DAY: f64 = 26.0 * 3600.0;

impl Mismatch {
    /// With `complete`, an attribute that isn't in a resource has no value there (RFC 7643 section 2.5), unless the schema
    /// says that it isn't returned. Without, its absence says nothing.
    pub(crate) fn new(resource: Resource, filter: &Filter, complete: bool) -> Self {
        Self(test(resource, filter, complete, false))
    }

    /// Whether the resource can't match, whatever the server makes of the filter.
    pub(crate) fn is_certain(&self, resource: Record<'_>) -> bool {
        self.0.truth(resource) == Truth::No
    }
}

/// The attributes to ask for, so that a resource can be checked. Names that the schema knows get their URN.
pub(crate) fn needs(resource: Resource, filter: &Filter) -> impl Iterator<Item = AttrPath> {
    filter
        .attributes()
        .into_iter()
        .map(move |path| known::spelled(resource, &path).unwrap_or(path))
}

fn test(resource: Resource, filter: &Filter, complete: bool, within: bool) -> Test {
    let each = |terms: &[Filter]| {
        terms
            .iter()
            .map(|term| test(resource, term, complete, within))
            .collect()
    };
    let spot = |path: &AttrPath| {
        let path = match within {
            true => path.clone(),
            false => known::spelled(resource, path).unwrap_or_else(|| path.clone()),
        };
        // Parts of an element are often left out, and so is `meta`, or the time in it that a server keeps all the same.
        let left_out = within || known::is_never_returned(resource, &path) || path.name() == "meta";
        let absent = if complete && !left_out {
            Truth::No
        } else {
            Truth::Maybe
        };
        Spot { path, absent }
    };
    match filter {
        Filter::Or(terms) => Test::Any(each(terms)),
        Filter::And(terms) => Test::All(each(terms)),
        Filter::Not(inner) => Test::Not(Box::new(test(resource, inner, complete, within))),
        Filter::Present(path) => Test::Present(spot(path)),
        Filter::Compare {
            attribute,
            operator,
            value,
        } => Test::Compare(spot(attribute), *operator, Operand::of(value)),
        Filter::Element { attribute, filter } => {
            Test::Element(spot(attribute), Box::new(test(resource, filter, complete, true)))
        }
    }
}

impl Operand {
    fn of(value: &Wanted) -> Self {
        match value {
            Wanted::Null => Self::Null,
            Wanted::Bool(value) => Self::Bool(*value),
            Wanted::Number(number) => Self::Number(number.as_f64()),
            Wanted::String(text) => Self::Text(Text {
                exact: text.clone(),
                folded: folded(text.trim()),
                number: text.trim().parse().ok(),
                instant: instant(text),
            }),
        }
    }
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

impl Test {
    fn truth(&self, resource: Record<'_>) -> Truth {
        match self {
            Test::Any(tests) => tests
                .iter()
                .map(|t| t.truth(resource))
                .max()
                .unwrap_or(Truth::Maybe),
            Test::All(tests) => tests
                .iter()
                .map(|t| t.truth(resource))
                .min()
                .unwrap_or(Truth::Maybe),
            Test::Not(test) => test.truth(resource).not(),
            Test::Present(spot) => spot.truth(resource, spot.absent, &|value| match value {
                Value::String("") => Truth::Maybe,
                _ => Truth::Yes,
            }),
            // Telephone numbers are compared in a canonical form (RFC 7643 section 4.1.2).
            Test::Compare(spot, _, Operand::Text(_))
                if spot.path.name().eq_ignore_ascii_case("phoneNumbers") =>
            {
                Truth::Maybe
            }
            Test::Compare(spot, operator, operand) => {
                let absent = absent(*operator, operand, spot.absent);
                spot.truth(resource, absent, &|value| compare(value, *operator, operand))
            }
            Test::Element(spot, test) => spot.elements(resource, &|value| match value {
                Value::Object(element) => test.truth(element),
                _ => Truth::Maybe,
            }),
        }
    }
}

/// What a comparison says of an attribute without a value, where its absence means that it has none.
fn absent(operator: Operator, operand: &Operand, absent: Truth) -> Truth {
    match (operator, operand) {
        (Operator::Eq, Operand::Null) => absent.not(),
        (Operator::Ne, Operand::Null) => absent,
        // The RFC leaves open what `ne` says of it.
        (Operator::Ne, _) => Truth::Maybe,
        (_, Operand::Text(text)) if text.folded.is_empty() => Truth::Maybe,
        _ => absent,
    }
}

impl Spot {
    /// The values of the attribute: at its path; at the top, where some servers put extensions' attributes; for a short
    /// name that no schema knows, in any extension.
    fn values<'a>(&self, resource: Record<'a>) -> Vec<Value<'a>> {
        let name = self.path.name();
        let mut found = Vec::new();
        if let Some(urn) = self.path.urn().filter(|urn| !known::is_core(urn))
            && let Some(Value::Object(extension)) = resource.get(urn)
        {
            found.extend(extension.get(name));
        }
        found.extend(resource.get(name));
        if found.is_empty() && self.path.urn().is_none() {
            for (member, value) in resource.members() {
                if let Value::Object(extension) = value
                    && member
                        .get(..4)
                        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
                {
                    found.extend(extension.get(name));
                }
            }
        }
        found
    }

    /// The best that `holds` says of the attribute's plain values.
    fn truth<'a>(&self, resource: Record<'a>, absent: Truth, holds: &dyn Fn(Value<'a>) -> Truth) -> Truth {
        self.elements_or(resource, absent, &|value, alone| {
            plain(value, self.path.sub(), alone, absent, holds)
        })
    }

    fn elements<'a>(&self, resource: Record<'a>, holds: &dyn Fn(Value<'a>) -> Truth) -> Truth {
        self.elements_or(resource, self.absent, &|value, _| holds(value))
    }

    /// `holds` gets each value, and whether the attribute has no other.
    fn elements_or<'a>(
        &self,
        resource: Record<'a>,
        absent: Truth,
        holds: &dyn Fn(Value<'a>, bool) -> Truth,
    ) -> Truth {
        let of = |value: Value<'a>| match value {
            Value::Null => absent,
            Value::Array(array) => {
                let all: Vec<Truth> = array.iter().map(|value| holds(value, false)).collect();
                match (all.as_slice(), all.iter().max()) {
                    (_, None) => absent,
                    ([one], _) => *one,
                    // Whether a test has to hold for one of several values, or for all, is each server's own.
                    (_, Some(Truth::Yes)) => Truth::Maybe,
                    (_, Some(best)) => *best,
                }
            }
            value => holds(value, true),
        };
        self.values(resource).into_iter().map(of).max().unwrap_or(absent)
    }
}

/// What `holds` says of a value, or of its sub-attribute.
fn plain<'a>(
    value: Value<'a>,
    sub: Option<&str>,
    alone: bool,
    absent: Truth,
    holds: &dyn Fn(Value<'a>) -> Truth,
) -> Truth {
    match (value, sub) {
        (Value::Null, _) => absent,
        (Value::Object(object), Some(sub)) => match object.get(sub) {
            Some(value) => plain(value, None, alone, absent, holds),
            None if alone => absent,
            None => Truth::Maybe,
        },
        // By its `value`; but servers compare other parts, too.
        (Value::Object(object), None) => object
            .members()
            .filter(|(_, value)| !matches!(value, Value::Object(_) | Value::Array(_) | Value::Null))
            .map(|(_, value)| holds(value))
            .max()
            .unwrap_or(Truth::Maybe),
        (Value::Array(_), _) => Truth::Maybe,
        // Some servers shorten [{"value": "x"}] to ["x"].
        (value, Some(sub)) if sub.eq_ignore_ascii_case("value") => holds(value),
        (_, Some(_)) => Truth::Maybe,
        (value, None) => holds(value),
    }
}

fn compare(value: Value<'_>, operator: Operator, operand: &Operand) -> Truth {
    let by = |equal: Truth| match operator {
        Operator::Eq => equal,
        Operator::Ne => equal.not(),
        _ => Truth::Maybe,
    };
    match (value, operand) {
        (Value::String(""), Operand::Null) => Truth::Maybe,
        (_, Operand::Null) => by(Truth::No),
        (Value::Bool(value), Operand::Bool(wanted)) => by(Truth::of(value == *wanted)),
        (Value::String(text), Operand::Bool(wanted)) => match text.trim() {
            text if text.eq_ignore_ascii_case("true") => by(Truth::of(*wanted)),
            text if text.eq_ignore_ascii_case("false") => by(Truth::of(!*wanted)),
            _ => Truth::Maybe,
        },
        (_, Operand::Bool(_)) => Truth::Maybe,
        (Value::Bool(value), Operand::Text(wanted)) => {
            let text = if value { "true" } else { "false" };
            text_with(text, operator, wanted)
        }
        (Value::Bool(_), Operand::Number(_)) => Truth::Maybe,
        (Value::Integer(value), Operand::Text(wanted)) => {
            number_as_text(&value.to_string(), operator, wanted)
        }
        (Value::Number(value), Operand::Text(wanted)) => number_as_text(value, operator, wanted),
        (Value::String(value), Operand::Text(wanted)) => match (operator, wanted.instant) {
            (Operator::Co | Operator::Sw | Operator::Ew, _) | (_, None) => text_with(value, operator, wanted),
            (_, Some(moment)) => match instant(value) {
                Some(found) => moments(found, value, operator, moment, &wanted.exact),
                None => Truth::Maybe,
            },
        },
        (Value::Integer(value), Operand::Number(wanted)) => numbers(value as f64, operator, *wanted),
        (Value::Number(value) | Value::String(value), Operand::Number(wanted)) => {
            match value.trim().parse() {
                Ok(value) => numbers(value, operator, *wanted),
                Err(_) => Truth::Maybe,
            }
        }
        (Value::Array(_) | Value::Object(_) | Value::Null, _) => Truth::Maybe,
    }
}

/// A number where the schema says string is compared as its text.
fn number_as_text(value: &str, operator: Operator, wanted: &Text) -> Truth {
    let same_number = wanted.number.is_some() && wanted.number == value.parse().ok();
    match text_with(value, operator, wanted) {
        Truth::No if same_number => Truth::Maybe,
        Truth::Yes if operator == Operator::Ne && same_number => Truth::Maybe,
        truth => truth,
    }
}

fn numbers(value: f64, operator: Operator, wanted: f64) -> Truth {
    let close = (value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
    match operator {
        Operator::Eq => Truth::of(close),
        Operator::Ne => Truth::of(!close),
        _ if close => Truth::Maybe,
        Operator::Gt | Operator::Ge => Truth::of(value > wanted),
        Operator::Lt | Operator::Le => Truth::of(value < wanted),
        Operator::Co | Operator::Sw | Operator::Ew => Truth::Maybe,
    }
}

fn moments(
    found: jiff::Timestamp,
    found_text: &str,
    operator: Operator,
    wanted: jiff::Timestamp,
    wanted_text: &str,
) -> Truth {
    let has_offset = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
    let doubt = if has_offset(found_text) && has_offset(wanted_text) {
        FRACTION
    } else {
        DAY
    };
    let later = found.duration_since(wanted).as_secs_f64();
    match operator {
        _ if later.abs() <= doubt => Truth::Maybe,
        Operator::Eq => Truth::No,
        Operator::Ne => Truth::Yes,
        Operator::Gt | Operator::Ge => Truth::of(later > 0.0),
        Operator::Lt | Operator::Le => Truth::of(later < 0.0),
        Operator::Co | Operator::Sw | Operator::Ew => Truth::Maybe,
    }
}

fn text_with(value: &str, operator: Operator, wanted: &Text) -> Truth {
    let equal = || {
        if value == wanted.exact {
            return Truth::Yes;
        }
        let value = folded(value.trim());
        // The same but for case, or for what a collation may take for the same.
        let differs = differ(value.chars(), wanted.folded.chars(), true)
            || differ(value.chars().rev(), wanted.folded.chars().rev(), true);
        if differs { Truth::No } else { Truth::Maybe }
    };
    match operator {
        Operator::Eq => equal(),
        Operator::Ne => equal().not(),
        Operator::Sw if value.starts_with(&wanted.exact) => Truth::Yes,
        Operator::Ew if value.ends_with(&wanted.exact) => Truth::Yes,
        Operator::Co if value.contains(&wanted.exact) => Truth::Yes,
        Operator::Sw | Operator::Ew | Operator::Co => {
            let value = folded(value.trim());
            let fails = match operator {
                Operator::Sw => differ(value.chars(), wanted.folded.chars(), false),
                Operator::Ew => differ(value.chars().rev(), wanted.folded.chars().rev(), false),
                _ => value.is_ascii() && wanted.folded.is_ascii() && !value.contains(&wanted.folded),
            };
            if fails { Truth::No } else { Truth::Maybe }
        }
        // Each server has its own order of text.
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => Truth::Maybe,
    }
}

/// Whether texts certainly differ, from where they are begun up to the first character that isn't ASCII. With `whole`
/// the value must not go on where the wanted text ends.
fn differ(
    mut value: impl Iterator<Item = char>,
    mut wanted: impl Iterator<Item = char>,
    whole: bool,
) -> bool {
    loop {
        match (value.next(), wanted.next()) {
            (None, None) => return false,
            (Some(found), None) => return whole && found.is_ascii(),
            (None, Some(missing)) => return missing.is_ascii(),
            (Some(a), Some(b)) if !a.is_ascii() || !b.is_ascii() => return false,
            (Some(a), Some(b)) if a != b => return true,
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "mismatch_tests.rs"]
mod tests;
