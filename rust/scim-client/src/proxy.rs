//! Which proxy stands between here and a server: the one that was named, or the environment's, or the operating system's.

use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::HeaderValue;
use url::Url;

use crate::address::is_loopback;
use crate::config::invalid;
use crate::error::Error;
use crate::http::credentials;
use crate::network::{NetworkConfig, PROXY_PASSWORD};
use crate::sign_in::{self, Variables};

/// The proxies of a connection. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Option<Arc<Rules>>);

#[derive(Debug)]
struct Rules {
    matcher: Matcher,
    /// By `-Proxy`: then it is used for every address, this machine's included.
    named: bool,
    /// By `-ProxyCredential`.
    credential: Option<HeaderValue>,
}

impl Proxies {
    /// # Errors
    /// `InvalidConfiguration`: what was named is no proxy.
    pub(crate) fn new(config: &NetworkConfig, given: &Variables) -> Result<Self, Error> {
        if config.no_proxy {
            return Ok(Self::default());
        }
        let (matcher, named) = match &config.proxy {
            Some(text) => (Matcher::builder().all(named(text)?.as_str()).build(), true),
            None => (found(config, given), false),
        };
        let credential = match &config.proxy_user_name {
            Some(name) => {
                let password = given.verbatim(PROXY_PASSWORD).unwrap_or_default();
                let pair = sign_in::basic("-ProxyCredential", name, password)?;
                let text = std::str::from_utf8(pair.bytes()).unwrap_or_default();
                Some(credentials("Basic", text)?)
            }
            None => None,
        };
        Ok(Self(Some(Arc::new(Rules {
            matcher,
            named,
            credential,
        }))))
    }

    /// The proxy that requests to `url` go through, without its credentials.
    pub(crate) fn of(&self, url: &Url) -> Option<String> {
        let proxy = self.0.as_ref()?.matching(url)?.uri().to_string();
        Some(proxy.trim_end_matches('/').to_owned())
    }

    /// The same rules for the HTTP client.
    pub(crate) fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        // Whatever the client would find by itself is left out: these rules are all there are.
        let builder = builder.no_proxy();
        let Some(rules) = &self.0 else { return builder };
        // One for each scheme, since each may have a proxy, and credentials, of its own.
        ["http", "https"].into_iter().fold(builder, |builder, scheme| {
            let own = Arc::clone(rules);
            let mut proxy = reqwest::Proxy::custom(move |url| {
                let matching = (url.scheme() == scheme).then(|| own.matching(url))??;
                Url::parse(&matching.uri().to_string()).ok()
            });
            if let Some(header) = rules.credential.clone().or_else(|| rules.credential_of(scheme)) {
                proxy = proxy.custom_http_auth(header);
            }
            builder.proxy(proxy)
        })
    }
}

impl Rules {
    fn matching(&self, url: &Url) -> Option<hyper_util::client::proxy::matcher::Intercept> {
        // No proxy elsewhere can reach this machine's own addresses: who means one names it.
        if !self.named && is_loopback(url) {
            return None;
        }
        self.matcher.intercept(&url.as_str().parse::<Uri>().ok()?)
    }

    /// The credentials in the proxy's own address, as the environment may hold them.
    fn credential_of(&self, scheme: &str) -> Option<HeaderValue> {
        let any = format!("{scheme}://any.invalid/").parse::<Uri>().ok()?;
        self.matcher.intercept(&any)?.basic_auth().cloned()
    }
}

/// What `-Proxy` says, checked.
fn named(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text.trim())
        .map_err(|e| invalid(format!("-Proxy '{text}' isn't a valid address: {e}.")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(invalid(format!(
            "-Proxy '{text}' isn't an http or https address."
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            "-Proxy contains a user name or password. Use -ProxyCredential instead.",
        ));
    }
    Ok(url)
}

/// The environment's proxies, or else the operating system's.
fn found(config: &NetworkConfig, given: &Variables) -> Matcher {
    if !config.variables_given {
        return Matcher::from_system();
    }
    let first = |names: &[&str]| {
        let found = names.iter().find_map(|name| given.get(name));
        found.unwrap_or_default().to_owned()
    };
    // In a CGI program HTTP_PROXY is what a client's header Proxy says.
    let http: &[&str] = match given.get("REQUEST_METHOD") {
        Some(_) => &["http_proxy"],
        None => &["HTTP_PROXY", "http_proxy"],
    };
    let (http, https, all) = (
        first(http),
        first(&["HTTPS_PROXY", "https_proxy"]),
        first(&["ALL_PROXY", "all_proxy"]),
    );
    // Where the system keeps proxies elsewhere than in the environment, that is asked when the environment has none.
    if cfg!(any(windows, target_os = "macos")) && http.is_empty() && https.is_empty() && all.is_empty() {
        return Matcher::from_system();
    }
    Matcher::builder()
        .http(http)
        .https(https)
        .all(all)
        .no(first(&["NO_PROXY", "no_proxy"]))
        .build()
}
