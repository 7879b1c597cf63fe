//! From what the user says to requests: names find their place through the offline schema, values are held against their
//! types, and a body is made in the form that the service takes. Pure: nothing here sends or waits.

mod assign;
mod create;
mod id;
pub mod members;
mod nearest;
mod own;
mod place;
mod update;
mod value;

use std::fmt;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use id::is_guid;
pub use update::Operation;
pub(crate) use update::password as no_password;

use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::filter::Resource;

/// The schema of a PATCH body (RFC 7644 section 3.5.2).
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What the user wants done to one object: one line of JSON across the border. The password is never in it: it crosses
/// as a secret of its own, of which this only says that there is one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// What is to be done.
    pub verb: Verb,
    /// `Users` or `Groups`; of no meaning to a request of the user's own.
    #[serde(default = "users")]
    pub endpoint: Endpoint,
    /// Which object.
    #[serde(default)]
    pub id: Option<String>,
    /// How to find the object where there is no id. The answer has to be the one asked for, and the only one, before
    /// anything is written: some servers ignore filters.
    #[serde(default)]
    pub key: Option<Lookup>,
    /// Attributes to set: on create all of them, on update those to replace. Null clears one.
    #[serde(default)]
    pub set: Vec<Assignment>,
    /// Values to add to what an attribute has.
    #[serde(default)]
    pub add: Vec<Assignment>,
    /// Values to take from what an attribute has; null takes all of them.
    #[serde(default)]
    pub remove: Vec<Assignment>,
    /// Attributes to clear.
    #[serde(default)]
    pub clear: Vec<String>,
    /// Whether a password crosses beside this.
    #[serde(default)]
    pub password: bool,
    /// The version that the object must still have (`If-Match`).
    #[serde(default)]
    pub if_match: Option<String>,
    /// Whether the values are compared with what the service has, and only what differs is sent: a row, or a copy of a
    /// resource, doesn't say which of its values are new.
    #[serde(default)]
    pub compare: bool,
    /// Whether the object's new state is asked for after an update.
    #[serde(default)]
    pub return_state: bool,
    /// What a read returns, and nothing else.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// What a read leaves out.
    #[serde(default)]
    pub excluded_attributes: Vec<String>,
    /// Whom [`Verb::AddMember`] and [`Verb::RemoveMember`] are about; `id` is the group's.
    #[serde(default)]
    pub member: Option<String>,
    /// The request of [`Verb::Request`].
    #[serde(default)]
    pub request: Option<OwnRequest>,
    /// By what the journal knows this change again; left out, by the change itself.
    #[serde(default)]
    pub journal_key: Option<String>,
}

/// What is to be done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Verb {
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Delete it.
    Delete,
    /// Read it.
    Read,
    /// Put one member into a group.
    AddMember,
    /// Take one member out of a group.
    RemoveMember,
    /// Send a request of the user's own.
    Request,
}

/// An attribute by any name that a user may give it (`title`, `givenName`, `emails[work]`, `urn:…:User:department`), and a
/// value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value; null clears.
    pub value: Value,
}

/// By what an object can be found: `userName`, `externalId` or `displayName`, as a filter names them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The attribute.
    pub attribute: String,
    /// Its value, which the object found must have.
    pub value: String,
}

/// A request as the user wrote it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// Below the base URI, with its query: `users/<id>?attributes=userName`.
    pub path: String,
    /// The body's JSON.
    #[serde(default)]
    pub body: Option<String>,
}

/// One request, ready but for its secret and, where it is to be found first, for the id.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The method.
    pub method: Method,
    /// Where to.
    pub target: Target,
    /// Query parameters, not yet escaped.
    pub query: Vec<(&'static str, String)>,
    /// The body. Where `secret` is set, the password is still to be put into it.
    pub body: Option<Vec<u8>>,
    /// Whether the password goes into the body: as a member of a POST, as an operation more of a PATCH.
    pub secret: bool,
    /// Whether an update leaves out what the object already has.
    pub compare: bool,
    /// By what a POST whose answer was lost can be found again.
    pub lookup: Option<Lookup>,
    /// The version that the object must still have.
    pub if_match: Option<String>,
    /// Whether the request may be sent again after the first may have been handled: it asks for a state, not for a step.
    pub repeatable: bool,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// The collection.
    All(Endpoint),
    /// The object with this id.
    One(Endpoint, String),
    /// The object that is found by this.
    Found(Endpoint, Lookup),
    /// A path below the base URI, with its query.
    Path(String),
}

/// As the journal names it: never as it is sent.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::All(endpoint) => write!(f, "{endpoint:?}"),
            Target::One(endpoint, id) => write!(f, "{endpoint:?}/{id}"),
            Target::Found(endpoint, by) => write!(f, "{endpoint:?}?{}={}", by.attribute, by.value),
            Target::Path(path) => f.write_str(path),
        }
    }
}

/// Whose rules the requests keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Entra's, or those of RFC 7644.
    pub service: Service,
}

fn users() -> Endpoint {
    Endpoint::Users
}

impl Change {
    /// The requests, in the order in which to send them; none where nothing changes. A [`Verb::AddMember`] becomes a
    /// request of its own; [`members::add`] puts several into one.
    ///
    /// # Errors
    /// What cannot be, before anything is sent: `UnknownAttribute`, `InvalidValue`, `ReadOnlyAttribute`, `RequiredAttribute`,
    /// `ValueTooLong`, `PasswordOnUpdate`, `InvalidId`. The message names the attribute.
    pub fn drafts(&self, rules: Rules) -> Result<Vec<Draft>, Error> {
        let draft = match self.verb {
            Verb::Create => self.create(rules)?,
            Verb::Update => return self.update(rules),
            Verb::Request => match &self.request {
                Some(request) => own::draft(request)?,
                None => return Err(incomplete("a request")),
            },
            Verb::Delete => Draft::of(Method::DELETE, self.object(rules)?),
            Verb::Read => Draft {
                query: self.projection(),
                ..Draft::of(Method::GET, self.object(rules)?)
            },
            Verb::AddMember => Draft {
                body: Some(members::add(&[self.member(rules)?])),
                ..Draft::of(Method::PATCH, self.object(rules)?)
            },
            Verb::RemoveMember => Draft {
                body: Some(members::remove(self.member(rules)?)),
                ..Draft::of(Method::PATCH, self.object(rules)?)
            },
        };
        Ok(vec![Draft {
            if_match: self.if_match.clone(),
            ..draft
        }])
    }

    /// What an update does, as operations of a PATCH: for a server without PATCH, to be applied to what it stores.
    ///
    /// # Errors
    /// As [`Change::drafts`].
    pub fn operations(&self, rules: Rules) -> Result<Vec<Operation>, Error> {
        update::operations(self, rules, self.resource())
    }

    fn create(&self, rules: Rules) -> Result<Draft, Error> {
        let (body, lookup) = create::body(rules, self.resource(), &self.set)?;
        Ok(Draft {
            body: Some(Value::Object(body).to_string().into_bytes()),
            secret: self.password,
            lookup,
            ..Draft::of(Method::POST, Target::All(self.endpoint))
        })
    }

    fn update(&self, rules: Rules) -> Result<Vec<Draft>, Error> {
        // Another server says in its ServiceProviderConfig whether it takes one.
        if self.password && rules.service == Service::Entra {
            return Err(update::password(rules.service));
        }
        let object = self.object(rules)?;
        let operations = self.operations(rules)?;
        let mut drafts = Vec::new();
        if !operations.is_empty() || self.password {
            let operations: Vec<Value> = operations.iter().map(Operation::to_json).collect();
            let body = json!({"schemas": [PATCH_OP], "Operations": operations});
            drafts.push(Draft {
                body: Some(body.to_string().into_bytes()),
                if_match: self.if_match.clone(),
                secret: self.password,
                compare: self.compare,
                // A value that is added twice may be there twice.
                repeatable: self.add.is_empty(),
                ..Draft::of(Method::PATCH, object.clone())
            });
        }
        if self.return_state {
            drafts.push(Draft {
                query: self.projection(),
                ..Draft::of(Method::GET, object)
            });
        }
        Ok(drafts)
    }

    fn resource(&self) -> Resource {
        match self.endpoint {
            Endpoint::Groups => Resource::Group,
            _ => Resource::User,
        }
    }

    /// The object that the change is about.
    fn object(&self, rules: Rules) -> Result<Target, Error> {
        match (&self.id, &self.key) {
            (Some(id), _) if self.verb == Verb::Read => {
                id::whole(id).map(|id| Target::One(self.endpoint, id))
            }
            (Some(id), _) => id::of(rules.service, id).map(|id| Target::One(self.endpoint, id)),
            (None, Some(key)) if !key.value.is_empty() => Ok(Target::Found(self.endpoint, key.clone())),
            _ => Err(incomplete("an id")),
        }
    }

    fn member(&self, rules: Rules) -> Result<&str, Error> {
        let member = self
            .member
            .as_deref()
            .ok_or_else(|| incomplete("a member's id"))?;
        id::of(rules.service, member)?;
        Ok(member)
    }

    fn projection(&self) -> Vec<(&'static str, String)> {
        [
            ("attributes", self.attributes.join(",")),
            ("excludedAttributes", self.excluded_attributes.join(",")),
        ]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .collect()
    }
}

impl Draft {
    /// The same without its password.
    pub(crate) fn unsealed(&self) -> Self {
        Self {
            secret: false,
            ..self.clone()
        }
    }

    fn of(method: Method, target: Target) -> Self {
        Self {
            repeatable: method != Method::POST,
            method,
            target,
            query: Vec::new(),
            body: None,
            secret: false,
            compare: false,
            lookup: None,
            if_match: None,
        }
    }
}

/// A change that lacks what its verb needs: whoever made it is at fault, not the user.
fn incomplete(what: &str) -> Error {
    Error::new(Kind::InternalError, format!("A change is missing {what}."))
}
