//! The lists that answer a filter, each with what of it is evaluated here.

use super::extra;
use crate::change;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::filter::mismatch::{self, Mismatch};
use crate::filter::{
    self, AttrPath, Filter, Matcher, Operator, Part, Resource, Unsupported, Value, known, plan,
};
use crate::list::Query;

/// The lists of a search, and how they came about.
pub(super) struct Lists {
    pub(super) steps: Vec<Step>,
    /// What is to be told of it.
    pub(super) note: Option<String>,
}

/// One of the lists.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) filter: Option<String>,
    pub(super) local: Option<Local>,
    /// What is checked of the resources, where the service evaluated the filter.
    pub(super) check: Option<Check>,
}

/// The check of resources that a service returned for a filter.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) mismatch: Mismatch,
    needs: Vec<AttrPath>,
}

impl Check {
    fn new(service: Service, resource: Resource, filter: &Filter) -> Self {
        let is_entra = service == Service::Entra;
        Self {
            // Entra is known to evaluate filters: what it leaves out of an answer says nothing.
            mismatch: Mismatch::new(resource, filter, !is_entra),
            needs: mismatch::needs(resource, filter)
                .filter(|path| !(is_entra && known::is_never_returned(resource, path)))
                .collect(),
        }
    }
}

/// What is evaluated here.
#[derive(Debug)]
pub(super) struct Local {
    filter: Filter,
    pub(super) matcher: Matcher,
}

impl Step {
    fn new(service: Service, resource: Resource, sent: Option<Filter>, local: Option<Local>) -> Self {
        Self {
            check: sent.as_ref().map(|sent| Check::new(service, resource, sent)),
            filter: sent.map(|sent| sent.to_string()),
            local,
        }
    }

    /// The attributes that the evaluation and the check look at.
    pub(super) fn needs(&self) -> impl Iterator<Item = AttrPath> {
        let local = self.local.iter().flat_map(|local| local.filter.attributes());
        local.chain(self.check.iter().flat_map(|check| check.needs.clone()))
    }

    /// The filter as the service gets it.
    pub(super) fn text(&self) -> &str {
        self.filter.as_deref().unwrap_or_default()
    }
}

impl Lists {
    /// Those of a query.
    ///
    /// # Errors
    /// `FilterSyntax`, `InvalidFilter`.
    pub(super) fn of(
        service: Service,
        endpoint: Endpoint,
        query: &Query,
        client_side: bool,
    ) -> Result<Self, Error> {
        let filter = query.filter.as_deref().map(filter::read).transpose()?;
        if let (Service::Entra, Some(filter)) = (service, &filter) {
            check_ids(filter)?;
        }
        match (filter, resource(endpoint)) {
            (Some(filter), Some(resource)) => parts(service, resource, query, filter, client_side),
            _ => Ok(Self::whole(query.filter.clone())),
        }
    }

    fn whole(filter: Option<String>) -> Self {
        let step = Step {
            filter,
            local: None,
            check: None,
        };
        Self {
            steps: vec![step],
            note: None,
        }
    }
}

fn parts(
    service: Service,
    resource: Resource,
    query: &Query,
    filter: Filter,
    client_side: bool,
) -> Result<Lists, Error> {
    let parts = match (service, client_side) {
        // What it takes is not known, so it goes as it was written.
        (Service::Generic, false) => {
            return Ok(Lists {
                steps: vec![Step {
                    check: Some(Check::new(service, resource, &filter)),
                    filter: query.filter.clone(),
                    local: None,
                }],
                note: None,
            });
        }
        (Service::Generic, true) => vec![Part {
            server: None,
            local: Some(filter),
        }],
        (Service::Entra, true) => plan::plan(resource, &filter).map_err(unsupported)?,
        (Service::Entra, false) => plan::rewrite(resource, &filter)
            .map_err(|refused| {
                let here = plan::plan(resource, &filter).is_ok();
                unsupported(refused).with(|d| {
                    if here {
                        d.advice += " Or add -ClientSideFilter: PSScim then evaluates the rest of the filter on every resource that the service returns.";
                    }
                })
            })?
            .into_iter()
            .map(|list| Part {
                server: Some(list),
                local: None,
            })
            .collect(),
    };
    let mut steps = Vec::with_capacity(parts.len());
    for part in parts {
        let local = part.local.map(|filter| local(service, resource, query, filter));
        steps.push(Step::new(service, resource, part.server, local.transpose()?));
    }
    Ok(Lists {
        note: note(&steps),
        steps,
    })
}

fn local(service: Service, resource: Resource, query: &Query, filter: Filter) -> Result<Local, Error> {
    if service == Service::Entra {
        let named = |path: &AttrPath| extra::is_named(&query.attributes, path);
        let unknown = filter
            .attributes()
            .into_iter()
            .find(|p| !known::is_known(resource, p) && !named(p));
        if let Some(path) = unknown {
            let message = format!(
                "'{path}' isn't a known attribute of Entra, so no resource could match. No request was made."
            );
            return Err(Error::new(Kind::InvalidFilter, message).with(|d| {
                d.advice = format!(
                    "Check the spelling. If the service has this attribute, list it in -Attributes too: {path}."
                );
            }));
        }
    }
    let matcher = Matcher::new(&filter, |path| known::rule(resource, path)).map_err(unsupported)?;
    Ok(Local { filter, matcher })
}

/// Memberships are by id. A name in the place of one would find nobody, and be billed.
fn check_ids(filter: &Filter) -> Result<(), Error> {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().try_for_each(check_ids),
        Filter::Not(inner) => check_ids(inner),
        Filter::Compare {
            attribute,
            operator: Operator::Eq,
            value: Value::String(id),
        } if is_membership(attribute) => check_id(id),
        Filter::Element { attribute, filter } if is_membership(attribute) => match &**filter {
            Filter::Compare {
                attribute: inside,
                operator: Operator::Eq,
                value: Value::String(id),
            } if inside.name().eq_ignore_ascii_case("value") => check_id(id),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn check_id(id: &str) -> Result<(), Error> {
    if change::is_guid(id) {
        return Ok(());
    }
    let message = format!("{id:?} isn't a valid id. Entra's ids are GUIDs. No request was made.");
    Err(Error::new(Kind::InvalidId, message).with(|d| {
        "Give the id, or the object: Get-ScimGroup -DisplayName or Get-ScimUser -UserName finds it by its name."
            .clone_into(&mut d.advice);
    }))
}

fn is_membership(path: &AttrPath) -> bool {
    let is_value = path.sub().is_none_or(|sub| sub.eq_ignore_ascii_case("value"));
    is_value
        && ["groups", "members", "owners", "ownedGroups"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(path.name()))
}

fn note(steps: &[Step]) -> Option<String> {
    let lists: Vec<String> = steps
        .iter()
        .map(|step| match (&step.filter, &step.local) {
            (Some(filter), None) => filter.clone(),
            (Some(filter), Some(local)) => format!("{filter} (then filtered by PSScim: {})", local.filter),
            (None, Some(local)) => format!("all resources (then filtered by PSScim: {})", local.filter),
            (None, None) => "all resources".to_owned(),
        })
        .collect();
    match (lists.as_slice(), steps) {
        ([_], [Step { local: None, .. }]) => None,
        ([list], _) => Some(format!("Requesting {list}.")),
        _ => Some(format!(
            "The service doesn't support 'or', so PSScim requests {} lists with at least one request each: {}.",
            lists.len(),
            lists.join("; ")
        )),
    }
}

fn unsupported(refused: Unsupported) -> Error {
    let message = format!("{} No request was made.", refused.reason);
    Error::new(Kind::InvalidFilter, message).with(|d| d.advice = refused.advice)
}

fn resource(endpoint: Endpoint) -> Option<Resource> {
    match endpoint {
        Endpoint::Users => Some(Resource::User),
        Endpoint::Groups => Some(Resource::Group),
        _ => None,
    }
}
