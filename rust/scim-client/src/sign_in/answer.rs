//! What the identity side answers: a token, or why there is none (RFC 6749 section 5).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::aadsts;
use crate::config::SignIn;
use crate::error::{Error, Kind};
use crate::http::{self, Answer};

/// A token is renewed this long before it expires, or when a fifth of its life is left, whichever is later.
const EARLY: Duration = Duration::from_secs(300);

/// A token, and for how long it is good.
pub(crate) struct Issued {
    pub(crate) text: Zeroizing<String>,
    /// None where the token does not tell: then it is good until it is refused.
    pub(crate) life: Option<Duration>,
    pub(crate) renew_after: Option<Duration>,
}

impl Issued {
    /// A token with what is known of its life; `renew_after` is the service's own `refresh_in`.
    pub(crate) fn new(
        text: Zeroizing<String>,
        life: Option<Duration>,
        renew_after: Option<Duration>,
    ) -> Self {
        let early = |life: Duration| life.saturating_sub(EARLY.min(life / 5));
        Self {
            text,
            life,
            renew_after: life.map(|life| renew_after.unwrap_or_else(|| early(life)).min(life)),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    /// RFC 6749 section 7.1. Some identity endpoints leave it out.
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    refresh_in: Option<Seconds>,
    /// Seconds since 1970, which the identity endpoints give.
    #[serde(default)]
    expires_on: Option<Seconds>,
}

impl Drop for Body {
    fn drop(&mut self) {
        self.access_token.zeroize();
    }
}

/// A number of seconds, which some endpoints give as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Seconds {
    fn duration(&self) -> Option<Duration> {
        let seconds = match self {
            Seconds::Number(n) => *n,
            Seconds::Text(text) => text.trim().parse().ok()?,
        };
        // Up to a moment in the year 2286, counted from 1970.
        (0.0..=1e10)
            .contains(&seconds)
            .then(|| Duration::from_secs_f64(seconds))
    }
}

/// The token in an answer of status 200 to `what`.
pub(crate) fn token(answer: Answer, what: &str) -> Result<Issued, Error> {
    let body = Zeroizing::new(answer.body);
    let invalid = |lack: &str| {
        let message = format!("The response to {what} doesn't contain a {lack}token (access_token).");
        Error::new(Kind::TokenResponseInvalid, message)
    };
    // The parser's own message is not shown: it may quote the body.
    let mut body: Body = serde_json::from_slice(&body).map_err(|_| invalid(""))?;
    if !is_token(body.access_token.as_bytes()) {
        return Err(invalid("valid "));
    }
    // RFC 6749 section 7.1: a client must not use a token whose type it doesn't know.
    if let Some(kind) = &body.token_type
        && !kind.eq_ignore_ascii_case("Bearer")
    {
        // The type isn't quoted: it may be the token in the wrong place.
        let message = format!(
            "The answer to {what} holds a token that isn't a Bearer token (token_type). PSScim knows no other type, and doesn't send it."
        );
        return Err(Error::new(Kind::TokenResponseInvalid, message));
    }
    let seconds = |field: &Option<Seconds>| field.as_ref().and_then(Seconds::duration);
    let life = seconds(&body.expires_in)
        .or_else(|| seconds(&body.expires_on).map(|at| until(at.as_secs())))
        .unwrap_or(Duration::from_secs(3600));
    let text = Zeroizing::new(std::mem::take(&mut body.access_token));
    Ok(Issued::new(text, Some(life), seconds(&body.refresh_in)))
}

/// Whether it can stand in an `Authorization` header.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|b| (0x21..0x7f).contains(b))
}

/// How long it is until a moment in seconds since 1970.
pub(crate) fn until(moment: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_secs(moment).saturating_sub(now)
}

/// RFC 6749 section 5.2; `message` is App Service's own form.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    message: String,
    correlation_id: Option<String>,
}

impl Refusal {
    /// The same without the secrets of the request that was refused.
    fn masked(self, answer: &Answer) -> Self {
        let masked = |text| answer.redactor.owned(text);
        Self {
            error: masked(self.error),
            error_description: masked(self.error_description),
            message: masked(self.message),
            correlation_id: self.correlation_id.map(masked),
        }
    }
}

/// Why the token endpoint refused, with Entra's AADSTS code explained.
pub(crate) fn refusal(answer: &Answer, sign_in: &SignIn, what: &str) -> Error {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(&answer.body) else {
        return http::not_json(answer, what, Kind::TokenResponseInvalid);
    };
    let refusal = refusal.masked(answer);
    let code = aadsts::code_in(&refusal.error_description);
    let known = code.and_then(aadsts::look_up);
    let mut message = format!(
        "Sign-in as client '{}' to tenant '{}' at {} was refused",
        sign_in.client, sign_in.tenant, sign_in.authority
    );
    match (code, known) {
        (Some(code), Some(row)) => message += &format!(": {} (AADSTS{code})", row.meaning),
        (Some(code), None) => message += &format!(" (AADSTS{code})"),
        _ => message += &format!(" with HTTP status {}, error '{}'", answer.status, refusal.error),
    }
    message.push('.');
    if let Some(id) = &refusal.correlation_id {
        message += &format!(" Correlation ID: {id}.");
    }
    Error::new(Kind::AuthenticationFailed, message).with(|d| {
        d.status = Some(answer.status);
        d.scim_type = Some(refusal.error);
        d.detail = Some(refusal.error_description);
        d.request_id = refusal.correlation_id;
        d.retry_after = answer.retry_after;
        if let Some(row) = known {
            d.advice = row.advice.to_owned();
        }
    })
}

/// Why a managed identity's endpoint refused.
pub(crate) fn refusal_of_identity(answer: &Answer, host: &str) -> Error {
    let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = said.masked(answer);
    let words = [said.error_description, said.message, said.error]
        .into_iter()
        .find(|text| !text.is_empty());
    let message = format!(
        "The managed identity endpoint {host} refused the request with HTTP status {}{}.",
        answer.status,
        words
            .as_deref()
            .map(|w| format!(": {}", w.trim_end_matches('.')))
            .unwrap_or_default()
    );
    Error::new(Kind::ManagedIdentityUnavailable, message).with(|d| {
        d.status = Some(answer.status);
        d.detail = words;
        d.retry_after = answer.retry_after;
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn issued(body: &str) -> Result<Issued, Error> {
        let answer = Answer {
            status: 200,
            body: body.as_bytes().to_vec(),
            ..Answer::default()
        };
        token(answer, "the token request")
    }

    #[test]
    fn a_token_is_renewed_when_the_service_says_or_five_minutes_early() {
        for (members, life, renew_after) in [
            (r#""expires_in":3599"#, 3599, 3299),
            (r#""expires_in":86399,"refresh_in":43199"#, 86399, 43199),
            (r#""expires_in":"3599","refresh_in":"1800""#, 3599, 1800),
            (r#""expires_in":100,"refresh_in":200"#, 100, 100),
            // Of a short life a fifth is left.
            (r#""expires_in":100"#, 100, 80),
            (r#""token_type":"Bearer""#, 3600, 3300),
        ] {
            let found = issued(&format!(r#"{{"access_token":"t",{members}}}"#)).unwrap();
            let seconds = |d: Option<Duration>| d.unwrap().as_secs();
            assert_eq!(
                (seconds(found.life), seconds(found.renew_after)),
                (life, renew_after),
                "{members}"
            );
        }
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
        let found = issued(&format!(r#"{{"access_token":"t","expires_on":"{at}"}}"#)).unwrap();
        assert!((3290..=3300).contains(&found.renew_after.unwrap().as_secs()));
    }

    #[test]
    fn a_token_of_another_type_is_refused() {
        for (kind, ok) in [
            (r#""Bearer""#, true),
            (r#""bearer""#, true),
            ("null", true),
            (r#""pop""#, false),
            (r#""N_A""#, false),
            (r#""""#, false),
            (r#""secret-token""#, false),
        ] {
            let body = format!(r#"{{"access_token":"secret-token","token_type":{kind}}}"#);
            match issued(&body) {
                Ok(_) => assert!(ok, "{kind}"),
                Err(error) => {
                    assert!(!ok, "{kind}: {error}");
                    assert_eq!(error.kind(), Kind::TokenResponseInvalid);
                    assert!(!error.to_string().contains("secret"), "{error}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_token_is_not_shown() {
        for body in [
            "",
            "[]",
            r#"{"access_token":7}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":"two words"}"#,
            "{\"access_token\":\"line\\nbreak\"}",
        ] {
            let error = issued(body).err().unwrap();
            assert_eq!(error.kind(), Kind::TokenResponseInvalid, "{body}");
            assert!(!format!("{error:?}").contains("words"));
        }
    }
}
