//! A filter as a tree.

use std::fmt;
use std::ops::Deref;

use super::path::AttrPath;
use super::value::Value;

/// A filter: a test that a resource passes or fails. Its `Display` is the canonical text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// One of the terms holds. Made by [`Filter::or`].
    Or(Terms),
    /// All of the terms hold. Made by [`Filter::and`].
    And(Terms),
    /// The inner filter does not hold.
    Not(Box<Filter>),
    /// `attribute pr`: the attribute has a value that is not empty.
    Present(AttrPath),
    /// `attribute operator value`.
    Compare {
        /// What is compared.
        attribute: AttrPath,
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// `attribute[filter]`: one element of a multi-valued complex attribute passes the whole inner filter.
    Element {
        /// The complex attribute.
        attribute: AttrPath,
        /// The filter on each element; its paths are sub-attributes.
        filter: Box<Filter>,
    },
}

/// The terms of an `and` or an `or`: two or more, none of them of the same kind as the whole, so that two filters that
/// differ only in superfluous parentheses are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms(Vec<Filter>);

impl Terms {
    /// The terms, taken out.
    #[must_use]
    pub fn into_vec(self) -> Vec<Filter> {
        self.0
    }

    /// The first term and the others.
    pub(super) fn into_parts(mut self) -> (Filter, Vec<Filter>) {
        let first = self.0.remove(0);
        (first, self.0)
    }

    /// The same with every term changed; `change` must not make an `and` or an `or` of what was none.
    pub(super) fn map(self, change: impl Fn(Filter) -> Filter) -> Self {
        Terms(self.0.into_iter().map(change).collect())
    }
}

impl Deref for Terms {
    type Target = [Filter];

    fn deref(&self) -> &[Filter] {
        &self.0
    }
}

impl Filter {
    /// `attribute operator value`.
    pub fn compare(attribute: AttrPath, operator: Operator, value: impl Into<Value>) -> Self {
        Filter::Compare {
            attribute,
            operator,
            value: value.into(),
        }
    }

    /// `self and … and …`: all hold.
    #[must_use]
    pub fn and(self, more: impl IntoIterator<Item = Filter>) -> Self {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() {
            return self;
        }
        let flat = std::iter::once(self).chain(more).flat_map(|term| match term {
            Filter::And(inner) => inner.0,
            other => vec![other],
        });
        Filter::And(Terms(flat.collect()))
    }

    /// `self or … or …`: one holds.
    #[must_use]
    pub fn or(self, more: impl IntoIterator<Item = Filter>) -> Self {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() {
            return self;
        }
        let flat = std::iter::once(self).chain(more).flat_map(|term| match term {
            Filter::Or(inner) => inner.0,
            other => vec![other],
        });
        Filter::Or(Terms(flat.collect()))
    }

    /// All of the terms hold; of one term, that term; of none, nothing.
    pub fn all(terms: impl IntoIterator<Item = Filter>) -> Option<Self> {
        let mut terms = terms.into_iter();
        terms.next().map(|first| first.and(terms))
    }

    /// One of the terms holds; of one term, that term; of none, nothing.
    pub fn any(terms: impl IntoIterator<Item = Filter>) -> Option<Self> {
        let mut terms = terms.into_iter();
        terms.next().map(|first| first.or(terms))
    }

    /// `not (self)`.
    #[must_use]
    pub fn negated(self) -> Self {
        Filter::Not(Box::new(self))
    }

    /// The terms that all must hold: those of an `and`, or the filter itself.
    #[must_use]
    pub fn conjuncts(&self) -> &[Filter] {
        match self {
            Filter::And(terms) => terms,
            other => std::slice::from_ref(other),
        }
    }

    /// Every attribute that the filter asks for, in order, with repetitions; those inside `[ ]` with the path before it
    /// (`emails[type eq "work"]` gives `emails` and `emails.type`).
    #[must_use]
    pub fn attributes(&self) -> Vec<AttrPath> {
        let mut found = Vec::new();
        self.collect(None, &mut found);
        found
    }

    /// The filter with each attribute's path changed; those inside `[ ]` stay.
    #[must_use]
    pub(crate) fn with_paths(self, change: &dyn Fn(AttrPath) -> AttrPath) -> Self {
        match self {
            Filter::Or(terms) => Filter::Or(terms.map(|term| term.with_paths(change))),
            Filter::And(terms) => Filter::And(terms.map(|term| term.with_paths(change))),
            Filter::Not(inner) => inner.with_paths(change).negated(),
            Filter::Present(path) => Filter::Present(change(path)),
            Filter::Compare {
                attribute,
                operator,
                value,
            } => Filter::Compare {
                attribute: change(attribute),
                operator,
                value,
            },
            Filter::Element { attribute, filter } => Filter::Element {
                attribute: change(attribute),
                filter,
            },
        }
    }

    fn collect(&self, outer: Option<&AttrPath>, found: &mut Vec<AttrPath>) {
        let whole = |path: &AttrPath| outer.map_or_else(|| path.clone(), |outer| outer.element(path));
        match self {
            Filter::Or(terms) | Filter::And(terms) => terms.iter().for_each(|t| t.collect(outer, found)),
            Filter::Not(inner) => inner.collect(outer, found),
            Filter::Present(path) | Filter::Compare { attribute: path, .. } => found.push(whole(path)),
            Filter::Element { attribute, filter } => {
                let path = whole(attribute);
                found.push(path.clone());
                filter.collect(Some(&path), found);
            }
        }
    }
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A comparison operator.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operator { $($(#[$doc])* $name,)* }

        impl Operator {
            /// All of them.
            pub const ALL: &'static [Operator] = &[$(Operator::$name,)*];

            /// How it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Operator::$name => $word,)* }
            }
        }
    };
}

operators! {
    /// Equal.
    Eq = "eq";
    /// Not equal.
    Ne = "ne";
    /// Contains.
    Co = "co";
    /// Starts with.
    Sw = "sw";
    /// Ends with.
    Ew = "ew";
    /// Greater than, later than.
    Gt = "gt";
    /// Greater than or equal.
    Ge = "ge";
    /// Less than, earlier than.
    Lt = "lt";
    /// Less than or equal.
    Le = "le";
}

impl Operator {
    /// The operator that `word` names, in any case.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }

    /// gt, ge, lt, le.
    #[must_use]
    pub fn is_ordering(self) -> bool {
        matches!(self, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le)
    }

    /// co, sw, ew.
    #[must_use]
    pub fn is_textual(self) -> bool {
        matches!(self, Operator::Co | Operator::Sw | Operator::Ew)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a PATCH operation is about (RFC 7644 section 3.5.2): `attribute`, `attribute.sub`, `attribute[filter]` or
/// `attribute[filter].sub`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PatchPath {
    /// The attribute; with its sub-attribute where there is no filter.
    pub attribute: AttrPath,
    /// Which elements of it.
    pub filter: Option<Filter>,
    /// The sub-attribute of these elements.
    pub sub_attribute: Option<String>,
}
