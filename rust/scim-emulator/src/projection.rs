//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

use serde_json::{Map, Value};

use crate::schema::{self, Kind};
use crate::wire::Failure;

/// Names from one parameter as a tree; names are matched without regard to case.
#[derive(Debug, Default)]
struct Tree {
    whole: bool,
    children: Vec<(String, Tree)>,
}

impl Tree {
    fn child(&self, name: &str) -> Option<&Tree> {
        self.children
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, tree)| tree)
    }

    fn insert(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else {
            self.whole = true;
            return;
        };
        let at = match self
            .children
            .iter()
            .position(|(n, _)| n.eq_ignore_ascii_case(first))
        {
            Some(at) => at,
            None => {
                self.children.push(((*first).to_owned(), Tree::default()));
                self.children.len() - 1
            }
        };
        self.children[at].1.insert(rest);
    }
}

/// What of a resource is to be returned.
#[derive(Debug, Default)]
pub(crate) struct Projection {
    include: Option<Tree>,
    exclude: Tree,
}

/// A projection as seen from some depth of the resource.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    include: Option<&'a Tree>,
    exclude: Option<&'a Tree>,
    root: bool,
}

impl Projection {
    /// Reads the two parameters. Names that no schema knows select nothing, as RFC 7644 has it.
    pub(crate) fn parse(
        kind: Kind,
        attributes: Option<&str>,
        excluded: Option<&str>,
    ) -> Result<Self, Failure> {
        if attributes.is_some() && excluded.is_some() {
            return Err(Failure::invalid_value(
                "'attributes' and 'excludedAttributes' cannot be used together.",
            ));
        }
        let mut projection = Projection::default();
        if let Some(list) = attributes {
            projection.include = Some(tree(kind, list)?);
        }
        if let Some(list) = excluded {
            projection.exclude = tree(kind, list)?;
        }
        Ok(projection)
    }

    pub(crate) fn view(&self) -> View<'_> {
        View {
            include: self.include.as_ref(),
            exclude: Some(&self.exclude),
            root: true,
        }
    }

    /// Whether `attributes` was given and leaves the enterprise manager out: what large pages depend on.
    pub(crate) fn allows_large_pages(&self) -> bool {
        let Some(include) = &self.include else {
            return false;
        };
        match include.child(schema::ENTERPRISE_USER) {
            Some(enterprise) => !enterprise.whole && enterprise.child("manager").is_none(),
            None => true,
        }
    }

    /// Cuts a stored resource down to the projection.
    pub(crate) fn apply(&self, resource: &Map<String, Value>) -> Value {
        match prune(resource, self.view()) {
            Some(map) => Value::Object(map),
            None => Value::Object(Map::new()),
        }
    }
}

fn prune(map: &Map<String, Value>, view: View<'_>) -> Option<Map<String, Value>> {
    let mut kept = Map::new();
    for (name, value) in map {
        let Some(inner) = view.child(name) else { continue };
        let value = match value {
            _ if inner.everything() => Some(value.clone()),
            Value::Object(object) => prune(object, inner).map(Value::Object),
            Value::Array(items) => {
                let items: Vec<Value> = items
                    .iter()
                    .filter_map(|item| match item {
                        Value::Object(object) => prune(object, inner).map(Value::Object),
                        simple => inner.whole().then(|| simple.clone()),
                    })
                    .collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            simple => inner.whole().then(|| simple.clone()),
        };
        if let Some(value) = value {
            kept.insert(name.clone(), value);
        }
    }
    (!kept.is_empty()).then_some(kept)
}

impl<'a> View<'a> {
    /// The view of a member, or `None` when the member is left out.
    pub(crate) fn child(self, name: &str) -> Option<View<'a>> {
        if self.root && (name == "id" || name == "schemas") {
            return Some(View {
                include: None,
                exclude: None,
                root: false,
            });
        }
        let include = match self.include {
            // Security attributes come only when a set is named.
            None if self.root && name == schema::SECURITY_ATTRIBUTES => return None,
            None => None,
            Some(tree) => {
                let child = tree.child(name)?;
                (!child.whole).then_some(child)
            }
        };
        let exclude = self.exclude.and_then(|tree| tree.child(name));
        if exclude.is_some_and(|tree| tree.whole) {
            return None;
        }
        Some(View {
            include,
            exclude,
            root: false,
        })
    }

    /// Whether a simple value seen from here is returned.
    pub(crate) fn whole(self) -> bool {
        self.include.is_none()
    }

    fn everything(self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }
}

fn tree(kind: Kind, list: &str) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let (urn, rest) = schema::split_urn(kind, name);
        if urn == Some(schema::SECURITY_ATTRIBUTES) && rest.is_empty() {
            return Err(Failure::invalid_value(
                "Custom security attributes are returned set by set: name one as URN:SetName.",
            ));
        }
        let mut path: Vec<&str> = urn.into_iter().collect();
        path.extend(rest.split('.').filter(|part| !part.is_empty()));
        tree.insert(&path);
    }
    Ok(tree)
}
