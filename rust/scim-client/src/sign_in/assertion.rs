//! Client assertions (RFC 7523 section 2.2): a JWT that the certificate's key signs, in place of a secret.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use crate::config::SignIn;
use crate::error::{Error, Kind};
use crate::event::Observer;

/// Seconds that an assertion holds. Entra takes ten minutes at most.
const LIFETIME: u64 = 540;

/// Makes a fresh assertion: a new `jti` each time, since the service may refuse one that it has seen.
pub(crate) async fn make(
    sign_in: &SignIn,
    certificate: &Certificate,
    observer: &dyn Observer,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut id = [0; 16];
    SystemRandom::new().fill(&mut id).map_err(|_| {
        Error::new(
            Kind::InternalError,
            "The system's random number generator failed.",
        )
    })?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": certificate.thumbprint});
    let claims = json!({
        "aud": sign_in.endpoint.as_str(),
        "iss": sign_in.client,
        "sub": sign_in.client,
        "jti": URL_SAFE_NO_PAD.encode(id),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
    });
    let mut text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = certificate.sign(text.as_bytes(), observer).await?;
    // In one go, so that no part of the signed text stays behind in a buffer that grew.
    let mut whole = Zeroizing::new(Vec::with_capacity(text.len() + 1 + signature.len() * 2));
    whole.extend_from_slice(text.as_bytes());
    whole.push(b'.');
    let signature = Zeroizing::new(URL_SAFE_NO_PAD.encode(signature));
    whole.extend_from_slice(signature.as_bytes());
    zeroize::Zeroize::zeroize(&mut text);
    Ok(whole)
}
