//! Tokens: got once, kept, renewed ahead of time, and shared by all who use the connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::Mutex;
use zeroize::{Zeroize, Zeroizing};

use crate::aadsts;
use crate::config::{Secret, SignIn};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::http::{self, Limits};
use crate::limits;
use crate::meter::Meter;

/// A token is renewed this long before it expires, or when a fifth of its life is left, whichever is later.
const EARLY: Duration = Duration::from_secs(300);

/// An access token, and when it came. The number tells two tokens apart without showing either.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) number: u64,
    text: Arc<Zeroizing<String>>,
    renew_at: Option<Instant>,
}

impl Token {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Where a connection's tokens come from.
pub(crate) enum Credential {
    /// A token that someone else got: it cannot be renewed.
    AccessToken(Token),
    /// OAuth 2.0 client credentials with a secret.
    ClientSecret(SignIn, Secret),
}

/// Holds the present token. Whoever finds it missing or old gets a new one while the others wait for it.
pub(crate) struct Tokens {
    credential: Credential,
    present: Mutex<Option<Token>>,
}

impl Tokens {
    pub(crate) fn new(sign_in: Option<SignIn>, secret: Secret) -> Result<Self, Error> {
        let credential = match sign_in {
            Some(sign_in) => Credential::ClientSecret(sign_in, secret),
            None => {
                let text = std::str::from_utf8(secret.bytes())
                    .map_err(|_| Error::new(Kind::InvalidConfiguration, "-AccessToken is not text."))?;
                let text = Arc::new(Zeroizing::new(text.to_owned()));
                Credential::AccessToken(Token {
                    number: 1,
                    text,
                    renew_at: None,
                })
            }
        };
        Ok(Self {
            credential,
            present: Mutex::new(None),
        })
    }

    pub(crate) fn sign_in(&self) -> Option<&SignIn> {
        match &self.credential {
            Credential::ClientSecret(sign_in, _) => Some(sign_in),
            Credential::AccessToken(_) => None,
        }
    }

    /// The present token, or a new one where there is none, it is about to expire, or the service refused the one
    /// numbered `refused`.
    pub(crate) async fn get(
        &self,
        http: &reqwest::Client,
        limits: &Limits,
        meter: &Meter,
        observer: &dyn Observer,
        refused: Option<u64>,
    ) -> Result<Token, Error> {
        let (sign_in, secret) = match &self.credential {
            Credential::AccessToken(token) => return Ok(token.clone()),
            Credential::ClientSecret(sign_in, secret) => (sign_in, secret),
        };
        // The lock is held while the token is fetched: that is how one request serves all.
        let mut present = self.present.lock().await;
        let number = match &*present {
            Some(token)
                if refused != Some(token.number) && token.renew_at.is_none_or(|at| Instant::now() < at) =>
            {
                return Ok(token.clone());
            }
            Some(token) => token.number + 1,
            None => 1,
        };
        let token = request(sign_in, secret, number, http, limits, meter, observer).await?;
        *present = Some(token.clone());
        Ok(token)
    }

    /// Whether a refused token can be replaced by a fresh one.
    pub(crate) fn can_renew(&self) -> bool {
        !matches!(self.credential, Credential::AccessToken(_))
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    refresh_in: Option<Seconds>,
}

impl Drop for Answer {
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
        (0.0..=1e9)
            .contains(&seconds)
            .then(|| Duration::from_secs_f64(seconds))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    correlation_id: Option<String>,
}

async fn request(
    sign_in: &SignIn,
    secret: &Secret,
    number: u64,
    http: &reqwest::Client,
    limits: &Limits,
    meter: &Meter,
    observer: &dyn Observer,
) -> Result<Token, Error> {
    let what = format!("the token request to {}", sign_in.authority);
    let mut retry = 0;
    loop {
        let began = Instant::now();
        meter.token_requested();
        let request = http
            .post(sign_in.endpoint.clone())
            .header(http::ACCEPT, "application/json")
            .header(http::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(limits.timeout)
            .body(form(sign_in, secret));
        let answer = http::exchange(request, limits::SMALL_BODY_BYTES, &what).await;
        let (error, status, asked) = match answer {
            Ok(answer) if answer.status == 200 => {
                let body = Zeroizing::new(answer.body);
                return accept(&body, &what, number, sign_in, began, observer);
            }
            Ok(answer) => (
                refusal(&answer, sign_in, &what),
                Some(answer.status),
                answer.retry_after,
            ),
            Err(error) => (error, None, None),
        };
        let again = status.map_or(http::is_passing(error.kind()), http::is_passing_status);
        match limits.pause(retry, asked).filter(|_| again) {
            Some(delay) => {
                retry += 1;
                observer.event(Event::Waiting {
                    reason: error.to_string(),
                    delay,
                    retry,
                });
                tokio::time::sleep(delay).await;
            }
            None => return Err(error),
        }
    }
}

fn form(sign_in: &SignIn, secret: &Secret) -> Vec<u8> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.append_pair("client_id", &sign_in.client);
    form.append_pair("scope", &sign_in.scope);
    let mut text = form.finish();
    // By hand, so that no copy of the secret stays behind in a buffer that grew.
    text.reserve_exact("&client_secret=".len() + 3 * secret.bytes().len());
    text.push_str("&client_secret=");
    text.extend(percent_encoding::percent_encode(
        secret.bytes(),
        percent_encoding::NON_ALPHANUMERIC,
    ));
    text.into_bytes()
}

fn accept(
    body: &[u8],
    what: &str,
    number: u64,
    sign_in: &SignIn,
    began: Instant,
    observer: &dyn Observer,
) -> Result<Token, Error> {
    // The parser's own message is not shown: it may quote the body.
    let mut answer: Answer = serde_json::from_slice(body).map_err(|_| {
        Error::new(
            Kind::TokenResponseInvalid,
            format!("The answer to {what} holds no access_token."),
        )
    })?;
    if answer.access_token.is_empty() || answer.access_token.bytes().any(|b| !(0x21..0x7f).contains(&b)) {
        return Err(Error::new(
            Kind::TokenResponseInvalid,
            format!("The answer to {what} holds no usable access_token."),
        ));
    }
    let life = answer
        .expires_in
        .as_ref()
        .and_then(Seconds::duration)
        .unwrap_or(Duration::from_secs(3600));
    let renew_after = answer
        .refresh_in
        .as_ref()
        .and_then(Seconds::duration)
        .unwrap_or_else(|| life.saturating_sub(EARLY.min(life / 5)))
        .min(life);
    observer.event(Event::Token {
        host: sign_in.authority.clone(),
        expires_in: life,
        elapsed: began.elapsed(),
    });
    Ok(Token {
        number,
        text: Arc::new(Zeroizing::new(std::mem::take(&mut answer.access_token))),
        renew_at: Some(began + renew_after),
    })
}

/// An error of the token endpoint (RFC 6749 section 5.2), with Entra's AADSTS code explained.
fn refusal(answer: &http::Answer, sign_in: &SignIn, what: &str) -> Error {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(&answer.body) else {
        return http::not_json(answer, what, Kind::TokenResponseInvalid);
    };
    let code = aadsts::code_in(&refusal.error_description);
    let known = code.and_then(aadsts::look_up);
    let mut message = format!(
        "Sign-in of client '{}' to tenant '{}' at {} was refused",
        sign_in.client, sign_in.tenant, sign_in.authority
    );
    match (code, known) {
        (Some(code), Some(row)) => message += &format!(": {} (AADSTS{code})", row.meaning),
        (Some(code), None) => message += &format!(" (AADSTS{code})"),
        _ => message += &format!(" with HTTP status {}, error '{}'", answer.status, refusal.error),
    }
    message.push('.');
    if let Some(id) = &refusal.correlation_id {
        message += &format!(" Correlation id: {id}.");
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
