//! Client assertions in place of a secret (RFC 7523), verified for real: signature, audience, lifetime, and that none is
//! used twice.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::config::EmulatorConfig;
use crate::issuer::{Issuer, SUBJECT_AUDIENCE};
use crate::token::Refusal;
use crate::world::now_seconds;

/// What Entra takes: ten minutes.
const LONGEST_LIFE: u64 = 600;
/// Seconds by which clocks may differ.
const SKEW: u64 = 300;

/// The `jti` of assertions that were taken, with when each may be forgotten.
#[derive(Debug, Default)]
pub(crate) struct Assertions(Mutex<HashMap<String, u64>>);

struct Jwt<'a> {
    header: Value,
    claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
}

impl Jwt<'_> {
    fn text(&self, claim: &str) -> &str {
        self.claims[claim].as_str().unwrap_or_default()
    }

    fn seconds(&self, claim: &str) -> u64 {
        self.claims[claim].as_u64().unwrap_or_default()
    }
}

fn parse(assertion: &str) -> Option<Jwt<'_>> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    Some(Jwt {
        header: json(header)?,
        claims: json(claims)?,
        signed,
        signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
    })
}

impl Assertions {
    /// Refuses an assertion that does not prove to be `client`. `endpoint` is the token endpoint that was asked.
    pub(crate) fn verify(
        &self,
        config: &EmulatorConfig,
        issuer: &Issuer,
        endpoint: &str,
        client: &str,
        assertion: &str,
    ) -> Result<(), Refusal> {
        let Some(jwt) = parse(assertion) else {
            return Err(refused(50_027, "JWT token is invalid or malformed."));
        };
        if jwt.text("iss") == issuer.address() {
            return federated(config, issuer, &jwt);
        }
        if jwt.text("iss") != client || jwt.text("sub") != client {
            if jwt.text("iss").starts_with("http") {
                let text = format!(
                    "No matching federated identity record found for presented assertion issuer '{}'.",
                    jwt.text("iss")
                );
                return Err(refused(700_211, text));
            }
            let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(refused(700_021, text));
        }
        signature(config, &jwt)?;
        if jwt.text("aud") != endpoint {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(refused(700_023, text));
        }
        lifetime(&jwt, LONGEST_LIFE)?;
        self.once(&jwt)
    }

    fn once(&self, jwt: &Jwt<'_>) -> Result<(), Refusal> {
        let now = now_seconds();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|_, until| *until > now);
        let id = jwt.text("jti").to_owned();
        if id.is_empty() || taken.insert(id, jwt.seconds("exp") + SKEW).is_some() {
            return Err(refused(
                50_027,
                "The client assertion has no 'jti', or one that was used before.",
            ));
        }
        Ok(())
    }
}

/// The signature by the registered certificate that the header names.
fn signature(config: &EmulatorConfig, jwt: &Jwt<'_>) -> Result<(), Refusal> {
    let thumbprint = jwt.header["x5t#S256"].as_str().unwrap_or_default();
    let registered = config
        .certificates
        .iter()
        .find(|der| URL_SAFE_NO_PAD.encode(digest(&SHA256, der)) == thumbprint);
    let invalid = |reason: &str| {
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}]"
        );
        refused(700_027, text)
    };
    let der = registered.ok_or_else(|| invalid("The key was not found."))?;
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|_| invalid("The key that is registered cannot be read."))?;
    if !certificate.validity().is_valid() {
        return Err(refused(
            1_000_502,
            "The provided certificate is not within its specified validity period.",
        ));
    }
    let key = &certificate.public_key().subject_public_key.data;
    let verified = jwt.header["alg"] == "PS256"
        && UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key)
            .verify(jwt.signed.as_bytes(), &jwt.signature)
            .is_ok();
    if verified {
        Ok(())
    } else {
        Err(invalid("The key used is incorrect."))
    }
}

fn lifetime(jwt: &Jwt<'_>, longest: u64) -> Result<(), Refusal> {
    let (now, from, until) = (now_seconds(), jwt.seconds("nbf"), jwt.seconds("exp"));
    if from > now + SKEW || until + SKEW < now || until <= from || until - from > longest {
        let text = "Client assertion is not within its valid time range.";
        return Err(refused(700_024, text));
    }
    Ok(())
}

/// A token of the issuer that the app's federated credential names.
fn federated(config: &EmulatorConfig, issuer: &Issuer, jwt: &Jwt<'_>) -> Result<(), Refusal> {
    if !issuer.verifies(jwt.signed.as_bytes(), &jwt.signature) {
        return Err(refused(
            50_027,
            "JWT token is invalid or malformed: the signature does not verify.",
        ));
    }
    if jwt.text("aud") != SUBJECT_AUDIENCE {
        let text = format!(
            "No matching federated identity record found for presented assertion audience '{}'.",
            jwt.text("aud")
        );
        return Err(refused(700_212, text));
    }
    if jwt.text("sub") != config.federated_subject {
        let text = format!(
            "No matching federated identity record found for presented assertion subject '{}'.",
            jwt.text("sub")
        );
        return Err(refused(700_213, text));
    }
    lifetime(jwt, 24 * 3600)
}

fn refused(code: u32, text: impl Into<String>) -> Refusal {
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        ..Refusal::bad("invalid_client", code, text)
    }
}
