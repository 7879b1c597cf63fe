//! How a connection proves who it is: each way to sign in, made from the configuration and checked before anything is sent.

pub(crate) mod answer;
mod arc;
mod assertion;
mod certificate;
mod federated;
mod identity;
mod imds;
mod variables;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::address::is_loopback;
use crate::cloud::Cloud;
use crate::config::{Config, CredentialKind, Secret, SignIn, invalid, required};
use crate::error::Error;
use crate::http::Exchange;

use certificate::Certificate;
pub(crate) use certificate::{Found, of_pem, of_pfx};
use federated::Federated;
pub(crate) use identity::Identity;
pub(crate) use variables::Variables;

/// Where a connection's tokens come from.
#[derive(Debug)]
pub(crate) enum Credential {
    /// A token that someone else got: it cannot be renewed.
    AccessToken(Secret),
    /// The caller gives a token when asked.
    Provider,
    /// No token at all: a name and password with each request (RFC 7617), already in base64.
    Basic(Secret),
    /// Nothing: the server doesn't authenticate.
    Anonymous,
    /// OAuth 2.0 client credentials (RFC 6749 section 4.4).
    Client(SignIn, Proof),
    /// The endpoint beside the workload; the client id is that of a user-assigned identity.
    Identity(Identity, Option<String>),
}

/// By what a client proves to be the client.
#[derive(Debug)]
pub(crate) enum Proof {
    Secret(Secret),
    Certificate(Certificate),
    Federated(Federated),
}

/// The variables that hold secrets, of those that sign-in reads.
const SECRET_VARIABLES: [&str; 6] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "IDENTITY_HEADER",
    "MSI_SECRET",
];

/// Every secret among what a credential is made of.
pub(crate) fn each_secret(kind: CredentialKind, given: &Secret, mut add: impl FnMut(&[u8])) {
    use CredentialKind as From;
    match kind {
        From::GitHubActions | From::AzureDevOps | From::Identity | From::EnvironmentVariable => {
            let variables = Variables::new(given.clone());
            for name in SECRET_VARIABLES {
                add(variables.get(name).unwrap_or_default().as_bytes());
            }
        }
        _ => add(given.bytes()),
    }
}

impl Credential {
    pub(crate) fn new(config: &Config, cloud: &Cloud, secret: Secret) -> Result<Self, Error> {
        use CredentialKind as From;
        let given = |secret: Secret| match secret.bytes() {
            [] => Err(invalid("The credential is empty.")),
            _ => Ok(secret),
        };
        let client = |proof| Ok(Self::Client(config.sign_in(cloud, None)?, proof));
        match config.credential {
            From::AccessToken => {
                if secret.bytes().iter().any(|b| !(0x21..0x7f).contains(b)) {
                    return Err(invalid(
                        "-AccessToken contains a character that isn't allowed in a token, such as a space or a line break.",
                    ));
                }
                Ok(Self::AccessToken(given(secret)?))
            }
            From::AccessTokenProvider => Ok(Self::Provider),
            From::Basic => {
                required(
                    config.base_uri.as_deref(),
                    "-BaseUri, which -Credential requires,",
                )?;
                let name = required(config.user_name.as_deref(), "The user name of -Credential")?;
                Ok(Self::Basic(basic("-Credential", name, secret.bytes())?))
            }
            From::Anonymous => {
                let base = required(config.base_uri.as_deref(), "-BaseUri, which -Anonymous needs,")?;
                if !config.anonymous && !is_local(base) {
                    let message = format!("There is no credential for {base}.");
                    return Err(invalid(message).with(|d| {
                        "Add a parameter for signing in, such as -AccessToken or -Credential. If the server doesn't authenticate, add -Anonymous."
                            .clone_into(&mut d.advice);
                    }));
                }
                Ok(Self::Anonymous)
            }
            From::ClientSecret => client(Proof::Secret(given(secret)?)),
            From::Certificate => {
                let path = required(config.certificate_path.as_deref(), "-CertificatePath")?;
                client(Proof::Certificate(Certificate::load(Path::new(path), &secret)?))
            }
            From::CertificateInStore => {
                let text = required(config.certificate.as_deref(), "-Certificate")?;
                let der = STANDARD
                    .decode(text)
                    .map_err(|_| invalid("-Certificate isn't a certificate."))?;
                client(Proof::Certificate(Certificate::asked(&der)?))
            }
            From::FederatedToken => client(Proof::Federated(Federated::Given(given(secret)?))),
            From::FederatedTokenFile => {
                let path = required(config.federated_token_file.as_deref(), "-FederatedTokenFile")?;
                client(Proof::Federated(Federated::File(path.into())))
            }
            From::GitHubActions => client(Proof::Federated(Federated::github(&Variables::new(secret))?)),
            From::AzureDevOps => {
                let connection = required(config.service_connection_id.as_deref(), "-ServiceConnectionId")?;
                client(Proof::Federated(Federated::azure_devops(
                    &Variables::new(secret),
                    connection,
                )?))
            }
            From::Identity => Self::of_identity(config, cloud, &Variables::new(secret)),
            From::EnvironmentVariable => Self::of_environment(config, cloud, &Variables::new(secret)),
        }
    }

    /// The endpoint beside the workload, or the token file of a Kubernetes workload identity, which comes before the
    /// virtual machine's endpoint with Azure.Identity.
    fn of_identity(config: &Config, cloud: &Cloud, variables: &Variables) -> Result<Self, Error> {
        let endpoint = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"];
        let file = variables.get("AZURE_FEDERATED_TOKEN_FILE");
        let client = config.client_id.as_deref().or(variables.get("AZURE_CLIENT_ID"));
        if let (Some(file), Some(tenant), Some(client)) = (file, variables.get("AZURE_TENANT_ID"), client)
            && endpoint.iter().all(|name| variables.get(name).is_none())
        {
            let config = Config {
                tenant_id: Some(tenant.to_owned()),
                client_id: Some(client.to_owned()),
                ..config.clone()
            };
            let sign_in = config.sign_in(cloud, variables.get("AZURE_AUTHORITY_HOST"))?;
            return Ok(Self::Client(
                sign_in,
                Proof::Federated(Federated::File(file.into())),
            ));
        }
        let scope = config.scope.as_deref().unwrap_or(cloud.scope);
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let identity = Identity::find(variables, resource, config)?;
        Ok(Self::Identity(identity, config.client_id.clone()))
    }

    /// The variables of Azure.Identity's EnvironmentCredential and WorkloadIdentityCredential, in that order.
    fn of_environment(config: &Config, cloud: &Cloud, variables: &Variables) -> Result<Self, Error> {
        let why = "-EnvironmentVariable requires it";
        let mut config = config.clone();
        config.tenant_id = Some(variables.required("AZURE_TENANT_ID", why)?.to_owned());
        config.client_id = Some(variables.required("AZURE_CLIENT_ID", why)?.to_owned());
        let proof = if variables.get("AZURE_CLIENT_SECRET").is_some() {
            Proof::Secret(variables.secret("AZURE_CLIENT_SECRET", why)?)
        } else if let Some(path) = variables.get("AZURE_CLIENT_CERTIFICATE_PATH") {
            let password = variables
                .get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
                .unwrap_or_default();
            Proof::Certificate(Certificate::load(
                Path::new(path),
                &Secret::new(password.as_bytes().to_vec()),
            )?)
        } else if let Some(path) = variables.get("AZURE_FEDERATED_TOKEN_FILE") {
            Proof::Federated(Federated::File(path.into()))
        } else {
            return Err(invalid(
                "-EnvironmentVariable requires AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE. None of them is set.",
            ));
        };
        Ok(Self::Client(
            config.sign_in(cloud, variables.get("AZURE_AUTHORITY_HOST"))?,
            proof,
        ))
    }

    /// Whether the caller is asked something at each sign-in.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Provider => true,
            Self::Client(_, Proof::Certificate(certificate)) => certificate.asks(),
            _ => false,
        }
    }

    /// What `Get-ScimContext` calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::AccessToken(_) => "AccessToken",
            Self::Provider => "AccessTokenProvider",
            Self::Basic(_) => "Basic",
            Self::Anonymous => "Anonymous",
            Self::Client(_, Proof::Secret(_)) => "ClientSecret",
            Self::Client(_, Proof::Certificate(_)) => "Certificate",
            Self::Client(_, Proof::Federated(federated)) => federated.name(),
            Self::Identity(..) => "ManagedIdentity",
        }
    }
}

/// Whether an address is this machine itself.
fn is_local(address: &str) -> bool {
    url::Url::parse(address.trim()).is_ok_and(|url| is_loopback(&url))
}

/// The body of a token request: RFC 6749 section 4.4, with a secret or with an assertion (RFC 7523 section 2.2).
pub(crate) async fn form(
    sign_in: &SignIn,
    proof: &Proof,
    on: &Exchange<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let assertion;
    let (name, value) = match proof {
        Proof::Secret(secret) => ("client_secret", secret.bytes()),
        Proof::Certificate(certificate) => {
            assertion = assertion::make(sign_in, certificate, on.observer).await?;
            ("client_assertion", assertion.as_slice())
        }
        Proof::Federated(federated) => {
            assertion = federated.token(on).await?;
            ("client_assertion", assertion.as_slice())
        }
    };
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.append_pair("client_id", &sign_in.client);
    form.append_pair("scope", &sign_in.scope);
    if name == "client_assertion" {
        form.append_pair(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        );
    }
    let text = form.finish();
    // By hand and with room from the start, so that no copy of the secret stays behind in a buffer that grew.
    let mut body = Zeroizing::new(Vec::with_capacity(text.len() + name.len() + 2 + 3 * value.len()));
    body.extend_from_slice(text.as_bytes());
    body.push(b'&');
    body.extend_from_slice(name.as_bytes());
    body.push(b'=');
    for piece in percent_encoding::percent_encode(value, percent_encoding::NON_ALPHANUMERIC) {
        body.extend_from_slice(piece.as_bytes());
    }
    Ok(body)
}

/// Name and password as RFC 7617 joins them, in base64.
pub(crate) fn basic(parameter: &str, name: &str, password: &[u8]) -> Result<Secret, Error> {
    if name.contains(':') {
        return Err(invalid(format!(
            "The user name of {parameter} contains a colon, which RFC 7617 doesn't allow."
        )));
    }
    let mut pair = Zeroizing::new(Vec::with_capacity(name.len() + 1 + password.len()));
    pair.extend_from_slice(name.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(password);
    Ok(Secret::new(STANDARD.encode(&*pair).into_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_output_shows_a_secret() {
        const SECRET: &str = "s3cret-that-must-not-show";
        let certificate = |name: &str| format!("{}/tests/certificates/{name}", env!("CARGO_MANIFEST_DIR"));
        let variables = [
            "ACTIONS_ID_TOKEN_REQUEST_URL=https://a.example",
            "SYSTEM_OIDCREQUESTURI=https://b.example",
            "AZURE_TENANT_ID=t",
            "AZURE_CLIENT_ID=c",
            "IDENTITY_ENDPOINT=http://127.0.0.1",
        ];
        let secrets = [
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "SYSTEM_ACCESSTOKEN",
            "AZURE_CLIENT_SECRET",
            "IDENTITY_HEADER",
        ];
        let secrets = secrets.map(|name| format!("{name}={SECRET}"));
        let block: String = variables
            .iter()
            .copied()
            .chain(secrets.iter().map(String::as_str))
            .map(|entry| format!("{entry}\0"))
            .collect();
        for (credential, given) in [
            (CredentialKind::AccessToken, SECRET),
            (CredentialKind::ClientSecret, SECRET),
            (CredentialKind::FederatedToken, SECRET),
            (CredentialKind::Basic, SECRET),
            (CredentialKind::Certificate, "pfx-password"),
            (CredentialKind::GitHubActions, &block),
            (CredentialKind::AzureDevOps, &block),
            (CredentialKind::Identity, &block),
            (CredentialKind::EnvironmentVariable, &block),
        ] {
            let config = Config {
                tenant_id: Some("t".to_owned()),
                client_id: Some("c".to_owned()),
                user_name: Some("name".to_owned()),
                base_uri: Some("https://scim.example.org".to_owned()),
                service_connection_id: Some("id".to_owned()),
                certificate_path: Some(certificate("rsa.pfx")),
                credential,
                ..Config::default()
            };
            let settings = config
                .check(Secret::new(given.as_bytes().to_vec()).into())
                .unwrap();
            let shown = format!("{settings:?}");
            let base64 = STANDARD.encode(format!("name:{SECRET}"));
            assert!(shown.contains("credential: Some("), "{shown}");
            for secret in [SECRET, "pfx-password", &base64] {
                assert!(!shown.contains(secret), "{credential:?}: {shown}");
            }
        }
    }
}
