//! What a connection is made of, checked before anything is sent.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::address::{Transport, address};
use crate::cloud::{CLOUDS, Cloud, ENTRA_PRICE, Service};
use crate::compatibility::{Compatibility, Insistence};
use crate::error::{Error, Kind};
use crate::network::{self, Network, NetworkConfig};
use crate::redact::Known;
pub use crate::secret::{Secret, Secrets};
use crate::sign_in::{self, Credential};
use crate::trace::Trace;

/// What the caller gives. Crosses the ABI as JSON; secrets cross apart from it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// `Global`, `USGov`, `USGovDoD` or `China`; Global when left out.
    pub environment: Option<String>,
    /// The SCIM base URI. Left out: the cloud's.
    pub base_uri: Option<String>,
    /// The sign-in host. Left out: the cloud's.
    pub authority: Option<String>,
    /// The directory's id or one of its domain names.
    pub tenant_id: Option<String>,
    /// The application's id.
    pub client_id: Option<String>,
    /// What the token is for. Left out: the cloud's.
    pub scope: Option<String>,
    /// What the secret is.
    pub credential: CredentialKind,
    /// The PFX or PEM file of `Certificate`.
    pub certificate_path: Option<String>,
    /// The certificate of `CertificateInStore`, without its key: DER in base64.
    pub certificate: Option<String>,
    /// The file of `FederatedTokenFile`.
    pub federated_token_file: Option<String>,
    /// The service connection of `AzureDevOps`.
    pub service_connection_id: Option<String>,
    /// The user name of `Basic`.
    pub user_name: Option<String>,
    /// Whether the caller says that a server on another machine doesn't authenticate.
    pub anonymous: bool,
    /// Lets tokens and passwords travel unencrypted to other machines.
    pub allow_unencrypted_authentication: bool,
    /// Where Azure Arc's key files are, in place of the documented folder: for tests, and never across the ABI.
    #[serde(skip)]
    pub arc_key_folder: Option<std::path::PathBuf>,
    /// How long a second is for the pauses that the metadata service's documentation asks for: for tests, likewise.
    #[serde(skip)]
    pub imds_second: Option<Duration>,
    /// Whether Entra's rules and prices hold. Left out: they do where `base_uri` ends as Entra's addresses do.
    pub entra: Option<bool>,
    /// US dollars for a billed request. Left out: Entra's price, or none elsewhere.
    pub price_per_request: Option<f64>,
    /// Requests that may be sent at most.
    pub request_budget: Option<u64>,
    /// Seconds that a request may take. 100 when left out, as with Invoke-RestMethod.
    pub timeout_seconds: Option<u64>,
    /// Times that a request is repeated at most. 5 when left out.
    pub maximum_retry_count: Option<u32>,
    /// Milliseconds of the first pause before a retry; it doubles each time. 500 when left out.
    pub retry_interval_milliseconds: Option<u64>,
    /// Seconds that all the pauses of one request may take together. 300 when left out.
    pub retry_budget_seconds: Option<u64>,
    /// Seconds without a byte from the server after which a request counts as lost. 60 when left out.
    pub stall_timeout_seconds: Option<u64>,
    /// How the server is reached and trusted.
    pub network: NetworkConfig,
    /// A file into which every request and answer is written, without secrets.
    pub trace_path: Option<std::path::PathBuf>,
    /// What the server insists on besides the RFCs.
    pub compatibility: Vec<Compatibility>,
    /// Whether the caller means to connect to the emulator. Left out, a warning says when a connection leads there.
    pub emulator: bool,
    /// What to call ourselves, in front of PSScim's own name.
    pub user_agent: Option<String>,
}

/// How all of Entra's SCIM addresses end, and nobody else's: a gateway or an emulator in front of it included.
const ENTRA_PATH: &str = "/rp/scim";

/// How to come by a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CredentialKind {
    /// The secret is an access token.
    #[default]
    AccessToken,
    /// The secret is a client secret (OAuth 2.0 client credentials, RFC 6749 section 4.4).
    ClientSecret,
    /// A certificate with its key, from a file; the secret is the file's password.
    Certificate,
    /// A certificate whose key the caller holds, who is asked for each signature.
    CertificateInStore,
    /// The secret is a token of another issuer.
    FederatedToken,
    /// A file holds a token of another issuer.
    FederatedTokenFile,
    /// GitHub gives the token of another issuer. The secret is a block of environment variables, `NAME=value` with a
    /// NUL behind each; the same for the four below that read the environment.
    #[serde(rename = "gitHubActions")]
    GitHubActions,
    /// Azure DevOps gives it.
    AzureDevOps,
    /// A managed identity.
    Identity,
    /// What the AZURE_ variables say.
    EnvironmentVariable,
    /// The caller is asked for a token whenever one is needed.
    AccessTokenProvider,
    /// The secret is a password (RFC 7617).
    Basic,
    /// There is no sign-in. A server on another machine needs [`Config::anonymous`] as well.
    Anonymous,
}

/// A checked configuration.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) service: Service,
    pub(crate) environment: Option<&'static str>,
    /// Without a slash at its end.
    pub(crate) base: Url,
    pub(crate) scope: String,
    pub(crate) credential: Option<Credential>,
    pub(crate) price: f64,
    pub(crate) budget: Option<u64>,
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
    /// Whether the caller chose the number.
    pub(crate) counts_all_retries: bool,
    pub(crate) retry_interval: Duration,
    pub(crate) retry_budget: Duration,
    pub(crate) stall: Duration,
    pub(crate) network: Network,
    pub(crate) compatibility: Insistence,
    /// Whether the sign-in host is one that the caller named.
    pub(crate) own_authority: bool,
    pub(crate) user_agent: String,
    pub(crate) trace: Option<Arc<Trace>>,
    pub(crate) is_emulator: bool,
    /// What must not be shown, whoever sends it back.
    pub(crate) known: Arc<Known>,
}

/// Where and as whom to get a token.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// `{authority}/{tenant}/oauth2/v2.0/token`
    pub(crate) endpoint: Url,
    pub(crate) authority: String,
    pub(crate) tenant: String,
    pub(crate) client: String,
    pub(crate) scope: String,
}

impl Config {
    pub(crate) fn check(self, secrets: Secrets) -> Result<Settings, Error> {
        let cloud = cloud(self.environment.as_deref())?;
        let base = match &self.base_uri {
            Some(text) => address(text, "-BaseUri", self.transport())?,
            None => address(cloud.base_uri, "the cloud", Transport::Encrypted)?,
        };
        let entra = self
            .entra
            .unwrap_or_else(|| base.path().trim_end_matches('/').ends_with(ENTRA_PATH));
        let service = if entra { Service::Entra } else { Service::Generic };
        self.refuse_useless()?;
        let network = Network::new(&self.network, secrets.network.clone())?;
        network.proxies.check(&base)?;
        let known = Arc::new(Known::default());
        sign_in::each_secret(self.credential, &secrets.sign_in, |secret| known.add(secret));
        network::each_secret(&secrets.network, |secret| known.add(secret));
        let credential = Credential::new(&self, cloud, secrets.sign_in)?;
        let user_agent = [
            self.user_agent.as_deref(),
            Some(concat!("PSScim/", env!("CARGO_PKG_VERSION"))),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
        Ok(Settings {
            service,
            environment: (entra && self.base_uri.is_none()).then_some(cloud.name),
            base,
            scope: self.scope.unwrap_or_else(|| cloud.scope.to_owned()),
            credential: Some(credential),
            price: self
                .price_per_request
                .unwrap_or(if entra { ENTRA_PRICE } else { 0.0 }),
            budget: self.request_budget,
            timeout: Duration::from_secs(self.timeout_seconds.unwrap_or(100).max(1)),
            retries: self.maximum_retry_count.unwrap_or(5),
            counts_all_retries: self.maximum_retry_count.is_some(),
            retry_interval: Duration::from_millis(self.retry_interval_milliseconds.unwrap_or(500).max(1)),
            retry_budget: Duration::from_secs(self.retry_budget_seconds.unwrap_or(300)),
            stall: Duration::from_secs(self.stall_timeout_seconds.unwrap_or(60).max(1)),
            network,
            own_authority: self.authority.is_some(),
            compatibility: Insistence(self.compatibility),
            user_agent,
            trace: self
                .trace_path
                .as_deref()
                .map(Trace::open)
                .transpose()?
                .map(Arc::new),
            is_emulator: self.emulator,
            known,
        })
    }

    /// A parameter that the credential has no use for is a mistake that would otherwise show as another error, far away.
    fn refuse_useless(&self) -> Result<(), Error> {
        use CredentialKind::{AccessToken, AccessTokenProvider, Anonymous, Basic, Identity};
        let basic = matches!(self.credential, Basic | Anonymous);
        let signs_in = !matches!(
            self.credential,
            AccessToken | AccessTokenProvider | Identity | Basic | Anonymous
        );
        for (given, useful, parameter) in [
            (self.authority.is_some(), signs_in, "-Authority"),
            (self.scope.is_some(), !basic, "-Scope"),
            (self.environment.is_some(), !basic, "-Environment"),
        ] {
            if given && !useful {
                return Err(invalid(format!(
                    "{parameter} can't be used with this way to sign in. Remove it."
                )));
            }
        }
        Ok(())
    }

    fn transport(&self) -> Transport {
        if self.allow_unencrypted_authentication {
            Transport::Any
        } else {
            Transport::Encrypted
        }
    }

    /// Where and as whom to get a token; `host` is the sign-in host that the environment names.
    pub(crate) fn sign_in(&self, cloud: &Cloud, host: Option<&str>) -> Result<SignIn, Error> {
        let tenant = required(self.tenant_id.as_deref(), "-TenantId")?;
        let client = required(self.client_id.as_deref(), "-ClientId")?;
        if !tenant
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        {
            return Err(invalid(format!(
                "-TenantId '{tenant}' isn't a GUID or a domain name."
            )));
        }
        let authority = self.authority.as_deref().or(host).unwrap_or(cloud.authority);
        let mut endpoint = address(authority, "-Authority", self.transport())?;
        let path = format!(
            "{}/{tenant}/oauth2/v2.0/token",
            endpoint.path().trim_end_matches('/')
        );
        endpoint.set_path(&path);
        Ok(SignIn {
            endpoint,
            authority: authority.trim_end_matches('/').to_owned(),
            tenant: tenant.to_owned(),
            client: client.to_owned(),
            scope: self.scope.as_deref().unwrap_or(cloud.scope).to_owned(),
        })
    }
}

fn cloud(name: Option<&str>) -> Result<&'static Cloud, Error> {
    let Some(name) = name else { return Ok(&CLOUDS[0]) };
    CLOUDS
        .iter()
        .find(|c| c.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let names: Vec<_> = CLOUDS.iter().map(|c| c.name).collect();
            invalid(format!(
                "-Environment '{name}' isn't a known cloud. Use {}.",
                names.join(", ")
            ))
        })
}

pub(crate) fn required<'a>(value: Option<&'a str>, parameter: &str) -> Result<&'a str, Error> {
    match value.map(str::trim) {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(invalid(format!("{parameter} is missing."))),
    }
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Kind::InvalidConfiguration, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut Config)) -> Result<Settings, Error> {
        let mut config = Config {
            tenant_id: Some("contoso.onmicrosoft.com".to_owned()),
            client_id: Some("c".to_owned()),
            credential: CredentialKind::ClientSecret,
            ..Config::default()
        };
        change(&mut config);
        config.check(Secret::new(b"s".to_vec()).into())
    }

    #[test]
    fn each_cloud_has_its_addresses() {
        let global = check(|_| ()).unwrap();
        assert_eq!(global.base.as_str(), "https://graph.microsoft.com/rp/scim");
        assert_eq!(
            (global.service, global.environment, global.price),
            (Service::Entra, Some("Global"), 0.002)
        );
        let dod = check(|c| c.environment = Some("usgovdod".to_owned())).unwrap();
        let Some(Credential::Client(sign_in, _)) = dod.credential else {
            unreachable!("a client secret signs a client in");
        };
        assert_eq!(
            sign_in.endpoint.as_str(),
            "https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token"
        );
        assert_eq!(sign_in.scope, "https://dod-graph.microsoft.us/.default");
        assert!(check(|c| c.environment = Some("Mars".to_owned())).is_err());
    }

    #[test]
    fn another_server_is_free_of_charge() {
        let other = check(|c| c.base_uri = Some("https://scim.example.org/v2/".to_owned())).unwrap();
        assert_eq!(
            (other.service, other.environment, other.price),
            (Service::Generic, None, 0.0)
        );
    }

    #[test]
    fn a_parameter_that_the_credential_has_no_use_for_is_refused() {
        let refused = |credential, change: fn(&mut Config)| {
            check(|c| {
                c.base_uri = Some("https://scim.example.org".to_owned());
                c.credential = credential;
                c.user_name = Some("u".to_owned());
                change(c);
            })
            .is_err()
        };
        for credential in [
            CredentialKind::AccessToken,
            CredentialKind::AccessTokenProvider,
            CredentialKind::Identity,
            CredentialKind::Basic,
        ] {
            assert!(!refused(credential, |_| ()));
            assert!(refused(credential, |c| c.authority =
                Some("https://login.example.org".to_owned())));
        }
        assert!(refused(CredentialKind::Basic, |c| c.scope = Some("s".to_owned())));
        assert!(refused(CredentialKind::Basic, |c| c.environment =
            Some("China".to_owned())));
    }

    #[test]
    fn a_tenant_is_no_path_and_only_who_insists_goes_unencrypted() {
        assert!(check(|c| c.tenant_id = Some("a/../b".to_owned())).is_err());
        let unencrypted = |insists| {
            check(|c| {
                c.base_uri = Some("http://scim.example.org".to_owned());
                c.authority = Some("http://login.example.org".to_owned());
                c.allow_unencrypted_authentication = insists;
            })
        };
        assert_eq!(unencrypted(false).unwrap_err().kind(), Kind::UnencryptedTransport);
        assert!(unencrypted(true).is_ok());
    }
}
