//! Changes where the server has no PATCH: read the object, do here what the operations say, and put it back whole (RFC 7644
//! section 3.5.1).

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Map, Value};

use super::patched::patched;
use super::work::Work;
use crate::answer;
use crate::cloud::Endpoint;
use crate::error::{Error, Kind};
use crate::page::{PageError, PageParser};
use crate::request::{Request, Unsuccessful};
use crate::send::what;

type Object = Map<String, Value>;

/// Times that an object is read anew, since it changed between reading it and putting it back.
const RACES: u32 = 3;

/// Whether the server is known to have no PATCH, or the caller says that it has none.
pub(super) fn is_needed(work: &Work) -> bool {
    let says_so = work
        .session
        .profile()
        .is_some_and(|known| known.patch == Some(false));
    says_so || work.session.settings().compatibility.puts()
}

/// Whether an answer to a PATCH says that there is none: 405 or 501, from a server that did not say so before.
pub(super) fn is_meant_by(work: &Work, error: &Error) -> bool {
    work.session.profile().is_some() && matches!(error.details().status, Some(405 | 501))
}

/// The PUTs that stand for one PATCH: one, unless the object changes meanwhile.
pub(super) struct Puts<'p> {
    patch: &'p Request,
    /// The version in the If-Match that was refused last.
    refused: Option<String>,
    version: Option<String>,
    races: u32,
}

impl<'p> Puts<'p> {
    pub(super) fn of(patch: &'p Request) -> Self {
        Self {
            patch,
            refused: None,
            version: None,
            races: 0,
        }
    }

    /// The next PUT, of what the server has now; None where the object is as it should be.
    pub(super) async fn next(&mut self, work: &Work) -> Result<Option<Request>, Unsuccessful> {
        let stored = whole(work, &self.patch.url).await?;
        let changed = self
            .patch
            .body
            .as_deref()
            .ok_or_else(|| "it has no operations".to_owned())
            .and_then(|patch| patched(&stored, patch))
            .map_err(|reason| {
                let message = format!(
                    "The server doesn't support PATCH, and PSScim can't apply the change to the stored object: {reason}."
                );
                Unsuccessful::unsent(Error::new(Kind::BadRequest, message))
            })?;
        if changed == stored {
            return Ok(None);
        }
        self.version = version(work, &stored);
        // A server that refuses the very version that it gives does not know its versions.
        let known = self
            .version
            .clone()
            .filter(|version| Some(version) != self.refused.as_ref());
        Ok(Some(Request {
            method: Method::PUT,
            body: Some(Bytes::from(Value::Object(changed).to_string())),
            if_match: self.patch.if_match.clone().or(known),
            repeatable: true,
            ..self.patch.clone()
        }))
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

/// The version that must still be there when the object is put back, where the server keeps versions.
fn version(work: &Work, stored: &Object) -> Option<String> {
    let keeps = work
        .session
        .profile()
        .is_some_and(|known| known.etag == Some(true));
    let version = stored.get("meta")?.get("version")?.as_str()?;
    keeps.then(|| version.to_owned())
}

/// An object with all that it has. A group's members may have to be asked for by name, and would be lost otherwise.
async fn whole(work: &Work, url: &reqwest::Url) -> Result<Object, Unsuccessful> {
    let mut url = url.clone();
    url.set_query(None);
    let mut object = read(work, url.clone()).await?;
    let groups = work
        .session
        .url(Endpoint::Groups, None, &[])
        .map_err(Unsuccessful::unsent)?;
    let is_group = url.path().starts_with(&format!("{}/", groups.path()));
    if is_group && !has_members(&object) {
        url.set_query(Some("attributes=members"));
        let found = read(work, url).await?;
        object.extend(
            found
                .into_iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("members")),
        );
    }
    Ok(object)
}

fn has_members(object: &Object) -> bool {
    object.keys().any(|name| name.eq_ignore_ascii_case("members"))
}

async fn read(work: &Work, url: reqwest::Url) -> Result<Object, Unsuccessful> {
    let what = what(&Method::GET, &url);
    let answer = work.session.exchange(Request::get(url), work.caller()).await?;
    // What couldn't be read completely would be put back without what is missing.
    if let Ok(page) = PageParser::default().resource(&answer.body)
        && let Some(incomplete) = page.incomplete.first()
    {
        return Err(Unsuccessful::refused(Error::of_incomplete(incomplete)));
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        let error = PageError::NotAResource {
            found: "not an object".to_owned(),
        };
        Unsuccessful::refused(answer::unreadable(&error, &answer, &what))
    })
}
