//! Which proxy stands between here and a server: the one that was named, or the environment's, or the operating system's.

use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::HeaderValue;
use url::Url;
use zeroize::Zeroizing;

use crate::address::is_loopback;
use crate::config::invalid;
use crate::error::Error;
use crate::http::credentials;
use crate::network::{NetworkConfig, PROXY_PASSWORD};
use crate::sign_in::{self, Variables};

/// The variables that name proxies.
pub(crate) const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// The password in a proxy's address.
pub(crate) fn password_in(address: &str) -> Option<Zeroizing<String>> {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let (user, _) = rest.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    let password = percent_encoding::percent_decode_str(password);
    Some(Zeroizing::new(password.decode_utf8_lossy().into_owned()))
}

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
    unusable: Vec<Unusable>,
}

/// A variable that names a proxy which can't be used. A direct connection in its place is not what whoever set it wants.
#[derive(Debug)]
struct Unusable {
    name: &'static str,
    /// Without a user name and password.
    value: String,
    /// The addresses for which it counts.
    matcher: Matcher,
}

impl Proxies {
    /// # Errors
    /// `InvalidConfiguration`: what was named is no proxy.
    pub(crate) fn new(config: &NetworkConfig, given: &Variables) -> Result<Self, Error> {
        if config.no_proxy {
            return Ok(Self::default());
        }
        let (matcher, named, unusable) = match &config.proxy {
            Some(text) => (
                Matcher::builder().all(named(text)?.as_str()).build(),
                true,
                Vec::new(),
            ),
            None => {
                let (matcher, unusable) = found(config, given);
                (matcher, false, unusable)
            }
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
            unusable,
        }))))
    }

    /// Whether requests to `url` can go the way that the environment says.
    ///
    /// # Errors
    /// `InvalidConfiguration`: by a proxy that is none.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Error> {
        let Some(rules) = self.0.as_ref().filter(|_| !is_loopback(url)) else {
            return Ok(());
        };
        let address = url.as_str().parse::<Uri>().ok();
        let counts = |unusable: &&Unusable| {
            address
                .as_ref()
                .is_some_and(|address| unusable.matcher.intercept(address).is_some())
        };
        let Some(Unusable { name, value, .. }) = rules.unusable.iter().find(counts) else {
            return Ok(());
        };
        let message = format!(
            "The environment variable {name} is '{value}', which isn't the http or https address of a proxy. Nothing was sent."
        );
        Err(invalid(message).with(|d| {
            d.advice =
                format!("Correct {name}, name a proxy with -Proxy, or connect without one with -NoProxy.");
            d.unsent = true;
        }))
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

/// The environment's proxies, or else the operating system's; and those of the environment that can't be used.
fn found(config: &NetworkConfig, given: &Variables) -> (Matcher, Vec<Unusable>) {
    if !config.variables_given {
        return (Matcher::from_system(), Vec::new());
    }
    let first = |names: &[&'static str]| {
        let found = names
            .iter()
            .find_map(|name| Some((*name, given.get(name)?.to_owned())));
        found.unwrap_or_default()
    };
    // In a CGI program HTTP_PROXY is what a client's header Proxy says.
    let http: &[&'static str] = match given.get("REQUEST_METHOD") {
        Some(_) => &["http_proxy"],
        None => &["HTTP_PROXY", "http_proxy"],
    };
    let (http, https, all) = (
        first(http),
        first(&["HTTPS_PROXY", "https_proxy"]),
        first(&["ALL_PROXY", "all_proxy"]),
    );
    // Where the system keeps proxies elsewhere than in the environment, that is asked when the environment has none.
    if cfg!(any(windows, target_os = "macos"))
        && [&http, &https, &all].iter().all(|(_, value)| value.is_empty())
    {
        return (Matcher::from_system(), Vec::new());
    }
    let (_, no) = first(&["NO_PROXY", "no_proxy"]);
    let mut unusable = Vec::new();
    for ((name, value), is_for) in [
        (&http, [true, false]),
        (&https, [false, true]),
        (&all, [http.1.is_empty(), https.1.is_empty()]),
    ] {
        if value.is_empty() || is_usable(value) {
            continue;
        }
        const ANY: &str = "http://any.invalid";
        let of = |counts: bool| if counts { ANY } else { "" };
        unusable.push(Unusable {
            name,
            value: value.rsplit('@').next().unwrap_or_default().to_owned(),
            matcher: Matcher::builder()
                .http(of(is_for[0]))
                .https(of(is_for[1]))
                .no(no.clone())
                .build(),
        });
    }
    let matcher = Matcher::builder()
        .http(http.1)
        .https(https.1)
        .all(all.1)
        .no(no)
        .build();
    (matcher, unusable)
}

/// Whether a variable's value is the address of a proxy: one of http or https, or without a scheme.
fn is_usable(value: &str) -> bool {
    let any = Uri::from_static("http://any.invalid/");
    Matcher::builder()
        .all(value)
        .build()
        .intercept(&any)
        .is_some_and(|found| matches!(found.uri().scheme_str(), Some("http" | "https")))
}
