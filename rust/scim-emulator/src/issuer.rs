//! An outside issuer of tokens, as GitHub Actions and Azure DevOps have one for their jobs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::config::EmulatorConfig;
use crate::identity::bearer_is;
use crate::query::decode_form;
use crate::wire::{Failure, json_response};
use crate::world::now_seconds;

/// What a federated credential wants as audience.
pub(crate) const SUBJECT_AUDIENCE: &str = "api://AzureADTokenExchange";
/// The bearer token that a job asks with.
pub const JOB_TOKEN: &str = "emulator-job-token";

/// Issues tokens of five minutes, each with a number of its own.
#[derive(Debug)]
pub(crate) struct Issuer {
    address: String,
    key: OnceLock<Option<EcdsaKeyPair>>,
    issued: AtomicU64,
}

impl Issuer {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            address: format!("{authority}/issuer"),
            key: OnceLock::new(),
            issued: AtomicU64::new(0),
        }
    }

    /// What its tokens have as `iss`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    fn key(&self) -> Option<&EcdsaKeyPair> {
        let make = || {
            let random = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).ok()
        };
        self.key.get_or_init(make).as_ref()
    }

    pub(crate) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.key().is_some_and(|key| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref())
                .verify(signed, signature)
                .is_ok()
        })
    }

    /// A token for this subject and audience.
    pub(crate) fn issue(&self, subject: &str, audience: &str) -> Option<String> {
        let now = now_seconds();
        let claims = json!({
            "iss": self.address,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": self.issued.fetch_add(1, Ordering::Relaxed).to_string(),
        });
        let header = json!({"typ": "JWT", "alg": "ES256", "kid": "emulator-issuer"});
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self.key()?.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Answers below `/issuer/`: `github` (GET) and `azure-devops` (POST), as the two document theirs.
    pub(crate) fn answer(
        &self,
        config: &EmulatorConfig,
        method: &Method,
        what: &str,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Response {
        if !bearer_is(headers, JOB_TOKEN) {
            return json_response(
                StatusCode::UNAUTHORIZED,
                &json!({"message": "The job's token is missing or wrong."}),
            );
        }
        let query = decode_form(query.unwrap_or_default().as_bytes());
        let parameter = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let answer = |audience: &str, member: &str| match self.issue(&config.federated_subject, audience) {
            Some(token) => json_response(
                StatusCode::OK,
                &Value::Object([(member.to_owned(), token.into())].into_iter().collect()),
            ),
            None => json_response(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({"message": "No key could be made."}),
            ),
        };
        match (method.as_str(), what) {
            ("GET", "github") => answer(
                parameter("audience").unwrap_or("https://github.com/contoso"),
                "value",
            ),
            ("POST", "azure-devops") if parameter("serviceConnectionId").is_some_and(|id| !id.is_empty()) => {
                answer(SUBJECT_AUDIENCE, "oidcToken")
            }
            _ => Failure::no_such_path(what).into_response(),
        }
    }
}
