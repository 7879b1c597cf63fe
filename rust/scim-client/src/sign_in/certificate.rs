//! Certificates to sign in with: from a PFX or PEM file, whose key signs here, or from a store, whose key never leaves it
//! and is asked for each signature.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::event::{Observer, Question};
use crate::{files, limits};

/// A certificate that can sign.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// The SHA-256 of the certificate, as `x5t#S256` has it (RFC 7515 section 4.1.8).
    pub(crate) thumbprint: String,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Here(Box<RsaKeyPair>),
    /// The caller signs: the key is in a store.
    Asked,
}

/// RSA keys that Entra takes, in bits.
const BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

const ENCRYPTED: [&str; 2] = [
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "-----END ENCRYPTED PRIVATE KEY-----",
];

impl Certificate {
    /// Reads a PFX (PKCS #12) or PEM file with a certificate and its private key.
    pub(crate) fn load(path: &Path, password: &Secret) -> Result<Self, Error> {
        let name = format!("'{}'", path.display());
        let bytes = files::read(path, limits::FILE_BYTES)
            .map_err(|e| unusable(format!("The certificate {name} can't be read: {e}.")))?;
        let bytes = Zeroizing::new(bytes);
        let password = std::str::from_utf8(password.bytes())
            .map_err(|_| unusable(format!("The password of the certificate {name} isn't text.")))?;
        let (key, certificates) = if bytes.windows(10).any(|w| w == b"-----BEGIN") {
            of_pem(&bytes, password, &name)?
        } else {
            of_pfx(&bytes, password, &name)?
        };
        let Some(first) = certificates.first() else {
            return Err(unusable(format!("{name} doesn't contain a certificate.")));
        };
        let Some(key) = key else {
            return Err(unusable(format!(
                "{name} contains a certificate, but not its private key."
            )));
        };
        // Says of the first what is wrong with it before its key is looked at: an elliptic curve, or too few bits.
        check(first, &name)?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unusable(format!("The private key in {name} isn't an RSA key."))),
        };
        let key = key.map_err(|e| unusable(format!("The private key in {name} can't be used: {e}.")))?;
        // The file may hold the chain too, in any order: the one to name is the one whose key this is.
        let own = certificates.iter().find(|certificate| {
            X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| {
                parsed.public_key().subject_public_key.data.as_ref() == key.public_key().as_ref()
            })
        });
        let own = own.ok_or_else(|| {
            unusable(format!(
                "The private key in {name} doesn't match any certificate in it."
            ))
        })?;
        check(own, &name)?;
        Ok(Self {
            thumbprint: thumbprint(own),
            key: Key::Here(Box::new(key)),
        })
    }

    /// A certificate whose key the caller holds; `der` is the certificate alone.
    pub(crate) fn asked(der: &[u8]) -> Result<Self, Error> {
        check(der, "given")?;
        Ok(Self {
            thumbprint: thumbprint(der),
            key: Key::Asked,
        })
    }

    /// Whether a signature has to be asked for.
    pub(crate) fn asks(&self) -> bool {
        matches!(self.key, Key::Asked)
    }

    /// Signs by PS256 (RFC 7518 section 3.5).
    pub(crate) async fn sign(&self, text: &[u8], observer: &dyn Observer) -> Result<Vec<u8>, Error> {
        match &self.key {
            Key::Here(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), text, &mut signature)
                    .map_err(|_| {
                        Error::new(
                            Kind::InternalError,
                            "The certificate's private key didn't return a signature.",
                        )
                    })?;
                Ok(signature)
            }
            Key::Asked => {
                let answer = observer.ask(Question::Signature(text.to_vec())).await?;
                Ok(answer.bytes().to_vec())
            }
        }
    }
}

/// A key, where there is one, and certificates in DER.
pub(crate) type Found = (Option<PrivateKeyDer<'static>>, Vec<Vec<u8>>);

pub(crate) fn of_pem(bytes: &[u8], password: &str, name: &str) -> Result<Found, Error> {
    let broken = |e: &dyn std::fmt::Display| unusable(format!("{name} isn't a valid PEM file: {e}."));
    let certificates = CertificateDer::pem_slice_iter(bytes)
        .map(|found| found.map(|der| der.as_ref().to_vec()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| broken(&e))?;
    let text = std::str::from_utf8(bytes).map_err(|e| broken(&e))?;
    if let Some((_, rest)) = text.split_once(ENCRYPTED[0]) {
        let end = rest
            .find(ENCRYPTED[1])
            .ok_or_else(|| broken(&"the private key has no end line"))?;
        let section = Zeroizing::new(format!("{}{}{}\n", ENCRYPTED[0], &rest[..end], ENCRYPTED[1]));
        let (_, document) = pkcs8::SecretDocument::from_pem(&section).map_err(|e| broken(&e))?;
        let key = pkcs8::EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
            .map_err(|e| broken(&e))?
            .decrypt(password)
            .map_err(|_| wrong_password(name))?;
        let key = PrivateKeyDer::Pkcs8(key.as_bytes().to_vec().into());
        return Ok((Some(key), certificates));
    }
    match PrivateKeyDer::from_pem_slice(bytes) {
        Ok(key) => Ok((Some(key), certificates)),
        Err(rustls_pki_types::pem::Error::NoItemsFound) => Ok((None, certificates)),
        Err(e) => Err(broken(&e)),
    }
}

pub(crate) fn of_pfx(bytes: &[u8], password: &str, name: &str) -> Result<Found, Error> {
    let archive = p12_keystore::Pkcs12Archive::from_pkcs12(bytes, password).map_err(|e| match e {
        p12_keystore::error::Error::MacError(_) => wrong_password(name),
        e => unusable(format!("{name} isn't a valid PFX or PEM file: {e}.")),
    })?;
    let key = archive.keys.first();
    Ok((
        key.map(|bag| PrivateKeyDer::Pkcs8(bag.key.as_der().to_vec().into())),
        archive
            .certs
            .iter()
            .map(|bag| bag.cert.as_der().to_vec())
            .collect(),
    ))
}

/// Refuses what Entra would refuse, before it is asked.
fn check(der: &[u8], name: &str) -> Result<(), Error> {
    let (_, certificate) = X509Certificate::from_der(der)
        .map_err(|e| unusable(format!("The certificate {name} can't be read: {e}.")))?;
    let subject = certificate.subject().to_string();
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) if BITS.contains(&key.key_size()) => {}
        Ok(PublicKey::RSA(key)) => {
            return Err(unusable(format!(
                "The certificate {name} ({subject}) has an RSA key of {} bits. PSScim supports 2048 to 4096 bits.",
                key.key_size()
            )));
        }
        Ok(PublicKey::EC(_)) => {
            return Err(unusable(format!(
                "The certificate {name} ({subject}) has an elliptic-curve key. Entra supports only RSA keys."
            )));
        }
        _ => {
            return Err(unusable(format!(
                "The certificate {name} ({subject}) doesn't have an RSA key."
            )));
        }
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() as i64);
    let validity = certificate.validity();
    if now < validity.not_before.timestamp() {
        return Err(unusable(format!(
            "The certificate {name} ({subject}) isn't valid until {}.",
            validity.not_before
        )));
    }
    if now > validity.not_after.timestamp() {
        return Err(unusable(format!(
            "The certificate {name} ({subject}) has expired: it was valid until {}.",
            validity.not_after
        )));
    }
    Ok(())
}

fn thumbprint(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, der))
}

fn wrong_password(name: &str) -> Error {
    unusable(format!("The password of {name} is wrong."))
}

fn unusable(message: String) -> Error {
    Error::new(Kind::CertificateUnusable, message)
}
