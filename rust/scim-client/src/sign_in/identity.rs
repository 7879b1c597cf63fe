//! Managed identities: the endpoint that Azure puts beside a workload gives its tokens, without any secret to keep. Which
//! one it is, the environment tells, in the order of Azure.Identity's ManagedIdentityCredential.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::variables::Variables;
use super::{arc, imds};
use crate::address::{Transport, address};
use crate::config::{Config, Secret, invalid};
use crate::error::{Error, Kind};
use crate::http::{self, Answer, Exchange};

/// A managed identity endpoint.
#[derive(Debug)]
pub(crate) struct Identity {
    kind: Place,
    url: Url,
    /// Whether the endpoint has answered once: from then on it is known to be there.
    seen: std::sync::atomic::AtomicBool,
}

#[derive(Debug)]
enum Place {
    /// App Service, Functions, Automation, Container Apps; the secret goes into `X-IDENTITY-HEADER`.
    AppService(Secret),
    /// The same, of 2017.
    AppService2017(Secret),
    /// Azure Arc; key files are read from this folder only.
    Arc(PathBuf),
    /// The metadata service; a second is one, but for tests.
    Imds(Duration),
}

impl Identity {
    /// Finds the endpoint of the machine that this process runs on. Sends nothing.
    pub(crate) fn find(variables: &Variables, resource: &str, config: &Config) -> Result<Self, Error> {
        let client = config.client_id.as_deref();
        let endpoint = variables.get("IDENTITY_ENDPOINT");
        let (name, text, version, kind) = if let (Some(url), Some(header)) =
            (endpoint, variables.get("IDENTITY_HEADER"))
        {
            if variables.get("IDENTITY_SERVER_THUMBPRINT").is_some() {
                return Err(unavailable(
                    "PSScim doesn't support the managed identities of Azure Service Fabric.",
                ));
            }
            (
                "IDENTITY_ENDPOINT",
                url.to_owned(),
                "2019-08-01",
                Place::AppService(secret(header)),
            )
        } else if let (Some(url), Some(header)) = (variables.get("MSI_ENDPOINT"), variables.get("MSI_SECRET"))
        {
            (
                "MSI_ENDPOINT",
                url.to_owned(),
                "2017-09-01",
                Place::AppService2017(secret(header)),
            )
        } else if variables.get("MSI_ENDPOINT").is_some() {
            return Err(unavailable(
                "Azure Cloud Shell provides only tokens for its user, but Entra's SCIM API requires tokens for an application.",
            ));
        } else if let (Some(url), Some(_)) = (endpoint, variables.get("IMDS_ENDPOINT")) {
            if client.is_some() {
                return Err(invalid(
                    "-ClientId selects a user-assigned identity, but Azure Arc has only a system-assigned one. Remove -ClientId.",
                ));
            }
            let folder = config.arc_key_folder.clone();
            let folder = folder.unwrap_or_else(|| arc::documented_folder(variables));
            (
                "IDENTITY_ENDPOINT",
                url.to_owned(),
                "2020-06-01",
                Place::Arc(folder),
            )
        } else {
            let host = variables
                .get("AZURE_POD_IDENTITY_AUTHORITY_HOST")
                .unwrap_or(imds::ADDRESS);
            let url = format!("{}/metadata/identity/oauth2/token", host.trim_end_matches('/'));
            (
                "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                url,
                "2018-02-01",
                Place::Imds(config.imds_second.unwrap_or(Duration::from_secs(1))),
            )
        };
        let mut url = address(&text, name, Transport::IdentityEndpoint)?;
        url.query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        if let Some(client) = client {
            let parameter = if matches!(kind, Place::AppService2017(_)) {
                "clientid"
            } else {
                "client_id"
            };
            url.query_pairs_mut().append_pair(parameter, client);
        }
        Ok(Self {
            kind,
            url,
            seen: false.into(),
        })
    }

    /// The endpoint's address, without what is asked of it.
    pub(crate) fn host(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Asks for a token; the answer is the endpoint's, whatever its status. `on` goes past any proxy.
    pub(crate) async fn request(&self, on: &Exchange<'_>) -> Result<Answer, Error> {
        use std::sync::atomic::Ordering::Relaxed;
        let what = format!(
            "the token request to the managed identity endpoint {}",
            self.host()
        );
        let get = || {
            on.http
                .get(self.url.clone())
                .header(http::ACCEPT, "application/json")
        };
        let answer = match &self.kind {
            Place::AppService(header) => {
                let request = get().header("X-IDENTITY-HEADER", header_value(header)?);
                on.until_answered(request, &what, http::is_passing_status).await?
            }
            Place::AppService2017(header) => {
                let request = get().header("Secret", header_value(header)?);
                on.until_answered(request, &what, http::is_passing_status).await?
            }
            Place::Arc(folder) => {
                let request = get().header("Metadata", "true");
                let challenge = on.until_answered(request, &what, http::is_passing_status).await?;
                if challenge.status == 401 {
                    let key = arc::key(challenge.challenge.as_deref(), folder)?;
                    let key = std::str::from_utf8(&key).unwrap_or_default();
                    let request = get()
                        .header("Metadata", "true")
                        .header(http::AUTHORIZATION, http::credentials("Basic", key)?);
                    on.until_answered(request, &what, http::is_passing_status).await?
                } else {
                    challenge
                }
            }
            Place::Imds(second) => {
                if !self.seen.load(Relaxed) {
                    imds::probe(get(), &what, on).await?;
                }
                imds::ask(|| get().header("Metadata", "true"), &what, on, *second).await?
            }
        };
        self.seen.store(true, Relaxed);
        Ok(answer)
    }
}

fn header_value(secret: &Secret) -> Result<reqwest::header::HeaderValue, Error> {
    let mut value = reqwest::header::HeaderValue::from_bytes(secret.bytes()).map_err(|_| {
        invalid("The environment variable with the identity header contains characters that aren't allowed in a header.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

pub(super) fn unavailable(message: impl Into<String>) -> Error {
    Error::new(Kind::ManagedIdentityUnavailable, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_the_place() {
        let place = |block: &str| {
            let variables = Variables::new(Secret::new(block.replace('|', "\0").into_bytes()));
            let found =
                Identity::find(&variables, "https://graph.microsoft.com", &Config::default()).unwrap();
            (format!("{:?}", found.kind), found.url.to_string())
        };
        let (kind, url) = place(
            "IDENTITY_ENDPOINT=http://127.0.0.1:41/x|IDENTITY_HEADER=h|MSI_ENDPOINT=http://127.0.0.1|MSI_SECRET=s",
        );
        assert!(kind.starts_with("AppService("));
        assert!(url.starts_with("http://127.0.0.1:41/x?api-version=2019-08-01&resource=https%3A%2F%2Fgraph"));
        assert!(
            place("MSI_ENDPOINT=http://127.0.0.1|MSI_SECRET=s")
                .0
                .starts_with("AppService2017")
        );
        assert!(
            place("IDENTITY_ENDPOINT=http://127.0.0.1|IMDS_ENDPOINT=y")
                .0
                .starts_with("Arc")
        );
        let refused = |block: &str| {
            let variables = Variables::new(Secret::new(block.replace('|', "\0").into_bytes()));
            let error = Identity::find(&variables, "r", &Config::default()).unwrap_err();
            assert_eq!(error.kind(), Kind::ManagedIdentityUnavailable);
            error.to_string()
        };
        let fabric = "IDENTITY_ENDPOINT=https://127.0.0.1|IDENTITY_HEADER=h|IDENTITY_SERVER_THUMBPRINT=t|MSI_ENDPOINT=x";
        assert!(refused(fabric).contains("Service Fabric"));
        let shell = "MSI_ENDPOINT=http://127.0.0.1|IDENTITY_ENDPOINT=http://127.0.0.1|IMDS_ENDPOINT=y";
        assert!(refused(shell).contains("Cloud Shell"));
        let (kind, url) = place("");
        assert_eq!(kind, "Imds(1s)");
        assert!(
            url.starts_with("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01")
        );
    }
}
