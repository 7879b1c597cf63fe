//! Servers on real sockets: TLS with certificates made here, and a proxy.
#![allow(clippy::unwrap_used, missing_docs, dead_code, unreachable_pub)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use scim_client::event::Silent;
use scim_client::{Config, Endpoint, Error, List, NetworkConfig, Query, Secret, Session};
use scim_emulator::EmulatorConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// An emulator of 250 users that takes the token `token`.
pub fn emulator() -> Router {
    let config = EmulatorConfig {
        users: 250,
        static_tokens: vec!["token".to_owned()],
        ..EmulatorConfig::default()
    };
    scim_emulator::app(config).unwrap()
}

/// A connection with that token.
pub fn connect(base: String, network: NetworkConfig) -> Session {
    open(base, network, Config::default()).unwrap()
}

pub fn open(base: String, network: NetworkConfig, more: Config) -> Result<Session, Error> {
    let config = Config {
        base_uri: Some(base),
        retry_interval_milliseconds: Some(1),
        network,
        ..more
    };
    Session::open(config, Secret::new(b"token".to_vec()))
}

/// One small request.
pub async fn get(session: &Session) -> Result<(), Error> {
    session
        .get(Endpoint::ServiceProviderConfig, None, &[], &Silent)
        .await
        .map(drop)
}

/// How many users a list brings.
pub async fn count(session: &Session) -> Result<usize, Error> {
    let mut list = List::new(session, Endpoint::Users, Query::default())?;
    let mut count = 0;
    while let Some(page) = list.next(&Silent).await? {
        count += page.count;
    }
    Ok(count)
}

/// An authority of one's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, both in PEM form.
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate that is good until `year`.
    pub fn issue(&self, name: &str, year: i32) -> Issued {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        Issued {
            certificate: params.signed_by(&key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

/// The TLS side of a server; `clients` vouches for the client certificates that it then demands.
pub fn tls(issued: &Issued, clients: Option<&Authority>, protocols: &[&str]) -> TlsAcceptor {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = |text: &str| rustls_pki_types::CertificateDer::from_pem_slice(text.as_bytes()).unwrap();
    use rustls_pki_types::pem::PemObject;
    let key = rustls_pki_types::PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
    let builder = rustls::ServerConfig::builder();
    let builder = match clients {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(pem(&authority.pem())).unwrap();
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(vec![pem(&issued.certificate)], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// Serves an app over TLS: HTTP/2, or HTTP/1.1 for those who do not speak it.
pub async fn serve(app: Router, acceptor: TlsAcceptor) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, app) = (acceptor.clone(), app.clone());
            tokio::spawn(async move {
                match acceptor.accept(socket).into_fallible().await {
                    Ok(stream) => {
                        let service = TowerToHyperService::new(app);
                        let _ = auto::Builder::new(TokioExecutor::new())
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    }
                    // What the client still sends is read, or the alert that says why would be lost with the socket.
                    Err((_, mut socket)) => {
                        let _ = socket.shutdown().await;
                        let _ = socket.read_to_end(&mut Vec::new()).await;
                    }
                }
            });
        }
    });
    address
}

/// Serves an app without TLS.
pub async fn serve_plain(app: Router, at: &str) -> SocketAddr {
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A proxy that sends whatever is asked for to one server, and notes the first line of each request.
#[derive(Clone, Default)]
pub struct Proxy {
    /// `name:password`, which it then demands.
    pub credential: Option<&'static str>,
    /// What it answers in place of the server.
    pub answer: Option<&'static str>,
    pub seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts it, and gives its address.
    pub async fn start(&self, server: SocketAddr) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let proxy = self.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(proxy.clone().forward(socket, server));
            }
        });
        address
    }

    async fn forward(self, mut client: TcpStream, server: SocketAddr) -> Option<()> {
        use base64::Engine;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        let first = head.lines().next()?.to_owned();
        self.seen.lock().unwrap().push(first.clone());
        if let Some(answer) = self.answer {
            return client.write_all(answer.as_bytes()).await.ok();
        }
        if let Some(pair) = self.credential {
            let wanted = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
            let given = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("proxy-authorization").then_some(value)
            });
            if given != Some(&*wanted) {
                let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return client.write_all(refusal.as_bytes()).await.ok();
            }
        }
        let mut server = TcpStream::connect(server).await.ok()?;
        if first.starts_with("CONNECT ") {
            client
                .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .await
                .ok()?;
        } else {
            // From absolute form to origin form (RFC 9112 section 3.2), one request a connection.
            let (method, rest) = first.split_once(' ')?;
            let path = rest.strip_prefix("http://")?;
            let path = &path[path.find('/')?..];
            let headers = head.split_once("\r\n")?.1;
            let request = format!("{method} {path}\r\nConnection: close\r\n{headers}");
            server.write_all(request.as_bytes()).await.ok()?;
        }
        copy_bidirectional(&mut client, &mut server).await.ok().map(drop)
    }
}
