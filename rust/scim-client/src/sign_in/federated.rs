//! Tokens of another issuer in place of a secret (workload identity federation): given, read from a file, or asked of
//! GitHub Actions or Azure DevOps. Read or asked for anew at each sign-in, since they live for minutes.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;
use zeroize::{Zeroize, Zeroizing};

use super::variables::Variables;
use crate::address::{Transport, address};
use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::http::{self, Exchange};
use crate::{files, limits};

/// What Entra wants an outside token to be made for.
const AUDIENCE: &str = "api://AzureADTokenExchange";
const AZURE_DEVOPS_VERSION: &str = "7.1";

/// Where the outside token comes from.
#[derive(Debug)]
pub(crate) enum Federated {
    Given(Secret),
    File(PathBuf),
    GitHub { url: Url, bearer: Secret },
    AzureDevOps { url: Url, bearer: Secret },
}

#[derive(Deserialize)]
struct Issued {
    #[serde(alias = "oidcToken")]
    value: String,
}

impl Drop for Issued {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl Federated {
    /// The token endpoint of the GitHub Actions job that this process runs in.
    pub(crate) fn github(variables: &Variables) -> Result<Self, Error> {
        let why = "To use -GitHubActions, add 'permissions: id-token: write' to the job";
        let text = variables.required("ACTIONS_ID_TOKEN_REQUEST_URL", why)?;
        let mut url = address(text, "ACTIONS_ID_TOKEN_REQUEST_URL", Transport::WithQuery)?;
        url.query_pairs_mut().append_pair("audience", AUDIENCE);
        let bearer = variables.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN", why)?;
        Ok(Self::GitHub { url, bearer })
    }

    /// The token endpoint of the Azure DevOps job that this process runs in.
    pub(crate) fn azure_devops(variables: &Variables, connection: &str) -> Result<Self, Error> {
        let why = "To use -AzureDevOps, add this to the pipeline task: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)";
        let text = variables.required("SYSTEM_OIDCREQUESTURI", why)?;
        let mut url = address(text, "SYSTEM_OIDCREQUESTURI", Transport::WithQuery)?;
        url.query_pairs_mut()
            .append_pair("api-version", AZURE_DEVOPS_VERSION)
            .append_pair("serviceConnectionId", connection);
        let bearer = variables.secret("SYSTEM_ACCESSTOKEN", why)?;
        Ok(Self::AzureDevOps { url, bearer })
    }

    /// The outside token as it is now.
    pub(crate) async fn token(&self, on: &Exchange<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (token, of) = match self {
            Self::Given(token) => (
                Zeroizing::new(token.bytes().to_vec()),
                "-FederatedToken".to_owned(),
            ),
            Self::File(path) => {
                let name = format!("The token file '{}'", path.display());
                let text = files::read(path, limits::SMALL_BODY_BYTES as u64).map_err(|e| {
                    Error::new(
                        Kind::FederatedTokenUnavailable,
                        format!("{name} can't be read: {e}."),
                    )
                })?;
                let text = Zeroizing::new(text);
                (Zeroizing::new(text.trim_ascii().to_vec()), name)
            }
            Self::GitHub { url, bearer } => (
                ask(on, on.http.get(url.clone()), bearer, url).await?,
                "GitHub's response".to_owned(),
            ),
            Self::AzureDevOps { url, bearer } => {
                let request = on
                    .http
                    .post(url.clone())
                    .header(http::CONTENT_TYPE, "application/json")
                    .header("X-TFS-FedAuthRedirect", "Suppress")
                    .body(Vec::new());
                (
                    ask(on, request, bearer, url).await?,
                    "Azure DevOps' response".to_owned(),
                )
            }
        };
        if token.split(|byte| *byte == b'.').count() != 3 || token.iter().any(|b| !(0x21..0x7f).contains(b)) {
            let message = format!("{of} isn't a JWT, which has three parts with dots between them.");
            return Err(Error::new(Kind::FederatedTokenUnavailable, message));
        }
        Ok(token)
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Given(_) => "FederatedToken",
            Self::File(_) => "FederatedTokenFile",
            Self::GitHub { .. } => "GitHubActions",
            Self::AzureDevOps { .. } => "AzureDevOps",
        }
    }
}

async fn ask(
    on: &Exchange<'_>,
    request: reqwest::RequestBuilder,
    bearer: &Secret,
    url: &Url,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let what = format!(
        "the request for a federated token to {}",
        url.origin().ascii_serialization()
    );
    let bearer = std::str::from_utf8(bearer.bytes()).unwrap_or_default();
    let request = request
        .header(http::ACCEPT, "application/json")
        .header(http::AUTHORIZATION, http::credentials("Bearer", bearer)?);
    let answer = on.until_answered(request, &what, http::is_passing_status).await?;
    let body = Zeroizing::new(answer.body);
    if answer.status != 200 {
        let message = format!(
            "{} responded to {what} with HTTP status {}.",
            url.host_str().unwrap_or_default(),
            answer.status
        );
        return Err(
            Error::new(Kind::FederatedTokenUnavailable, message).with(|d| d.status = Some(answer.status))
        );
    }
    let issued: Issued = serde_json::from_slice(&body).map_err(|_| {
        Error::new(
            Kind::FederatedTokenUnavailable,
            format!("The response to {what} doesn't contain a token."),
        )
    })?;
    Ok(Zeroizing::new(issued.value.as_bytes().to_vec()))
}
