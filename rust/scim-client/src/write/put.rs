//! Changes where the server has no PATCH: read the object, do here what the operations say, and put it back (RFC 7644
//! section 3.5.1), without what only the server sets.

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use super::item::of_another;
use super::patched::{Known, Object, patched, sendable};
use super::secret;
use super::work::Sending;
use crate::answer;
use crate::cloud::Service;
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::page::{PageError, PageParser};
use crate::request::{Reach, Request, Unsuccessful};
use crate::send::what;

/// Times that an object is read again, since it changed between reading it and putting it back.
const RACES: u32 = 3;

/// Whether the server is known to have no PATCH, or the caller says that it has none.
pub(super) fn is_needed(work: &Sending<'_>) -> bool {
    let says_so = work
        .session
        .profile()
        .is_some_and(|known| known.patch == Some(false));
    work.session.service() == Service::Generic && (says_so || work.session.settings().compatibility.puts())
}

/// Whether an answer to a PATCH says that there is none: 405 or 501, from a server that did not say so before.
pub(super) fn is_meant_by(work: &Sending<'_>, error: &Error) -> bool {
    work.session.service() == Service::Generic && matches!(error.details().status, Some(405 | 501))
}

/// The PUTs that stand for one PATCH: one, unless the object changes meanwhile.
pub(super) struct Puts<'p> {
    /// Without the password.
    patch: &'p Request,
    id: &'p str,
    resource: Resource,
    password: Option<&'p Secret>,
    /// The version in the If-Match that was refused last.
    refused: Option<String>,
    version: Option<String>,
    races: u32,
}

impl<'p> Puts<'p> {
    pub(super) fn of(
        patch: &'p Request,
        id: &'p str,
        resource: Resource,
        password: Option<&'p Secret>,
    ) -> Self {
        Self {
            patch,
            id,
            resource,
            password,
            refused: None,
            version: None,
            races: 0,
        }
    }

    /// The next PUT, of what the server has now; None where the object is as it should be.
    pub(super) async fn next(&mut self, work: &Sending<'_>) -> Result<Option<Request>, Unsuccessful> {
        let stored = whole(work, &self.patch.url, self.resource)
            .await
            .and_then(|stored| stored.of(self.id))
            .map_err(|e| self.unread(e))?;
        let schema = work.session.schema(work.caller().observer).await;
        let known = Known {
            schema: schema.map_err(|e| self.unread(Unsuccessful::unsent(e)))?,
            resource: self.resource,
        };
        let changed = self
            .patch
            .body
            .as_deref()
            .ok_or_else(|| "it has no operations".to_owned())
            .and_then(|patch| patched(&stored.object, patch, known))
            .map_err(|reason| {
                let message = format!(
                    "The server doesn't support PATCH, and PSScim can't apply the change to the stored object: {reason}. Nothing was changed."
                );
                Unsuccessful::refused(Error::new(Kind::InvalidValue, message))
            })?;
        let body = sendable(&changed, known);
        if body == sendable(&stored.object, known) && self.password.is_none() {
            return Ok(None);
        }
        self.version = stored.version(work);
        // A server that refuses the very version that it gives does not know its versions.
        let given = self
            .version
            .clone()
            .filter(|version| Some(version) != self.refused.as_ref());
        let body = Value::Object(body).to_string().into_bytes();
        let body = match self.password {
            Some(password) => secret::with_password(&body, password).map_err(Unsuccessful::unsent)?,
            None => Bytes::from(body),
        };
        Ok(Some(Request {
            method: Method::PUT,
            body: Some(body),
            if_match: self.patch.if_match.clone().or(given),
            repeatable: true,
            ..self.patch.clone()
        }))
    }

    /// Reading first changes nothing, whatever becomes of it.
    fn unread(&self, unsuccessful: Unsuccessful) -> Unsuccessful {
        match self.patch.doubtful {
            true => Reach::Lost.of(unsuccessful.error, true),
            false => Unsuccessful::unsent(unsuccessful.error),
        }
    }

    /// Whether to try another after one that failed: somebody else was faster.
    pub(super) fn go_on(&mut self, error: &Error) -> bool {
        self.refused = self.version.take();
        self.races += 1;
        // A version that the caller names is the caller's to judge.
        error.kind() == Kind::PreconditionFailed && self.patch.if_match.is_none() && self.races <= RACES
    }

    /// Whether one has failed already.
    pub(super) fn raced(&self) -> bool {
        self.races > 0
    }
}

/// An object as the server has it.
pub(super) struct Stored {
    pub(super) object: Object,
    /// The header, as it came.
    etag: Option<String>,
}

impl Stored {
    /// The same, if it is the object with this id: what is put back is never another's.
    pub(super) fn of(self, id: &str) -> Result<Self, Unsuccessful> {
        let found = match self.object.get("id") {
            Some(Value::String(found)) => found.clone(),
            Some(Value::Number(found)) => found.to_string(),
            _ => return Ok(self),
        };
        match found.eq_ignore_ascii_case(id) {
            true => Ok(self),
            false => Err(Unsuccessful::refused(of_another(
                &format!("the read of {id}"),
                &found,
            ))),
        }
    }

    /// The version that must still be there when the object is put back: that of the header, or else `meta.version`, just
    /// as it came: quotes and `W/` are part of it (RFC 7644 section 3.14). None where the server keeps no versions.
    fn version(&self, work: &Sending<'_>) -> Option<String> {
        let keeps = work.session.profile().and_then(|known| known.etag);
        let told = || Some(self.object.get("meta")?.get("version")?.as_str()?.to_owned());
        match keeps {
            Some(false) => None,
            Some(true) => self.etag.clone().or_else(told),
            None => self.etag.clone(),
        }
    }
}

/// An object with all that it has. A group's members may have to be asked for by name, and would be lost otherwise.
pub(super) async fn whole(
    work: &Sending<'_>,
    url: &reqwest::Url,
    resource: Resource,
) -> Result<Stored, Unsuccessful> {
    let mut url = url.clone();
    url.set_query(None);
    let mut stored = read(work, url.clone()).await?;
    if resource == Resource::Group && !has_members(&stored.object) {
        url.set_query(Some("attributes=members"));
        let found = read(work, url).await?;
        stored.object.extend(
            found
                .object
                .into_iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("members")),
        );
    }
    Ok(stored)
}

fn has_members(object: &Object) -> bool {
    object.keys().any(|name| name.eq_ignore_ascii_case("members"))
}

/// An object, as one read shows it.
pub(super) async fn read(work: &Sending<'_>, url: reqwest::Url) -> Result<Stored, Unsuccessful> {
    let what = what(&Method::GET, &url);
    let answer = work.session.exchange(Request::get(url), work.caller()).await?;
    // What couldn't be read completely would be put back without what is missing.
    if let Ok(page) = PageParser::default().resource(&answer.body)
        && let Some(incomplete) = page.incomplete.first()
    {
        return Err(Unsuccessful::refused(Error::of_incomplete(incomplete)));
    }
    match serde_json::from_slice(&answer.body) {
        Ok(object) => Ok(Stored {
            object,
            etag: answer.etag,
        }),
        Err(_) => {
            let error = PageError::NotAResource {
                found: "not an object".to_owned(),
            };
            Err(Unsuccessful::refused(answer::unreadable(&error, &answer, &what)))
        }
    }
}
