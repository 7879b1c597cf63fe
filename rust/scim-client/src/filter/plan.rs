//! From a filter that the service cannot take as a whole to lists that it can: `or` becomes several lists, and what it
//! cannot do at all is left to be evaluated here.

use super::ast::{Filter, Operator};
use super::entra::{self, Unsupported};
use super::known::{self, Resource};
use super::value::Value;

/// How many lists one filter may become. Each of them costs a request or more.
pub const MAX_LISTS: usize = 32;

/// One list to ask for. A resource belongs to the answer when it is in the list and passes `local`; one that is in two
/// lists is to be kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The filter to send; nothing for the list of everything.
    pub server: Option<Filter>,
    /// What is to be evaluated here, on each resource received.
    pub local: Option<Filter>,
}

/// The lists that together are the answer, each with a filter that Entra takes. An error where Entra cannot serve all of
/// it, or where it would take more than [`MAX_LISTS`].
pub fn rewrite(resource: Resource, filter: &Filter) -> Result<Vec<Filter>, Unsupported> {
    let filter = prepared(resource, filter);
    let mut lists = Vec::new();
    for terms in alternatives(&filter)? {
        if let Some(list) = Filter::all(terms) {
            entra::check(resource, &list)?;
            lists.push(list);
        }
    }
    Ok(lists)
}

/// What of the filter Entra can do in one list, and the rest. An error where the rest is about an attribute that never
/// is in an answer (memberships, `password`), and so can be evaluated nowhere.
pub fn split(resource: Resource, filter: &Filter) -> Result<Part, Unsupported> {
    split_terms(resource, prepared(resource, filter).conjuncts().to_vec())
}

/// The lists that together are the answer, where what Entra cannot do is evaluated here. As few of them as can be: where
/// everything has to be fetched anyway, there is one.
pub fn plan(resource: Resource, filter: &Filter) -> Result<Vec<Part>, Unsupported> {
    let filter = prepared(resource, filter);
    let parts = match alternatives(&filter) {
        Ok(alternatives) => {
            let parts: Result<Vec<_>, _> = alternatives
                .into_iter()
                .map(|terms| split_terms(resource, terms))
                .collect();
            merged(parts?)
        }
        // Too many lists: one for what all alternatives share.
        Err(too_many) => {
            return split(resource, &filter)
                .map(|part| vec![part])
                .map_err(|_| too_many);
        }
    };
    let everything = parts.iter().any(|part| part.server.is_none());
    if everything && parts.len() > 1 && !is_hidden(resource, &filter) {
        return Ok(vec![Part {
            server: None,
            local: Some(filter),
        }]);
    }
    Ok(parts)
}

fn prepared(resource: Resource, filter: &Filter) -> Filter {
    inwards(resource, entra::qualify(resource, filter.clone()), false)
}

/// Pushes `not` inwards, to where Entra may take it, by De Morgan's laws. `not (active eq true)` and `active ne true`
/// become `active eq false`: Entra's booleans always have a value.
fn inwards(resource: Resource, filter: Filter, negated: bool) -> Filter {
    let each = |terms: Vec<Filter>| terms.into_iter().map(|term| inwards(resource, term, negated));
    match filter {
        Filter::And(terms) => {
            let (first, rest) = terms.into_parts();
            let first = inwards(resource, first, negated);
            if negated {
                first.or(each(rest))
            } else {
                first.and(each(rest))
            }
        }
        Filter::Or(terms) => {
            let (first, rest) = terms.into_parts();
            let first = inwards(resource, first, negated);
            if negated {
                first.and(each(rest))
            } else {
                first.or(each(rest))
            }
        }
        Filter::Not(inner) => inwards(resource, *inner, !negated),
        Filter::Compare {
            attribute,
            operator,
            value: Value::Bool(value),
        } if matches!(operator, Operator::Eq | Operator::Ne) && entra::is_boolean(resource, &attribute) => {
            let value = value == ((operator == Operator::Eq) != negated);
            Filter::compare(attribute, Operator::Eq, value)
        }
        test if negated => test.negated(),
        test => test,
    }
}

type Terms = Vec<Filter>;

/// The disjunctive normal form: one of the alternatives holds, and of that all terms.
fn alternatives(filter: &Filter) -> Result<Vec<Terms>, Unsupported> {
    let found = normal(filter).ok_or_else(|| {
        Unsupported::new(
            filter,
            format!("Entra doesn't support 'or', and without it this filter would need more than {MAX_LISTS} lists."),
            "Split the filter into several commands.",
        )
    })?;
    // An alternative that asks for all that another asks for, and for more, adds nothing to the answer.
    let adds = |index: usize| {
        !found.iter().enumerate().any(|(other, terms)| {
            let fewer =
                terms.len() < found[index].len() || (terms.len() == found[index].len() && other < index);
            other != index && fewer && terms.iter().all(|term| found[index].contains(term))
        })
    };
    Ok((0..found.len())
        .filter(|index| adds(*index))
        .map(|index| found[index].clone())
        .collect())
}

/// Nothing where there would be more than [`MAX_LISTS`].
fn normal(filter: &Filter) -> Option<Vec<Terms>> {
    match filter {
        Filter::Or(terms) => {
            let mut all = Vec::new();
            for term in terms.iter() {
                for alternative in normal(term)? {
                    insert(&mut all, alternative)?;
                }
            }
            Some(all)
        }
        Filter::And(terms) => {
            let mut all: Vec<Terms> = vec![Vec::new()];
            for term in terms.iter() {
                let right = normal(term)?;
                if let [single] = right.as_slice() {
                    for left in &mut all {
                        add(left, single);
                    }
                    continue;
                }
                let mut next = Vec::new();
                for left in &all {
                    for more in &right {
                        let mut both: Terms = left.clone();
                        add(&mut both, more);
                        insert(&mut next, both)?;
                    }
                }
                all = next;
            }
            Some(all)
        }
        test => Some(vec![vec![test.clone()]]),
    }
}

/// Adds the terms that are not there yet.
fn add(terms: &mut Terms, more: &[Filter]) {
    for term in more {
        if !terms.contains(term) {
            terms.push(term.clone());
        }
    }
}

fn insert(all: &mut Vec<Terms>, alternative: Terms) -> Option<()> {
    if !all.contains(&alternative) {
        all.push(alternative);
    }
    (all.len() <= MAX_LISTS).then_some(())
}

fn split_terms(resource: Resource, terms: Terms) -> Result<Part, Unsupported> {
    let (mut server, mut local): (Terms, Terms) = terms
        .into_iter()
        .partition(|term| entra::check(resource, term).is_ok());
    // externalId stands alone. It names one user, so it is the one to send, except where another test can be made by
    // the service only.
    let alone = |term: &Filter| !entra::joins(resource, term);
    if server.len() > 1 && server.iter().any(alone) {
        let only_there = |term: &Filter| is_hidden(resource, term);
        if server.iter().any(only_there) {
            local.extend(server.extract_if(.., |term| alone(term)));
        } else if let Some(at) = server.iter().position(alone) {
            let sent = server.swap_remove(at);
            local.append(&mut server);
            server.push(sent);
        }
    }
    if let Some(term) = local.iter().find(|term| is_hidden(resource, term)) {
        let reason = match entra::check(resource, term) {
            Err(error) => error.reason,
            Ok(()) => format!("Entra can't combine {term} with the rest of the filter."),
        };
        let reason = format!(
            "{reason} PSScim can't evaluate it either, because Entra's responses don't contain this attribute."
        );
        return Err(Unsupported::new(term, reason, entra::advice(resource)));
    }
    Ok(Part {
        server: Filter::all(server),
        local: Filter::all(local),
    })
}

/// Whether a filter is about an attribute that no answer holds.
fn is_hidden(resource: Resource, filter: &Filter) -> bool {
    filter
        .attributes()
        .iter()
        .any(|path| known::is_never_returned(resource, path))
}

/// Lists with the same filter are one list.
fn merged(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match all.iter_mut().find(|other| other.server == part.server) {
            // Where one of them takes everything of the list, both do.
            Some(other) => {
                other.local = match (other.local.take(), part.local) {
                    (Some(first), Some(second)) => Some(first.or([second])),
                    _ => None,
                };
            }
            None => all.push(part),
        }
    }
    all
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
