//! Evaluates filters here, on resources that have been received (RFC 7644 section 3.4.2.2).
//!
//! - A test of a multi-valued attribute holds when it holds for one of its values. So `emails.type ne "work"` asks for
//!   an address that is not of type work; for 'no address of type work' write `not (emails.type eq "work")`.
//! - `a[x and y]` holds when x and y hold for the same element, `a.x and a.y` when each holds for some element.
//! - A complex attribute by itself is compared by its `value`: `emails co "@x"`.
//! - What is absent, null, an empty string or an empty array has no value: `pr` and `eq null` go by that. The RFC leaves
//!   open what `ne` says of an attribute without a value; here it holds, as people who filter a directory expect of
//!   `department ne "Sales"`. All other comparisons of it do not hold, so `not (department eq "Sales")` does.
//! - Text is compared character by character, with or without regard to case as the schema says; dates as points in time.

use super::ast::{Filter, Operator};
use super::compare::{self, Operand};
use super::entra::Unsupported;
use super::instant::instant;
use super::path::AttrPath;
use super::value::Value;

/// A resource, or a complex value inside it. It is handed about by value, so make it a reference or as small as one.
pub trait Attributes<'a>: Copy {
    /// The values of an attribute: those of an array one by one, none where it is absent. Names and URNs are to be compared
    /// without regard to case. With a `schema`, the attribute is in the member of that name, except for a core
    /// schema ([`super::known::is_core`]), whose attributes stand at the top.
    fn attribute(self, schema: Option<&str>, name: &str) -> impl Iterator<Item = Item<'a, Self>>;

    /// Whether no member has a value that is not empty.
    fn is_empty(self) -> bool;
}

/// One value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<'a, C> {
    /// null
    Null,
    /// true, false
    Bool(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    String(&'a str),
    /// A complex value.
    Complex(C),
}

/// How values of an attribute are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// As text.
    Text {
        /// With regard to case.
        case_exact: bool,
    },
    /// As points in time.
    DateTime,
    /// As true and false, which have no order.
    Boolean,
    /// As numbers.
    Number,
    /// As base64 text, which has no order.
    Binary,
}

/// A filter made ready for many resources.
#[derive(Debug, Clone)]
pub struct Matcher(Test);

#[derive(Debug, Clone)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Present(AttrPath),
    Compare(AttrPath, Operator, Operand),
    Element(AttrPath, Box<Test>),
}

impl Matcher {
    /// Makes a filter ready. `rule` says how values of an attribute are compared; it is asked once for each attribute,
    /// with the whole path (`emails.type` for `emails[type …]`). [`super::known::rule`] knows Entra's attributes.
    ///
    /// An error where a comparison makes no sense: an order of booleans, a part of a number, a date that is none.
    pub fn new(filter: &Filter, rule: impl Fn(&AttrPath) -> Rule) -> Result<Self, Unsupported> {
        test(filter, None, &rule).map(Matcher)
    }

    /// Makes the filter in the brackets of `attribute[…]` ready for elements of that attribute.
    pub(crate) fn of_element(filter: &Filter, rule: impl Fn(&AttrPath) -> Rule) -> Result<Self, Unsupported> {
        match test(filter, None, &rule)? {
            Test::Element(_, inside) => Ok(Matcher(*inside)),
            other => Ok(Matcher(other)),
        }
    }

    /// Whether the resource passes.
    pub fn matches<'a>(&self, resource: impl Attributes<'a>) -> bool {
        self.0.holds(resource)
    }
}

type Rules<'r> = &'r dyn Fn(&AttrPath) -> Rule;

fn test(filter: &Filter, outer: Option<&AttrPath>, rule: Rules<'_>) -> Result<Test, Unsupported> {
    let each = |terms: &[Filter]| {
        terms
            .iter()
            .map(|term| test(term, outer, rule))
            .collect::<Result<_, _>>()
    };
    Ok(match filter {
        Filter::Or(terms) => Test::Any(each(terms)?),
        Filter::And(terms) => Test::All(each(terms)?),
        Filter::Not(inner) => Test::Not(Box::new(test(inner, outer, rule)?)),
        Filter::Present(path) => Test::Present(path.clone()),
        Filter::Compare {
            attribute,
            operator,
            value,
        } => {
            let whole = outer.map_or_else(|| attribute.clone(), |outer| outer.element(attribute));
            let operand = operand(rule(&whole), *operator, value).map_err(|(reason, advice)| {
                Unsupported::new(filter, format!("{filter}: {reason}."), advice)
            })?;
            Test::Compare(attribute.clone(), *operator, operand)
        }
        Filter::Element { attribute, filter } => {
            Test::Element(attribute.clone(), Box::new(test(filter, Some(attribute), rule)?))
        }
    })
}

/// Why a comparison makes no sense, and what would.
type Senseless = (String, &'static str);

fn operand(rule: Rule, operator: Operator, value: &Value) -> Result<Operand, Senseless> {
    let no_order =
        matches!(rule, Rule::Boolean | Rule::Binary) || matches!(value, Value::Bool(_) | Value::Null);
    if operator.is_ordering() && no_order {
        return Err((
            format!("{operator} requires a value with an order"),
            "Use eq or ne.",
        ));
    }
    if operator.is_textual() && !matches!(value, Value::String(_)) {
        return Err((
            format!("{operator} requires text"),
            "Use text in double quotes, or use eq.",
        ));
    }
    Ok(match (rule, value) {
        (_, Value::Null) => Operand::Null,
        (_, Value::Bool(value)) => Operand::Bool(*value),
        (_, Value::Number(number)) => Operand::Number(number.clone()),
        // A part of a date is a part of its text: meta.created sw "2026-01".
        (Rule::DateTime, Value::String(text)) if !operator.is_textual() => {
            Operand::Instant(instant(text).ok_or_else(|| {
                (
                    format!("{text:?} isn't a date"),
                    "Use a date such as \"2026-01-31T08:00:00Z\".",
                )
            })?)
        }
        (Rule::Text { case_exact: true } | Rule::Binary, Value::String(text)) => Operand::Text {
            text: text.clone(),
            exact: true,
        },
        (_, Value::String(text)) => Operand::Text {
            text: compare::folded(text),
            exact: false,
        },
    })
}

impl Test {
    fn holds<'a, A: Attributes<'a>>(&self, resource: A) -> bool {
        match self {
            Test::Any(tests) => tests.iter().any(|test| test.holds(resource)),
            Test::All(tests) => tests.iter().all(|test| test.holds(resource)),
            Test::Not(test) => !test.holds(resource),
            Test::Present(path) => any(resource, path, false, &mut |item| !is_empty(&item)),
            Test::Compare(path, operator, Operand::Null) => {
                let present = any(resource, path, true, &mut |item| !is_empty(&item));
                present == (*operator == Operator::Ne)
            }
            Test::Compare(path, operator, operand) => {
                let mut absent = true;
                let found = any(resource, path, true, &mut |item| match item {
                    Item::Null | Item::Complex(_) => false,
                    item => {
                        absent = false;
                        compare::holds(&item, *operator, operand)
                    }
                });
                found || (absent && *operator == Operator::Ne)
            }
            Test::Element(path, test) => any(resource, path, false, &mut |item| match item {
                Item::Complex(element) => test.holds(element),
                _ => false,
            }),
        }
    }
}

pub(super) fn is_empty<'a, A: Attributes<'a>>(item: &Item<'a, A>) -> bool {
    match item {
        Item::Null => true,
        Item::String(text) => text.is_empty(),
        Item::Complex(complex) => complex.is_empty(),
        _ => false,
    }
}

/// Whether one of the values at `path` passes. With `value`, a complex value stands for its `value`.
fn any<'a, A: Attributes<'a>>(
    resource: A,
    path: &AttrPath,
    value: bool,
    passes: &mut dyn FnMut(Item<'a, A>) -> bool,
) -> bool {
    resource
        .attribute(path.urn(), path.name())
        .any(|item| match (item, path.sub()) {
            (Item::Complex(complex), Some(sub)) => complex.attribute(None, sub).any(&mut *passes),
            (Item::Complex(complex), None) if value => complex.attribute(None, "value").any(&mut *passes),
            // Some servers shorten [{"value": "x"}] to ["x"].
            (item, Some(sub)) if sub.eq_ignore_ascii_case("value") => passes(item),
            (_, Some(_)) => false,
            (item, None) => passes(item),
        })
}

/// Resources as JSON objects.
impl<'a> Attributes<'a> for &'a serde_json::Map<String, serde_json::Value> {
    fn attribute(self, schema: Option<&str>, name: &str) -> impl Iterator<Item = Item<'a, Self>> {
        use serde_json::Value as Json;
        let member = |object: Self, name: &str| {
            object
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|m| m.1)
        };
        let object = match schema.filter(|urn| !super::known::is_core(urn)) {
            None => Some(self),
            Some(urn) => member(self, urn).and_then(Json::as_object),
        };
        let values = match object.and_then(|object| member(object, name)) {
            None => &[],
            Some(Json::Array(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        values.iter().map(|value| match value {
            Json::Null | Json::Array(_) => Item::Null,
            Json::Bool(value) => Item::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Item::Integer(integer),
                None => Item::Number(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Item::String(text),
            Json::Object(members) => Item::Complex(members),
        })
    }

    fn is_empty(self) -> bool {
        self.keys()
            .all(|name| self.attribute(None, name).all(|item| is_empty(&item)))
    }
}

#[cfg(test)]
#[path = "eval_tests.rs"]
mod tests;
