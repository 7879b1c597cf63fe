//! The proxy: takes a client's connections, passes its requests on to a service, and breaks what its plan says.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::fault::{ConnectFault, Fault, Plan, pause};
use crate::message::{Answer, Extent, Request, read_request};
use crate::report::Counts;

/// A proxy between a client and a service, on loopback. It ends when it is dropped.
pub struct FaultProxy {
    inside: Arc<Inside>,
    port: u16,
    accepting: JoinHandle<()>,
}

struct Inside {
    service: String,
    http: reqwest::Client,
    plan: Mutex<Plan>,
    calm: AtomicBool,
    exchanges: AtomicU64,
    connections: AtomicU64,
    struck: Mutex<Counts>,
    tls: Option<TlsAcceptor>,
}

impl FaultProxy {
    /// Starts a proxy before the service at `service`, such as `http://127.0.0.1:8080`; with TLS towards the client where
    /// there is something to accept it with.
    ///
    /// # Errors
    /// There is no free port, or no HTTP client.
    pub async fn start(service: &str, plan: Plan, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(io::Error::other)?;
        let inside = Arc::new(Inside {
            service: service.trim_end_matches('/').to_owned(),
            http,
            plan: Mutex::new(plan),
            calm: AtomicBool::new(false),
            exchanges: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            struck: Mutex::default(),
            tls,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&inside)));
        Ok(Self {
            inside,
            port,
            accepting,
        })
    }

    /// Where the client finds it.
    #[must_use]
    pub fn authority(&self) -> String {
        let scheme = if self.inside.tls.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://localhost:{}", self.port)
    }

    /// From now on nothing goes wrong any more.
    pub fn calm(&self) {
        self.inside.calm.store(true, Relaxed);
    }

    /// Exchanges so far.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.inside.exchanges.load(Relaxed)
    }

    /// The faults so far.
    #[must_use]
    pub fn struck(&self) -> Counts {
        lock(&self.inside.struck).clone()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, inside: Arc<Inside>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        if let Ok((socket, _)) = listener.accept().await {
            let inside = Arc::clone(&inside);
            // How a connection ends is what the client is there to cope with.
            connections.spawn(async move { inside.connection(socket).await.unwrap_or_default() });
        }
        while connections.try_join_next().is_some() {}
    }
}

/// What becomes of a connection after an exchange.
enum After {
    Open,
    Closed,
    Reset,
}

impl Inside {
    async fn connection(&self, mut socket: TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        let n = self.connections.fetch_add(1, Relaxed);
        let fault = self.next(|plan| plan.connection(n, self.tls.is_some()));
        if let Some(fault) = fault {
            self.count(format!("{fault:?}"));
        }
        match fault {
            Some(ConnectFault::Reset) => return socket.set_zero_linger(),
            Some(ConnectFault::HandshakeHangs) => return hang().await,
            Some(ConnectFault::HandshakeGarbage) => {
                return socket.write_all(b"220 mail.example ESMTP\r\n").await;
            }
            None => {}
        }
        match &self.tls {
            None => {
                if let After::Reset = self.serve(&mut socket).await? {
                    socket.set_zero_linger()?;
                }
            }
            Some(acceptor) => {
                let mut stream = acceptor.accept(socket).await?;
                if let After::Reset = self.serve(&mut stream).await? {
                    stream.get_ref().0.set_zero_linger()?;
                } else {
                    stream.shutdown().await?;
                }
            }
        }
        Ok(())
    }

    async fn serve(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<After> {
        let mut left = Vec::new();
        loop {
            // The fault is chosen once the request begins, so that idle connections use up no numbers.
            if read_request(stream, &mut left, Extent::Head).await?.is_none() {
                return Ok(After::Closed);
            }
            let n = self.exchanges.fetch_add(1, Relaxed);
            let fault = self.next(|plan| plan.exchange(n));
            if let Some(fault) = fault {
                self.count(format!("{fault:?}"));
            }
            let details = lock(&self.plan).details(n);
            match self.exchange(stream, &mut left, fault, details).await? {
                After::Open => {}
                after => return Ok(after),
            }
        }
    }

    async fn exchange(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        left: &mut Vec<u8>,
        fault: Option<Fault>,
        mut rng: Rng,
    ) -> io::Result<After> {
        match fault {
            Some(Fault::ResetBefore) => return Ok(After::Reset),
            Some(Fault::ResetInside) => {
                tokio::time::sleep(pause(&mut rng)).await;
                return Ok(After::Reset);
            }
            _ => {}
        }
        let Some(request) = read_request(stream, left, Extent::Whole).await? else {
            return Ok(After::Closed);
        };
        let own = match fault {
            Some(Fault::ThrottledFor0) => Some(Answer::error(429, Some("0"))),
            Some(Fault::ThrottledUntil) => Some(Answer::error(429, Some("Sun, 06 Nov 1994 08:49:37 GMT"))),
            Some(Fault::Throttled) => Some(Answer::error(429, None)),
            Some(Fault::Unavailable(status)) => Some(Answer::error(status, None)),
            _ => None,
        };
        let answer = match own {
            Some(answer) => answer,
            None => self.forward(request).await?,
        };
        write(stream, answer, fault, &mut rng).await
    }

    async fn forward(&self, request: Request) -> io::Result<Answer> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(io::Error::other)?;
        let mut onward = self
            .http
            .request(method, format!("{}{}", self.service, request.target));
        for (name, value) in &request.headers {
            if !matches!(
                name.as_str(),
                "host" | "connection" | "content-length" | "accept-encoding"
            ) {
                onward = onward.header(name, value.as_slice());
            }
        }
        let response = onward.body(request.body).send().await.map_err(io::Error::other)?;
        let headers = response
            .headers()
            .iter()
            .filter(|(name, _)| {
                !matches!(
                    name.as_str(),
                    "connection" | "content-length" | "transfer-encoding"
                )
            })
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body: response.bytes().await.map_err(io::Error::other)?.to_vec(),
        })
    }

    fn next<T>(&self, choose: impl FnOnce(&mut Plan) -> Option<T>) -> Option<T> {
        if self.calm.load(Relaxed) {
            return None;
        }
        choose(&mut lock(&self.plan))
    }

    fn count(&self, kind: String) {
        *lock(&self.struck).entry(kind).or_default() += 1;
    }
}

async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    mut answer: Answer,
    fault: Option<Fault>,
    rng: &mut Rng,
) -> io::Result<After> {
    if fault == Some(Fault::GarbageBody) {
        answer.body = (0..rng.usize(1..2000)).map(|_| rng.u8(..)).collect();
    }
    let length = answer.body.len();
    let head = answer.head(length);
    match fault {
        Some(Fault::Latency) => tokio::time::sleep(pause(rng)).await,
        Some(Fault::ResetAfter) => return Ok(After::Reset),
        Some(Fault::CloseAfter) => return Ok(After::Closed),
        Some(Fault::Hang) => hang().await?,
        Some(Fault::GarbageHead) => {
            let bytes: Vec<u8> = (0..rng.usize(1..400)).map(|_| rng.u8(..)).collect();
            stream.write_all(&bytes).await?;
            return Ok(After::Closed);
        }
        Some(Fault::GaveUp) => {
            let answer = Answer::error(504, None);
            stream.write_all(&answer.head(answer.body.len())).await?;
            stream.write_all(&answer.body).await?;
            return Ok(After::Open);
        }
        Some(Fault::CutHead) => {
            stream.write_all(&head[..rng.usize(0..head.len())]).await?;
            return Ok(After::Closed);
        }
        Some(Fault::CutBody) => {
            stream.write_all(&head).await?;
            stream
                .write_all(&answer.body[..rng.usize(0..length.max(1))])
                .await?;
            return Ok(if rng.bool() { After::Closed } else { After::Reset });
        }
        Some(Fault::ShortLength) => {
            stream
                .write_all(&answer.head(rng.usize(0..length.max(1))))
                .await?;
            stream.write_all(&answer.body).await?;
            return Ok(After::Open);
        }
        Some(Fault::LongLength) => {
            stream.write_all(&answer.head(length + rng.usize(1..500))).await?;
            stream.write_all(&answer.body).await?;
            return Ok(After::Closed);
        }
        Some(Fault::Jitter) => {
            stream.write_all(&head).await?;
            for part in answer.body.chunks((length / 6).max(1)) {
                tokio::time::sleep(pause(rng) / 4).await;
                stream.write_all(part).await?;
            }
            return Ok(After::Open);
        }
        Some(Fault::Drip) => {
            stream.write_all(&head).await?;
            let (slow, rest) = answer.body.split_at(length.min(200));
            for part in slow.chunks(7) {
                stream.write_all(part).await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            stream.write_all(rest).await?;
            return Ok(After::Open);
        }
        _ => {}
    }
    stream.write_all(&head).await?;
    stream.write_all(&answer.body).await?;
    if fault == Some(Fault::Twice) {
        if rng.bool() {
            // Late, so that it may meet the next request.
            stream.flush().await?;
            tokio::time::sleep(pause(rng) / 8).await;
        }
        stream.write_all(&head).await?;
        stream.write_all(&answer.body).await?;
    }
    stream.flush().await?;
    Ok(After::Open)
}

/// Longer than any client waits; the connection goes with the proxy.
async fn hang() -> io::Result<()> {
    tokio::time::sleep(Duration::from_secs(600)).await;
    Ok(())
}
