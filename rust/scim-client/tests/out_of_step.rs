//! A connection on which an answer came twice: every answer behind it is the one before, until the connection is left.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use scim_client::{Config, Kind, NetworkConfig};
use support::{get, open};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Answers requests without a body. On the first connection each answer but the first bears the id of the request before.
async fn serve() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/rp/scim", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let first = count.fetch_add(1, Relaxed) == 0;
            tokio::spawn(answer(socket, first));
        }
    });
    (base, connections)
}

async fn answer(socket: TcpStream, late: bool) -> Option<()> {
    let mut stream = BufReader::new(socket);
    let mut before = None;
    loop {
        let mut id = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix("client-request-id: ") {
                id = value.trim().to_owned();
            }
        }
        let echo = before.filter(|_| late).unwrap_or_else(|| id.clone());
        before = Some(id);
        let head = format!("HTTP/1.1 200 OK\r\nclient-request-id: {echo}\r\ncontent-length: 2\r\n\r\n{{}}");
        stream.write_all(head.as_bytes()).await.ok()?;
    }
}

#[tokio::test]
async fn a_connection_out_of_step_is_left() {
    let (base, connections) = serve().await;
    let once = Config {
        maximum_retry_count: Some(0),
        ..Config::default()
    };
    let session = open(base, NetworkConfig::default(), once).unwrap();
    get(&session).await.unwrap();
    assert_eq!(get(&session).await.unwrap_err().kind(), Kind::ConnectionLost);
    assert_eq!(connections.load(Relaxed), 1);
    for _ in 0..3 {
        get(&session).await.unwrap();
    }
    assert_eq!(connections.load(Relaxed), 2);
}
