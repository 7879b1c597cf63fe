//! Managed identities: the endpoint that Azure puts beside a workload gives its tokens, without any secret to keep. Which
//! one it is, the environment tells, in the order of Azure.Identity's ManagedIdentityCredential.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use super::variables::Variables;
use crate::config::{Secret, Transport, address, invalid};
use crate::error::{Error, Kind};
use crate::http::{self, Answer, Exchange};

/// The virtual machine's instance metadata service: a link-local address, the same on every machine.
const IMDS: &str = "http://169.254.169.254";
/// How long the metadata service has to show that it is there at all.
const IMDS_PROBE: Duration = Duration::from_secs(2);
/// Azure Arc's challenge names a key file; a longer one is not Arc's.
const ARC_KEY_BYTES: u64 = 4096;

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
    Imds,
}

impl Identity {
    /// Finds the endpoint of the machine that this process runs on. Sends nothing.
    pub(crate) fn find(
        variables: &Variables,
        resource: &str,
        client: Option<&str>,
        arc_folder: Option<&Path>,
    ) -> Result<Self, Error> {
        let endpoint = variables.get("IDENTITY_ENDPOINT");
        let (name, text, version, kind) = if let (Some(url), Some(header)) =
            (endpoint, variables.get("IDENTITY_HEADER"))
        {
            if variables.get("IDENTITY_SERVER_THUMBPRINT").is_some() {
                return Err(unavailable(
                    "This is Azure Service Fabric, whose managed identities PSScim does not read.",
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
        } else if let (Some(url), Some(_)) = (endpoint, variables.get("IMDS_ENDPOINT")) {
            if client.is_some() {
                return Err(invalid(
                    "-ClientId names a user-assigned identity, and Azure Arc has system-assigned ones only; leave it out.",
                ));
            }
            let folder = arc_folder.map_or_else(|| documented_folder(variables), Path::to_path_buf);
            (
                "IDENTITY_ENDPOINT",
                url.to_owned(),
                "2020-06-01",
                Place::Arc(folder),
            )
        } else {
            let host = variables.get("AZURE_POD_IDENTITY_AUTHORITY_HOST").unwrap_or(IMDS);
            let url = format!("{}/metadata/identity/oauth2/token", host.trim_end_matches('/'));
            (
                "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                url,
                "2018-02-01",
                Place::Imds,
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
                    let key = arc_key(challenge.challenge.as_deref(), folder)?;
                    let key = std::str::from_utf8(&key).unwrap_or_default();
                    let request = get()
                        .header("Metadata", "true")
                        .header(http::AUTHORIZATION, http::credentials("Basic", key)?);
                    on.until_answered(request, &what, http::is_passing_status).await?
                } else {
                    challenge
                }
            }
            Place::Imds => {
                let request = || get().header("Metadata", "true");
                if !self.seen.load(Relaxed) {
                    // Without a metadata service nobody answers at all, and a laptop should not wait for that. Without
                    // its header the service refuses at once and gives no token: all that is asked is whether it is there.
                    if let Err(error) = on.probe(get(), &what, IMDS_PROBE).await {
                        return Err(unavailable(format!(
                            "No managed identity endpoint answers here: no environment variable names one, and {error}"
                        )));
                    }
                }
                on.until_answered(request(), &what, is_passing_at_imds).await?
            }
        };
        self.seen.store(true, Relaxed);
        Ok(answer)
    }
}

/// As Microsoft's "How to use managed identities", section on error handling: 404 and 410 while the service is being
/// updated, 429, and all of 5xx.
fn is_passing_at_imds(status: u16) -> bool {
    matches!(status, 404 | 410 | 429 | 500..=599)
}

fn documented_folder(variables: &Variables) -> PathBuf {
    if cfg!(windows) {
        let data = variables.get("ProgramData").unwrap_or(r"C:\ProgramData");
        Path::new(data).join("AzureConnectedMachineAgent").join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

/// Reads the key that the challenge `Basic realm=FILE` names: proof that we may read what only the machine's
/// administrators may. Whoever answers in Arc's place must not be able to have us send any other file.
fn arc_key(challenge: Option<&str>, folder: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let named = challenge.and_then(|text| {
        let (scheme, rest) = text.trim().split_once(' ')?;
        let file = rest.trim().strip_prefix("realm=")?.trim_matches('"');
        scheme.eq_ignore_ascii_case("basic").then_some(file)
    });
    let Some(named) = named else {
        return Err(unavailable(
            "Azure Arc's endpoint refused without naming a key file.",
        ));
    };
    let refused = |why: &str| {
        unavailable(format!(
            "Azure Arc's endpoint named the key file '{named}', which is not read: {why}."
        ))
    };
    let path = Path::new(named);
    if path.extension().is_none_or(|e| e != "key") {
        return Err(refused("it does not end in .key"));
    }
    let real = std::fs::canonicalize(path).map_err(|e| refused(&e.to_string()))?;
    let folder = std::fs::canonicalize(folder)
        .map_err(|e| refused(&format!("the folder '{}' cannot be read: {e}", folder.display())))?;
    if real.parent() != Some(folder.as_path()) || real.extension().is_none_or(|e| e != "key") {
        return Err(refused(&format!("it is not in '{}'", folder.display())));
    }
    let length = std::fs::metadata(&real)
        .map_err(|e| refused(&e.to_string()))?
        .len();
    if length > ARC_KEY_BYTES {
        return Err(refused(&format!("it is larger than {ARC_KEY_BYTES} bytes")));
    }
    let key = std::fs::read(&real).map_err(|e| refused(&e.to_string()))?;
    Ok(Zeroizing::new(key.trim_ascii().to_vec()))
}

fn header_value(secret: &Secret) -> Result<reqwest::header::HeaderValue, Error> {
    let mut value = reqwest::header::HeaderValue::from_bytes(secret.bytes()).map_err(|_| {
        invalid("The identity header in the environment holds characters that no header has.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn unavailable(message: impl Into<String>) -> Error {
    Error::new(Kind::ManagedIdentityUnavailable, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_key_in_the_folder_is_read() {
        let base = std::env::temp_dir().join(format!("psscim-arc-{}", std::process::id()));
        let folder = base.join("tokens");
        std::fs::create_dir_all(&folder).unwrap();
        let write = |path: &Path, bytes: &[u8]| {
            std::fs::write(path, bytes).unwrap();
            format!("Basic realm={}", path.display())
        };
        let good = write(&folder.join("a.key"), b"key\n");
        assert_eq!(&*arc_key(Some(&good), &folder).unwrap(), b"key");
        let over = format!("Basic realm={}/../a.key", folder.display());
        for bad in [
            write(&base.join("b.key"), b"outside"),
            write(&folder.join("c.txt"), b"another kind"),
            write(&folder.join("d.key"), &[b'x'; 4097]),
            over,
            "Bearer realm=x".to_owned(),
            "Basic".to_owned(),
        ] {
            assert_eq!(
                arc_key(Some(&bad), &folder).unwrap_err().kind(),
                Kind::ManagedIdentityUnavailable,
                "{bad}"
            );
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(base.join("b.key"), folder.join("e.key")).unwrap();
            let link = format!("Basic realm={}", folder.join("e.key").display());
            assert!(arc_key(Some(&link), &folder).is_err());
        }
        std::fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn the_environment_tells_the_place() {
        let place = |block: &str| {
            let variables = Variables::new(Secret::new(block.replace('|', "\0").into_bytes()));
            let found = Identity::find(&variables, "https://graph.microsoft.com", None, None).unwrap();
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
        let (kind, url) = place("");
        assert_eq!(kind, "Imds");
        assert!(
            url.starts_with("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01")
        );
    }
}
