//! Faults on demand: rules that change what the next matching requests get.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum FaultAction {
    /// An error answer without the request being handled.
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, seconds or a date.
        #[serde(default)]
        retry_after: Option<String>,
        /// Text of the SCIM error.
        #[serde(default)]
        detail: Option<String>,
        /// The SCIM error's `scimType`.
        #[serde(default)]
        scim_type: Option<String>,
    },
    /// The answer of a tenant for which the SCIM API has not been switched on.
    ApiNotEnabled {
        /// HTTP status: the service gives 400 or 401.
        status: u16,
        /// Whether the text is the one about the subscription, rather than the one about 'scimapiconsumptions'.
        #[serde(default)]
        subscription: bool,
    },
    /// The token endpoint refuses with this AADSTS code. Strikes requests for tokens only.
    TokenRefusal {
        /// The number behind `AADSTS`.
        code: u32,
    },
    /// Sends the client to another address.
    Redirect {
        /// `Location`
        location: String,
        /// HTTP status; 307 keeps method and body.
        #[serde(default = "temporary")]
        status: u16,
    },
    /// Waits, then handles the request.
    Delay {
        /// Milliseconds to wait.
        milliseconds: u64,
    },
    /// Never answers.
    Hang,
    /// Closes the connection before the request is handled.
    ResetBefore,
    /// Handles the request, then closes the connection without an answer.
    ResetAfter,
    /// Announces the whole body, sends a part and closes the connection.
    CutBody {
        /// Bytes to send; half of the body when left out.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// Sends a part of the body and then nothing more, with the connection left open.
    StallBody {
        /// Bytes to send; half of the body when left out.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// Puts this body in place of the answer's.
    Body {
        /// HTTP status.
        #[serde(default = "ok")]
        status: u16,
        /// The text.
        text: String,
        /// How often the text is sent, one after another.
        #[serde(default = "once")]
        repeat: u64,
        /// `Content-Type`.
        #[serde(default = "scim_json")]
        content_type: String,
    },
    /// Status 200 with bytes that are not JSON.
    GarbageBody,
    /// Status 200 with an HTML page, as proxies and sign-in pages give.
    HtmlBody,
    /// A list whose `nextCursor` is the cursor that it was asked with.
    RepeatCursor,
}

fn ok() -> u16 {
    200
}

fn temporary() -> u16 {
    307
}

fn once() -> u64 {
    1
}

fn scim_json() -> String {
    "application/scim+json".into()
}

/// A fault, the requests that it strikes, and how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub action: FaultAction,
    /// Strikes this many matching requests.
    #[serde(default = "one")]
    pub times: u32,
    /// Lets this many matching requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// Strikes only this HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// Strikes only paths that contain this text, such as `/users` or `/oauth2/`. Without it only SCIM paths are
    /// struck, not the token endpoint.
    #[serde(default)]
    pub path: Option<String>,
}

fn one() -> u32 {
    1
}

impl Fault {
    /// A fault that strikes the next SCIM request.
    pub fn once(action: FaultAction) -> Self {
        Fault {
            action,
            times: 1,
            skip: 0,
            method: None,
            path: None,
        }
    }

    /// Strikes this many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Strikes only paths that contain this text.
    #[must_use]
    pub fn on_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Strikes only this HTTP method.
    #[must_use]
    pub fn on_method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method
            .as_deref()
            .is_none_or(|m| m.eq_ignore_ascii_case(method))
            && match &self.path {
                Some(part) => path.contains(part.as_str()),
                None if matches!(self.action, FaultAction::TokenRefusal { .. }) => path.contains("/oauth2/"),
                None => path.starts_with("/rp/scim"),
            }
    }
}

/// The rules in force, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Faults(Mutex::new(faults))
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.rules().push(fault);
    }

    pub(crate) fn clear(&self) {
        self.rules().clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.rules().clone()
    }

    /// The action for this request, taken off its rule's count.
    pub(crate) fn strike(&self, method: &str, path: &str) -> Option<FaultAction> {
        let mut rules = self.rules();
        let mut struck = None;
        for rule in rules.iter_mut().filter(|rule| rule.matches(method, path)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if struck.is_none() && rule.times > 0 {
                rule.times -= 1;
                struck = Some(rule.action.clone());
            }
        }
        rules.retain(|rule| rule.times > 0);
        struck
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
