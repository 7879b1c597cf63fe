//! Tokens: got once, kept, renewed ahead of time, and shared by all who use the connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use tokio::sync::Notify;
use zeroize::{Zeroize, Zeroizing};

use crate::aadsts;
use crate::claims::Claims;
use crate::config::{Secret, Settings, SignIn};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer, Question};
use crate::http::{self, Exchange};
use crate::sign_in::{self, Credential, Identity, Proof};

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

    fn of(text: &Secret, number: u64, renew_at: Option<Instant>) -> Result<Self, Error> {
        let text = std::str::from_utf8(text.bytes())
            .map_err(|_| Error::new(Kind::InvalidConfiguration, "The token is not text."))?;
        Ok(Self {
            number,
            text: Arc::new(Zeroizing::new(text.to_owned())),
            renew_at,
        })
    }
}

/// Where the caller is asked at each sign-in, others wait so long for one who asks already. Then they ask too: theirs may
/// be the very pipeline that the answer has to come from.
const PATIENCE: Duration = Duration::from_secs(1);

/// Holds the present token. Whoever finds it missing or old gets a new one while the others wait for it.
pub(crate) struct Tokens {
    credential: Credential,
    /// Past any proxy, for a managed identity's endpoint.
    neighbour: Option<reqwest::Client>,
    present: Mutex<Option<Token>>,
    turn: tokio::sync::Mutex<()>,
    renewed: Notify,
}

impl Tokens {
    pub(crate) fn new(settings: &mut Settings) -> Result<Self, Error> {
        let credential = settings
            .credential
            .take()
            .ok_or_else(|| Error::new(Kind::InternalError, "The configuration was used twice."))?;
        let present = match &credential {
            Credential::AccessToken(text) | Credential::Basic(text) => Some(Token::of(text, 1, None)?),
            _ => None,
        };
        let neighbour = match &credential {
            Credential::Identity(..) => Some(http::neighbour(settings)?),
            _ => None,
        };
        Ok(Self {
            credential,
            neighbour,
            present: Mutex::new(present),
            turn: tokio::sync::Mutex::new(()),
            renewed: Notify::new(),
        })
    }

    /// Where and as whom it signs in.
    pub(crate) fn who(&self) -> (Option<&SignIn>, Option<&str>) {
        match &self.credential {
            Credential::Client(sign_in, _) => (Some(sign_in), Some(&sign_in.client)),
            Credential::Identity(_, client) => (None, client.as_deref()),
            _ => (None, None),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.credential.name()
    }

    pub(crate) fn is_basic(&self) -> bool {
        matches!(self.credential, Credential::Basic(_))
    }

    /// The scheme of the `Authorization` header.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_basic() { "Basic" } else { "Bearer" }
    }

    /// Whether a refused token can be replaced by a fresh one.
    pub(crate) fn can_renew(&self) -> bool {
        !matches!(self.credential, Credential::AccessToken(_) | Credential::Basic(_))
    }

    /// The present token, or a new one where there is none, it is about to expire, or the service refused the one
    /// numbered `refused`.
    pub(crate) async fn get(&self, on: &Exchange<'_>, refused: Option<u64>) -> Result<Token, Error> {
        loop {
            let renewed = self.renewed.notified();
            if let Some(token) = self.good(refused) {
                return Ok(token);
            }
            // One turn at a time: that is how one request serves all.
            let _turn = if self.credential.asks() {
                tokio::time::timeout(PATIENCE, self.turn.lock()).await.ok()
            } else {
                Some(self.turn.lock().await)
            };
            if let Some(token) = self.good(refused) {
                return Ok(token);
            }
            tokio::select! {
                biased;
                // Someone else was quicker; the question, if one was asked, is withdrawn.
                () = renewed => {}
                token = self.renew(on) => {
                    let mut token = token?;
                    let mut present = self.lock();
                    token.number = present.as_ref().map_or(1, |old| old.number + 1);
                    *present = Some(token.clone());
                    drop(present);
                    self.renewed.notify_waiters();
                    return Ok(token);
                }
            }
        }
    }

    fn good(&self, refused: Option<u64>) -> Option<Token> {
        let present = self.lock();
        let token = present.as_ref()?;
        let fresh = token.renew_at.is_none_or(|at| Instant::now() < at);
        (refused != Some(token.number) && (fresh || !self.can_renew())).then(|| token.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Token>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew(&self, on: &Exchange<'_>) -> Result<Token, Error> {
        match &self.credential {
            Credential::AccessToken(text) | Credential::Basic(text) => Token::of(text, 1, None),
            Credential::Provider => provided(on).await,
            Credential::Client(sign_in, proof) => client(sign_in, proof, on).await,
            Credential::Identity(identity, _) => {
                let on = Exchange {
                    http: self.neighbour.as_ref().unwrap_or(on.http),
                    ..*on
                };
                of_identity(identity, &on).await
            }
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    refresh_in: Option<Seconds>,
    /// Seconds since 1970, which the identity endpoints give.
    #[serde(default)]
    expires_on: Option<Seconds>,
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

/// RFC 6749 section 5.2; `message` is App Service's own form.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    message: String,
    correlation_id: Option<String>,
}

async fn client(sign_in: &SignIn, proof: &Proof, on: &Exchange<'_>) -> Result<Token, Error> {
    let what = format!("the token request to {}", sign_in.authority);
    let mut retry = 0;
    loop {
        let began = Instant::now();
        // Made anew for each try: an assertion is good once, and a federated token may have been replaced.
        let body = sign_in::form(sign_in, proof, on).await?;
        let request = on
            .http
            .post(sign_in.endpoint.clone())
            .header(http::ACCEPT, "application/json")
            .header(http::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(bytes::Bytes::from_owner(body));
        let (error, again, asked) = match on.once(request, &what).await {
            Ok(answer) if answer.status == 200 => {
                let body = Zeroizing::new(answer.body);
                return accept(&body, &what, &sign_in.authority, began, on.observer);
            }
            Ok(answer) => {
                let error = refusal(&answer, sign_in, &what);
                (error, http::is_passing_status(answer.status), answer.retry_after)
            }
            Err(error) => {
                let again = http::is_passing(error.kind());
                (error, again, None)
            }
        };
        let Some(delay) = on.limits.pause(retry, asked).filter(|_| again) else {
            return Err(error);
        };
        retry += 1;
        on.observer.event(Event::Waiting {
            reason: error.to_string(),
            delay,
            retry,
        });
        tokio::time::sleep(delay).await;
    }
}

async fn of_identity(identity: &Identity, on: &Exchange<'_>) -> Result<Token, Error> {
    let began = Instant::now();
    let answer = identity.request(on).await?;
    let what = format!("the token request to {}", identity.host());
    if answer.status == 200 {
        let body = Zeroizing::new(answer.body);
        return accept(&body, &what, &identity.host(), began, on.observer);
    }
    let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = [said.error_description, said.message, said.error]
        .into_iter()
        .find(|text| !text.is_empty());
    let message = format!(
        "The managed identity endpoint {} refused with HTTP status {}{}.",
        identity.host(),
        answer.status,
        words
            .as_deref()
            .map(|w| format!(": {}", w.trim_end_matches('.')))
            .unwrap_or_default()
    );
    Err(Error::new(Kind::ManagedIdentityUnavailable, message).with(|d| {
        d.status = Some(answer.status);
        d.detail = words;
        d.retry_after = answer.retry_after;
    }))
}

async fn provided(on: &Exchange<'_>) -> Result<Token, Error> {
    let began = Instant::now();
    on.meter.token_requested();
    let text = on.observer.ask(Question::AccessToken).await?;
    if text.bytes().is_empty() || text.bytes().iter().any(|b| !(0x21..0x7f).contains(b)) {
        let message = "-AccessTokenProvider gave nothing that could be a token.";
        return Err(Error::new(Kind::TokenResponseInvalid, message));
    }
    let mut token = Token::of(&text, 1, None)?;
    // An opaque token says nothing of its end; it is good until it is refused.
    let life = Claims::read(token.text())
        .and_then(|claims| claims.expires())
        .map(until);
    token.renew_at = life.map(|life| began + life.saturating_sub(EARLY.min(life / 5)));
    on.observer.event(Event::Token {
        host: "-AccessTokenProvider".to_owned(),
        expires_in: life.unwrap_or_default(),
        elapsed: began.elapsed(),
    });
    Ok(token)
}

/// How long it is until a moment in seconds since 1970.
fn until(moment: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_secs(moment).saturating_sub(now)
}

fn accept(
    body: &[u8],
    what: &str,
    host: &str,
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
    let seconds = |field: &Option<Seconds>| field.as_ref().and_then(Seconds::duration);
    let life = seconds(&answer.expires_in)
        .or_else(|| seconds(&answer.expires_on).map(|at| until(at.as_secs())))
        .unwrap_or(Duration::from_secs(3600));
    let renew_after = seconds(&answer.refresh_in)
        .unwrap_or_else(|| life.saturating_sub(EARLY.min(life / 5)))
        .min(life);
    observer.event(Event::Token {
        host: host.to_owned(),
        expires_in: life,
        elapsed: began.elapsed(),
    });
    Ok(Token {
        number: 1,
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
