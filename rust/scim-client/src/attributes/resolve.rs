//! From the names of a command to those of a request.

use serde::{Deserialize, Serialize};

use super::{Attributes, Meaning, Names, is_plain, parse_name};
use crate::change::Change;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::filter::{self, AttrPath, Filter, Resource, known};
use crate::session::Session;

/// The names that a command was given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    /// Of what is to be returned.
    pub attributes: Vec<String>,
    /// Of what is to be left out.
    pub excluded_attributes: Vec<String>,
    /// A filter (RFC 7644 section 3.4.2.2).
    pub filter: Option<String>,
}

/// The same as a request has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// With the URN of each extension, without the elements that were chosen, each once.
    pub attributes: Vec<String>,
    /// The same of what is to be left out.
    pub excluded_attributes: Vec<String>,
    /// The filter with such names.
    pub filter: Option<String>,
    /// Those of `attributes` of which it is not known whether the server has them.
    pub unverified: Vec<String>,
}

impl Session {
    /// Finds what names mean. On Entra no request is made; another server is asked once a connection for its schemas, and
    /// only where a name is not one of RFC 7643's core.
    ///
    /// # Errors
    /// `UnknownAttribute`: no attribute has the name, or the service never returns it. `FilterSyntax`.
    pub async fn resolve(
        &self,
        endpoint: Endpoint,
        asked: &Asked,
        observer: &dyn Observer,
    ) -> Result<Resolved, Error> {
        let Some(resource) = resource(endpoint) else {
            return Ok(asked.unchanged());
        };
        let filter = asked.filter.as_deref().map(filter::read).transpose()?;
        let mut names = Vec::new();
        for text in asked.attributes.iter().chain(&asked.excluded_attributes) {
            names.push(read(text)?);
        }
        let in_filter = filter.iter().flat_map(Filter::attributes);
        let of_names = names.iter().map(|name| name.attribute.clone());
        let all = self
            .attributes_for(resource, of_names.chain(in_filter), observer)
            .await?;

        let mut resolved = Resolved {
            filter: filter.map(|filter| all.filter(resource, filter, asked.filter.as_deref())),
            ..Resolved::default()
        };
        let (included, excluded) = names.split_at(asked.attributes.len());
        for (name, text) in included.iter().zip(&asked.attributes) {
            let meaning = all.named(resource, &name.attribute, text)?;
            if self.service() == Service::Entra && known::is_never_returned(resource, &meaning.path) {
                return Err(never_returned(resource, &meaning.path, text));
            }
            // A part that an element is asked for by is asked for with the whole attribute.
            let path = meaning.path.to_string();
            if !meaning.is_known {
                resolved.unverified.push(path.clone());
            }
            add(&mut resolved.attributes, path);
        }
        for (name, text) in excluded.iter().zip(&asked.excluded_attributes) {
            add(
                &mut resolved.excluded_attributes,
                all.named(resource, &name.attribute, text)?.path.to_string(),
            );
        }
        Ok(resolved)
    }

    /// Gives the names of a change the URNs of the server's own schemas. On Entra a change finds its places by itself.
    ///
    /// # Errors
    /// Those that the change's own request would meet.
    pub async fn qualify(&self, change: &mut Change, observer: &dyn Observer) -> Result<(), Error> {
        let Some(resource) = resource(change.endpoint).filter(|_| self.service() == Service::Generic) else {
            return Ok(());
        };
        let Change {
            set,
            add,
            remove,
            clear,
            ..
        } = change;
        let assigned = [set, add, remove]
            .into_iter()
            .flatten()
            .map(|assignment| &mut assignment.name);
        let mut names: Vec<&mut String> = assigned.chain(clear).collect();
        // What is no name is an error of the change.
        let paths = names
            .iter()
            .filter_map(|name| parse_name(name).ok())
            .map(|path| path.attribute);
        let paths: Vec<AttrPath> = paths.filter(|path| !is_plain(resource, path)).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let all = self.attributes_for(resource, paths.into_iter(), observer).await?;
        for name in &mut names {
            let Ok(mut path) = parse_name(name) else { continue };
            if let Some(meaning) = all.meaning(resource, &path.attribute)
                && meaning.path.urn().is_some()
                && meaning.path != path.attribute
            {
                path.attribute = meaning.path;
                **name = path.to_string();
            }
        }
        Ok(())
    }

    /// Asks a server other than Entra for its schemas where these names make it worth it, so that [`crate::Export::new`]
    /// knows what they mean.
    ///
    /// # Errors
    /// Those that the next request would meet as well.
    pub async fn learn(
        &self,
        endpoint: Endpoint,
        names: &[String],
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let Some(resource) = resource(endpoint) else {
            return Ok(());
        };
        // What is no name is an error of its own.
        let paths = names
            .iter()
            .filter_map(|name| parse_name(name).ok())
            .map(|name| name.attribute);
        self.attributes_for(resource, paths, observer).await.map(drop)
    }

    /// What decides the meaning of these paths.
    async fn attributes_for(
        &self,
        resource: Resource,
        mut paths: impl Iterator<Item = AttrPath>,
        observer: &dyn Observer,
    ) -> Result<Attributes<'_>, Error> {
        let service = self.service();
        let schema = if service == Service::Entra || paths.all(|path| is_plain(resource, &path)) {
            Names::rfc()
        } else {
            self.names(observer).await?
        };
        Ok(Attributes { service, schema })
    }
}

impl Asked {
    fn unchanged(&self) -> Resolved {
        Resolved {
            attributes: self.attributes.clone(),
            excluded_attributes: self.excluded_attributes.clone(),
            filter: self.filter.clone(),
            unverified: Vec::new(),
        }
    }
}

impl Attributes<'_> {
    fn named(&self, resource: Resource, path: &AttrPath, text: &str) -> Result<Meaning, Error> {
        // A schema as a whole.
        if path.whole_schema().is_some() {
            return Ok(Meaning {
                path: path.clone(),
                is_known: true,
            });
        }
        self.meaning(resource, path)
            .ok_or_else(|| self.unknown(resource, text.trim()))
    }

    /// The filter with the names that it means. A name that no schema has stays: the service refuses it.
    fn filter(&self, resource: Resource, filter: Filter, text: Option<&str>) -> String {
        let changed = filter.clone().with_paths(&|path: AttrPath| {
            // Entra's own plan knows the names of extensions.
            if self.service == Service::Entra && known::is_known(resource, &path) {
                return path;
            }
            self.meaning(resource, &path).map_or(path, |meaning| meaning.path)
        });
        match text {
            Some(text) if changed == filter => text.to_owned(),
            _ => changed.to_string(),
        }
    }
}

fn read(text: &str) -> Result<filter::PatchPath, Error> {
    parse_name(text).map_err(|mistake| {
        let message = format!(
            "'{text}' isn't a valid attribute name: {}. No request was made.",
            mistake.message
        );
        Error::new(Kind::UnknownAttribute, message)
    })
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
        names.push(name);
    }
}

pub(crate) fn never_returned(resource: Resource, path: &AttrPath, text: &str) -> Error {
    let message = format!("Entra never returns '{text}'. No request was made.");
    Error::new(Kind::UnknownAttribute, message).with(|d| {
        let advice = match (resource, path.name()) {
            (Resource::Group, "members") => "Use Get-ScimGroupMember to get the members of a group.",
            (Resource::Group, "owners") => "Use Get-ScimUser -OwnerOf to get the owners of a group.",
            (Resource::User, "groups") => "Use Get-ScimUserMembership to get the groups of a user.",
            (Resource::User, "ownedGroups") => "Use Get-ScimGroup -Owner to get the groups that a user owns.",
            _ => "Leave it out.",
        };
        advice.clone_into(&mut d.advice);
    })
}

fn resource(endpoint: Endpoint) -> Option<Resource> {
    match endpoint {
        Endpoint::Users => Some(Resource::User),
        Endpoint::Groups => Some(Resource::Group),
        _ => None,
    }
}
