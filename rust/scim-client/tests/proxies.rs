//! Proxies: plain and by CONNECT, with and without a password, named or found in the environment, and those that fail.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::net::SocketAddr;

use scim_client::{Config, Error, Kind, NetworkConfig, Secret, Secrets, Session};

use support::{Authority, Proxy, count, emulator, get, serve, serve_plain, tls};

/// A name that only the proxy knows.
const FAR: &str = "http://scim.example.invalid/rp/scim";

fn through(proxy: &str) -> NetworkConfig {
    NetworkConfig {
        proxy: Some(proxy.to_owned()),
        ..NetworkConfig::default()
    }
}

fn open(base: &str, network: NetworkConfig, secrets: &str) -> Result<Session, Error> {
    let config = Config {
        base_uri: Some(base.to_owned()),
        allow_unencrypted_authentication: true,
        maximum_retry_count: Some(0),
        network,
        ..Config::default()
    };
    let secrets = Secrets {
        sign_in: Secret::new(b"token".to_vec()),
        network: Secret::new(secrets.replace('|', "\0").into_bytes()),
    };
    Session::open(config, secrets)
}

async fn backend() -> SocketAddr {
    serve_plain(emulator(), "127.0.0.1:0").await
}

#[tokio::test]
async fn a_plain_proxy_gets_the_whole_address() {
    let proxy = Proxy::default();
    let network = through(&proxy.start(backend().await).await);
    assert_eq!(count(&open(FAR, network, "").unwrap()).await.unwrap(), 250);
    let seen = proxy.seen.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter()
            .all(|line| line.starts_with("GET http://scim.example.invalid/rp/scim/users?")),
        "{seen:?}"
    );
}

#[tokio::test]
async fn an_encrypted_server_is_reached_by_a_tunnel() {
    let authority = Authority::new("An authority");
    let acceptor = tls(&authority.issue("scim.example.invalid", 2100), None, &["h2"]);
    let server = serve(emulator(), acceptor).await;
    let proxy = Proxy {
        credential: Some("user:a:word"),
        ..Proxy::default()
    };
    let network = NetworkConfig {
        proxy_user_name: Some("user".to_owned()),
        certificate_authority: Some(authority.pem()),
        ..through(&proxy.start(server).await)
    };
    let session = open(
        "https://scim.example.invalid/rp/scim",
        network,
        "proxyPassword=a:word|",
    )
    .unwrap();
    assert_eq!(count(&session).await.unwrap(), 250);
    assert_eq!(
        *proxy.seen.lock().unwrap(),
        ["CONNECT scim.example.invalid:443 HTTP/1.1"],
        "one tunnel serves all pages"
    );
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_gets_it_or_is_named() {
    let proxy = Proxy {
        credential: Some("user:word"),
        ..Proxy::default()
    };
    let address = proxy.start(backend().await).await;
    let named = || NetworkConfig {
        proxy_user_name: Some("user".to_owned()),
        ..through(&address)
    };
    get(&open(FAR, named(), "proxyPassword=word|").unwrap())
        .await
        .unwrap();
    for (base, network, secrets) in [
        (FAR, through(&address), ""),
        (FAR, named(), "proxyPassword=s3cret|"),
        ("https://scim.example.invalid/rp/scim", through(&address), ""),
        (
            "https://scim.example.invalid/rp/scim",
            named(),
            "proxyPassword=s3cret|",
        ),
    ] {
        let error = get(&open(base, network, secrets).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::ProxyAuthenticationRequired, "{error}");
        let text = format!("{error:?}");
        assert!(text.contains(&address) && !text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn the_environment_names_proxies_and_exceptions() {
    let proxy = Proxy {
        credential: Some("user:pass word"),
        ..Proxy::default()
    };
    let server = backend().await;
    let address = proxy.start(server).await;
    let with_password = address.replace("http://", "http://user:pass%20word@");
    let given = || NetworkConfig {
        variables_given: true,
        ..NetworkConfig::default()
    };
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        get(&open(FAR, given(), &format!("{name}={with_password}|")).unwrap())
            .await
            .unwrap();
    }
    let through_it = proxy.seen.lock().unwrap().len();
    assert_eq!(through_it, 4);

    // A server on this machine is never looked for elsewhere, unless the proxy was named.
    let near = format!("http://{server}/rp/scim");
    let variables = format!("HTTP_PROXY={with_password}|");
    get(&open(&near, given(), &variables).unwrap()).await.unwrap();
    // Each of these goes past the proxy, to a name that has no address.
    for (network, variables) in [
        (
            given(),
            format!("{variables}NO_PROXY=other.example, example.invalid|"),
        ),
        (given(), format!("{variables}REQUEST_METHOD=GET|")),
        (given(), format!("HTTPS_PROXY={with_password}|")),
        (
            NetworkConfig {
                no_proxy: true,
                ..given()
            },
            variables,
        ),
    ] {
        let error = get(&open(FAR, network, &variables).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NameNotFound, "{variables}: {error}");
    }
    assert_eq!(proxy.seen.lock().unwrap().len(), through_it);
}

#[tokio::test]
async fn an_unreachable_proxy_is_not_taken_for_the_server() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for proxy in [&*closed, "http://no-such-proxy.invalid:8080"] {
        for base in [FAR, "https://scim.example.invalid/rp/scim"] {
            let error = get(&open(base, through(proxy), "").unwrap()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::ProxyUnreachable, "{error}");
            assert!(error.to_string().contains(proxy), "{error}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_answers_a_web_page_is_told() {
    for (status, kind) in [("200 OK", Kind::HtmlFromProxy), ("503 Busy", Kind::HtmlFromProxy)] {
        let page: &'static str = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: 19\r\nConnection: close\r\n\r\n<html>blocked</html"
        )
        .leak();
        let proxy = Proxy {
            answer: Some(page),
            ..Proxy::default()
        };
        let address = proxy.start(backend().await).await;
        let error = get(&open(FAR, through(&address), "").unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(&address), "{error}");
    }
    let proxy = Proxy {
        answer: Some(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>blocked</html>",
        ),
        ..Proxy::default()
    };
    let address = proxy.start(backend().await).await;
    let session = open("https://scim.example.invalid/rp/scim", through(&address), "").unwrap();
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), Kind::ProxyRefused, "{error}");
    assert!(
        error.to_string().contains(&address) && error.to_string().contains("scim.example.invalid"),
        "{error}"
    );
}

#[test]
fn what_is_no_proxy_is_refused_at_once() {
    for (proxy, words) in [
        ("nonsense", "isn't a valid address"),
        ("socks5://127.0.0.1:1080", "isn't an http or https address"),
        ("http://user:word@proxy.example", "-ProxyCredential"),
    ] {
        let error = open(FAR, through(proxy), "").unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidConfiguration, "{proxy}");
        let text = error.to_string();
        assert!(text.contains(words) && !text.contains("word@"), "{text}");
    }
    let network = NetworkConfig {
        proxy_user_name: Some("a:b".to_owned()),
        ..through("http://127.0.0.1:1")
    };
    assert_eq!(
        open(FAR, network, "").unwrap_err().kind(),
        Kind::InvalidConfiguration
    );
}
