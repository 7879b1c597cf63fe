//! A running emulator.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, PREFIX};
use crate::config::{EmulatorConfig, EmulatorError};
use crate::faults::Fault;
use crate::mishap::Connection;
use crate::stats::{EmulatorStats, count};

/// An emulator that listens on 127.0.0.1. It ends, and its sockets close, when it is stopped or dropped.
#[derive(Debug)]
pub struct Emulator {
    app: Arc<App>,
    authority: String,
    base_uri: String,
    port: u16,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Emulator {
    /// Starts an emulator on the current tokio runtime. It serves HTTP/1.1, and HTTP/2 with prior knowledge.
    pub async fn start(config: EmulatorConfig) -> Result<Emulator, EmulatorError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(EmulatorError::NoRuntime);
        }
        check(&config)?;
        let port = config.port;
        let bind = |source| EmulatorError::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(bind)?;
        let port = listener.local_addr().map_err(bind)?.port();
        let authority = format!("http://127.0.0.1:{port}");
        let base_uri = format!("{authority}{PREFIX}");
        let app = App::new(config, &base_uri);
        let emulator = Emulator {
            app,
            authority,
            base_uri,
            port,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let (app, stop, tasks) = (
            emulator.app.clone(),
            emulator.stop.clone(),
            emulator.tasks.clone(),
        );
        emulator.tasks.spawn(accept(listener, app, stop, tasks));
        emulator.tasks.close();
        Ok(emulator)
    }

    /// `http://127.0.0.1:PORT/rp/scim`.
    pub fn base_uri(&self) -> &str {
        &self.base_uri
    }

    /// `http://127.0.0.1:PORT/scim/v2`: the plain SCIM server, which has the configured quirks.
    pub fn plain_base_uri(&self) -> String {
        format!("{}{}", self.authority, crate::plain::PREFIX)
    }

    /// `http://127.0.0.1:PORT`; the token endpoint is `{authority}/{tenant}/oauth2/v2.0/token`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The tenant that the token endpoint knows.
    pub fn tenant_id(&self) -> &str {
        &self.app.config.tenant_id
    }

    /// The application that the token endpoint knows.
    pub fn client_id(&self) -> &str {
        &self.app.config.client_id
    }

    /// The application's secret.
    pub fn client_secret(&self) -> &str {
        &self.app.config.client_secret
    }

    /// What the header `x-emulator-token` of a request under `/__emulator/` has to hold. Another one each time.
    pub fn control_token(&self) -> &str {
        &self.app.control_token
    }

    /// What has been asked of it so far.
    pub fn stats(&self) -> EmulatorStats {
        self.app.counters.snapshot()
    }

    /// Adds a fault to those in force.
    pub fn inject(&self, fault: Fault) {
        self.app.faults.add(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Makes every token issued so far invalid: the next request with one gets 401.
    pub fn expire_tokens(&self) {
        self.app.tokens.revoke();
    }

    /// The same service, with the same directory, to be served in another way, such as over TLS.
    pub fn router(&self) -> Router {
        self.app.router()
    }

    /// Stops and waits until all sockets are closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The service without a listener, for a server of the caller's own. `port` of the config is not used; set
/// `public_base_uri`.
pub fn app(config: EmulatorConfig) -> Result<Router, EmulatorError> {
    check(&config)?;
    let own = format!("http://127.0.0.1:{}{PREFIX}", config.port);
    Ok(App::new(config, &own).router())
}

fn check(config: &EmulatorConfig) -> Result<(), EmulatorError> {
    // Half of what an index holds, which leaves room for as many created ones.
    let limit = (u32::MAX / 2) as usize;
    for (what, asked) in [("users", config.users), ("groups", config.groups)] {
        if asked > limit {
            return Err(EmulatorError::TooMany { what, asked, limit });
        }
    }
    Ok(())
}

async fn accept(listener: TcpListener, app: Arc<App>, stop: CancellationToken, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // A failed accept concerns one client, or passes (too many open files): neither ends the service.
        let Ok((socket, _)) = accepted else {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            continue;
        };
        count(&app.counters.connections);
        tasks.spawn(connection(socket, app.router(), stop.child_token()));
    }
}

async fn connection(socket: TcpStream, router: Router, closed: CancellationToken) {
    // Answers are written whole; to wait for more to send only adds latency.
    let _ = socket.set_nodelay(true);
    let router = router.layer(axum::Extension(Connection(closed.clone())));
    let service = TowerToHyperService::new(router);
    let builder = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        () = closed.cancelled() => {}
        // What a client does wrong on its connection is its own affair.
        _ = builder.serve_connection(TokioIo::new(socket), service) => {}
    }
}
