//! Tokens: got once, kept, renewed ahead of time, and shared by all who use the connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::claims::Claims;
use crate::config::{Secret, Settings, SignIn};
use crate::error::{Error, Kind};
use crate::event::{Event, Question};
use crate::http::{self, Exchange, Wire};
use crate::network::Peer;
use crate::redact::Known;
use crate::sign_in::answer::{self, Issued};
use crate::sign_in::{self, Credential, Identity, Proof};

/// An access token, and when it came. The number tells two tokens apart without showing either.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) number: u64,
    text: Arc<Zeroizing<String>>,
    renew_at: Option<Instant>,
    ends_at: Option<Instant>,
}

impl Token {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// One that was given: it is good until it is refused.
    fn given(secret: &Secret) -> Result<Self, Error> {
        Ok(Self::of(Issued::new(text(secret)?, None, None), Instant::now()))
    }

    /// The one that stands for no sign-in: it's never sent.
    fn none() -> Self {
        Self::of(Issued::new(Zeroizing::default(), None, None), Instant::now())
    }

    fn of(issued: Issued, began: Instant) -> Self {
        Self {
            number: 1,
            text: Arc::new(issued.text),
            renew_at: issued.renew_after.map(|after| began + after),
            ends_at: issued.life.map(|life| began + life),
        }
    }
}

fn text(secret: &Secret) -> Result<Zeroizing<String>, Error> {
    let text = std::str::from_utf8(secret.bytes())
        .map_err(|_| Error::new(Kind::InvalidConfiguration, "The token isn't text."))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Where the caller is asked at each sign-in, others wait so long for one who asks already. Then they ask too: theirs may
/// be the very pipeline that the answer has to come from.
const PATIENCE: Duration = Duration::from_secs(1);

/// When a token could not be renewed ahead of time, the next try is so much later.
const AGAIN: Duration = Duration::from_secs(30);

/// Holds the present token. Whoever finds it missing or old gets a new one while the others wait for it.
pub(crate) struct Tokens {
    credential: Credential,
    /// Past any proxy, for a managed identity's endpoint.
    neighbour: Option<Wire>,
    present: Mutex<Option<Token>>,
    turn: tokio::sync::Mutex<()>,
    renewed: Notify,
    known: Arc<Known>,
}

impl Tokens {
    pub(crate) fn new(settings: &mut Settings) -> Result<Self, Error> {
        let credential = settings
            .credential
            .take()
            .ok_or_else(|| Error::new(Kind::InternalError, "The configuration was used twice."))?;
        let present = match &credential {
            Credential::AccessToken(text) | Credential::Basic(text) => Some(Token::given(text)?),
            Credential::Anonymous => Some(Token::none()),
            _ => None,
        };
        if let Some(token) = &present {
            settings.known.add_token(token.text());
        }
        let neighbour = match &credential {
            Credential::Identity(..) => Some(Wire::new(settings, Peer::Neighbour)?),
            _ => None,
        };
        Ok(Self {
            credential,
            neighbour,
            present: Mutex::new(present),
            turn: tokio::sync::Mutex::new(()),
            renewed: Notify::new(),
            known: Arc::clone(&settings.known),
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

    /// The scheme of the `Authorization` header; None where none is sent.
    pub(crate) fn scheme(&self) -> Option<&'static str> {
        match self.credential {
            Credential::Anonymous => None,
            Credential::Basic(_) => Some("Basic"),
            _ => Some("Bearer"),
        }
    }

    /// Whether a refused token can be replaced by a fresh one.
    pub(crate) fn can_renew(&self) -> bool {
        !matches!(
            self.credential,
            Credential::AccessToken(_) | Credential::Basic(_) | Credential::Anonymous
        )
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
                    let mut token = match token {
                        Ok(token) => token,
                        Err(error) => return self.still_good(refused).ok_or(error),
                    };
                    self.known.add_token(token.text());
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

    /// The token that could not be renewed ahead of time, as long as it holds: the work goes on, and the next try is later.
    fn still_good(&self, refused: Option<u64>) -> Option<Token> {
        let mut present = self.lock();
        let token = present.as_mut()?;
        let now = Instant::now();
        let ends_at = token
            .ends_at
            .filter(|at| now < *at && refused != Some(token.number))?;
        token.renew_at = Some(ends_at.min(now + AGAIN));
        Some(token.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Token>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew(&self, on: &Exchange<'_>) -> Result<Token, Error> {
        match &self.credential {
            Credential::AccessToken(text) | Credential::Basic(text) => Token::given(text),
            Credential::Anonymous => Ok(Token::none()),
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

async fn client(sign_in: &SignIn, proof: &Proof, on: &Exchange<'_>) -> Result<Token, Error> {
    let what = format!("the token request to {}", sign_in.authority);
    let (mut retry, mut waited) = (0, Duration::ZERO);
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
                let issued = answer::token(answer, &what)?;
                return Ok(tell(issued, &sign_in.authority, began, on));
            }
            Ok(answer) => {
                let error = answer::refusal(&answer, sign_in, &what);
                (error, http::is_passing_status(answer.status), answer.retry_after)
            }
            Err(error) => {
                let again = on.http.may_pass(&error);
                (error, again, None)
            }
        };
        let Some(delay) = on.limits.pause_after(waited, retry, asked).filter(|_| again) else {
            return Err(error);
        };
        retry += 1;
        waited += delay;
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
    let host = identity.host();
    if answer.status != 200 {
        return Err(answer::refusal_of_identity(&answer, &host));
    }
    let issued = answer::token(answer, &format!("the token request to {host}"))?;
    Ok(tell(issued, &host, began, on))
}

async fn provided(on: &Exchange<'_>) -> Result<Token, Error> {
    let began = Instant::now();
    on.meter.token_requested();
    let given = on.observer.ask(Question::AccessToken).await?;
    if !answer::is_token(given.bytes()) {
        let message = "The script block of -AccessTokenProvider didn't return a token.";
        return Err(Error::new(Kind::TokenResponseInvalid, message));
    }
    let text = text(&given)?;
    let life = Claims::read(&text)
        .and_then(|claims| claims.expires())
        .map(answer::until);
    let issued = Issued::new(text, life, None);
    Ok(tell(issued, "-AccessTokenProvider", began, on))
}

fn tell(issued: Issued, host: &str, began: Instant, on: &Exchange<'_>) -> Token {
    on.observer.event(Event::Token {
        host: host.to_owned(),
        expires_in: issued.life.unwrap_or_default(),
        elapsed: began.elapsed(),
    });
    Token::of(issued, began)
}
