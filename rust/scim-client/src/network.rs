//! How a server is reached and trusted: proxies, certificate authorities, and the certificate that we show in TLS.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivateKeyDer;
use serde::Deserialize;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::proxy::{self, PROXY_VARIABLES, Proxies};
use crate::resolver::Resolver;
use crate::sign_in::{Found, Variables, of_pem, of_pfx};
use crate::{files, limits};

/// The proxy's password, among the secrets of the network.
pub(crate) const PROXY_PASSWORD: &str = "proxyPassword";
/// The password of `client_certificate_path`.
const CLIENT_CERTIFICATE_PASSWORD: &str = "clientCertificatePassword";
/// A client certificate with its key, in place of a file: an unprotected PFX in base64.
const CLIENT_CERTIFICATE: &str = "clientCertificate";

/// What the caller says of the network.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// The proxy for every address, in place of the environment's or the operating system's.
    pub proxy: Option<String>,
    /// As whom to appear to the proxy; the password is among the secrets.
    pub proxy_user_name: Option<String>,
    /// No proxy at all.
    pub no_proxy: bool,
    /// Whether the secrets hold the environment's proxy variables, so that the process's own are not asked.
    pub variables_given: bool,
    /// Certificates in PEM form, of authorities that are trusted besides the operating system's.
    pub certificate_authority: Option<String>,
    /// Files of such certificates.
    pub certificate_authority_files: Vec<String>,
    /// Trusts whoever answers.
    pub skip_certificate_check: bool,
    /// A PFX or PEM file with the certificate and key to show to a server that asks for one in TLS.
    pub client_certificate_path: Option<String>,
    /// Who finds the addresses of names, in place of the operating system: for tests, and never across the ABI.
    #[serde(skip)]
    pub resolver: Option<Resolver>,
}

/// To whom a client talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// The SCIM service: all that the caller said holds.
    Service,
    /// A sign-in host that everyone shares: no check is skipped, and no client certificate shown.
    SignInHost,
    /// An endpoint beside the workload, which no proxy can reach.
    Neighbour,
}

/// The same, checked.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) proxies: Proxies,
    authorities: Vec<reqwest::Certificate>,
    skip_check: bool,
    client_certificate: Option<reqwest::Identity>,
    resolver: Option<Resolver>,
}

/// Every password among the secrets of the network.
pub(crate) fn each_secret(secrets: &Secret, mut add: impl FnMut(&[u8])) {
    let secrets = Variables::new(secrets.clone());
    for name in [PROXY_PASSWORD, CLIENT_CERTIFICATE_PASSWORD] {
        add(secrets.verbatim(name).unwrap_or_default());
    }
    for name in PROXY_VARIABLES {
        if let Some(password) = secrets.get(name).and_then(proxy::password_in) {
            add(password.as_bytes());
        }
    }
}

impl Network {
    /// # Errors
    /// `InvalidConfiguration`, `CertificateAuthorityUnusable`, `ClientCertificateUnusable`.
    pub(crate) fn new(config: &NetworkConfig, secrets: Secret) -> Result<Self, Error> {
        let secrets = Variables::new(secrets);
        Ok(Self {
            proxies: Proxies::new(config, &secrets)?,
            authorities: authorities(config)?,
            skip_check: config.skip_certificate_check,
            client_certificate: client_certificate(config, &secrets)?,
            resolver: config.resolver.clone(),
        })
    }

    /// Whether a sign-in host is met in another way than the service.
    pub(crate) fn tells_peers_apart(&self) -> bool {
        self.skip_check || self.client_certificate.is_some()
    }

    pub(crate) fn apply(&self, builder: reqwest::ClientBuilder, peer: Peer) -> reqwest::ClientBuilder {
        let builder = match peer {
            Peer::Neighbour => builder.no_proxy(),
            _ => self.proxies.apply(builder),
        };
        let mut builder = builder
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .tls_certs_merge(self.authorities.iter().cloned());
        if let Some(resolver) = &self.resolver {
            builder = builder.dns_resolver(resolver.asked());
        }
        if peer == Peer::Service {
            builder = builder.tls_danger_accept_invalid_certs(self.skip_check);
            if let Some(identity) = &self.client_certificate {
                builder = builder.identity(identity.clone());
            }
        }
        builder
    }
}

fn authorities(config: &NetworkConfig) -> Result<Vec<reqwest::Certificate>, Error> {
    let mut all = Vec::new();
    for path in &config.certificate_authority_files {
        let bytes = files::read(Path::new(path), limits::FILE_BYTES).map_err(|e| {
            authority(format!(
                "The -CertificateAuthority file '{path}' can't be read: {e}."
            ))
        })?;
        all.append(&mut of_bundle(
            &bytes,
            &format!("The -CertificateAuthority file '{path}'"),
        )?);
    }
    if let Some(pem) = &config.certificate_authority {
        all.append(&mut of_bundle(pem.as_bytes(), "-CertificateAuthority")?);
    }
    if cfg!(target_os = "macos") && !all.is_empty() {
        let message = "-CertificateAuthority isn't supported on macOS, where the keychain decides which certificates are trusted.";
        return Err(authority(message.to_owned())
            .with(|d| d.advice = "Add the certificate to the keychain, and mark it as trusted.".to_owned()));
    }
    Ok(all)
}

fn of_bundle(bytes: &[u8], name: &str) -> Result<Vec<reqwest::Certificate>, Error> {
    match reqwest::Certificate::from_pem_bundle(bytes) {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) if X509Certificate::from_der(bytes).is_ok() => Err(authority(format!(
            "{name} contains a certificate in DER format, but PEM is required."
        ))),
        Ok(_) => Err(authority(format!("{name} doesn't contain a PEM certificate."))),
        Err(_) => Err(authority(format!(
            "{name} contains a PEM certificate that can't be read."
        ))),
    }
}

fn authority(message: String) -> Error {
    Error::new(Kind::CertificateAuthorityUnusable, message)
}

fn client_certificate(
    config: &NetworkConfig,
    secrets: &Variables,
) -> Result<Option<reqwest::Identity>, Error> {
    let text = |name| {
        std::str::from_utf8(secrets.verbatim(name).unwrap_or_default())
            .map_err(|_| unusable(format!("{name} isn't text.")))
    };
    let (found, name) = if let Some(path) = &config.client_certificate_path {
        let name = format!("'{path}'");
        let bytes = files::read(Path::new(path), limits::FILE_BYTES)
            .map_err(|e| unusable(format!("The client certificate {name} can't be read: {e}.")))?;
        let bytes = Zeroizing::new(bytes);
        let password = text(CLIENT_CERTIFICATE_PASSWORD)?;
        let found = if bytes.windows(10).any(|w| w == b"-----BEGIN") {
            of_pem(&bytes, password, &name)
        } else {
            of_pfx(&bytes, password, &name)
        };
        (found, name)
    } else {
        let encoded = text(CLIENT_CERTIFICATE)?;
        if encoded.is_empty() {
            return Ok(None);
        }
        let name = "The client certificate".to_owned();
        let bytes = STANDARD
            .decode(encoded)
            .map_err(|e| unusable(format!("{name} can't be read: {e}.")))?;
        (of_pfx(&Zeroizing::new(bytes), "", &name), name)
    };
    // Read as those for sign-in are, and told as what it is.
    let found = found.map_err(|e| unusable(e.to_string()))?;
    identity(found, &name).map(Some)
}

/// The certificate that belongs to the key first, then those that vouch for it, all in PEM form.
fn identity((key, mut certificates): Found, name: &str) -> Result<reqwest::Identity, Error> {
    let key = key.ok_or_else(|| unusable(format!("{name} doesn't contain a private key.")))?;
    let signing = rustls::crypto::ring::sign::any_supported_type(&key)
        .map_err(|e| unusable(format!("The private key in {name} can't be used for TLS: {e}.")))?;
    let public = signing.public_key();
    let own = certificates.iter().position(|der| {
        let parsed = X509Certificate::from_der(der);
        parsed.is_ok_and(|(_, c)| public.as_deref() == Some(c.public_key().raw))
    });
    let Some(own) = own else {
        return Err(unusable(format!(
            "{name} doesn't contain the certificate of its private key."
        )));
    };
    certificates.swap(0, own);
    validity(&certificates[0], name)?;
    let (label, der) = match &key {
        PrivateKeyDer::Pkcs1(key) => ("RSA PRIVATE KEY", key.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(key) => ("EC PRIVATE KEY", key.secret_sec1_der()),
        _ => ("PRIVATE KEY", key.secret_der()),
    };
    let mut pem = Zeroizing::new(String::with_capacity(
        2 * (der.len() + certificates.iter().map(Vec::len).sum::<usize>()) + 1024,
    ));
    section(&mut pem, label, der);
    for certificate in &certificates {
        section(&mut pem, "CERTIFICATE", certificate);
    }
    reqwest::Identity::from_pem(pem.as_bytes())
        .map_err(|e| unusable(format!("{name} can't be used for TLS: {e}.")))
}

fn section(pem: &mut String, label: &str, der: &[u8]) {
    let encoded = Zeroizing::new(STANDARD.encode(der));
    for part in [
        "-----BEGIN ",
        label,
        "-----\n",
        &encoded,
        "\n-----END ",
        label,
        "-----\n",
    ] {
        pem.push_str(part);
    }
}

fn validity(der: &[u8], name: &str) -> Result<(), Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let until = X509Certificate::from_der(der)
        .ok()
        .map(|(_, c)| c.validity().not_after);
    match until {
        Some(until) if until.timestamp() < now.as_secs() as i64 => Err(unusable(format!(
            "{name} has expired: it was valid until {until}."
        ))),
        _ => Ok(()),
    }
}

fn unusable(message: String) -> Error {
    Error::new(Kind::ClientCertificateUnusable, message)
}
