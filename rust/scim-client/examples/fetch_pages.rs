//! The limit that the benchmark measures against (docs/performance.md): the pages of one list, fetched by a plain
//! `reqwest::Client` one after another, and dropped. Nothing is parsed; `nextCursor` is looked for in the first and
//! the last few hundred bytes of a body.
//!
//! Standard input: one line of JSON, as the emulator prints it, with `query` added: what follows `/users?`.
//! Standard output: `{"seconds":…,"cpuSeconds":…,"bytes":…,"pages":…,"peakBytes":…}`. The sign-in and one request of the first page
//! come before the clock starts, as they do for everything that is measured.

use std::error::Error;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Client;
use serde::Deserialize;

/// Bytes at either end of a body in which the envelope's members are looked for.
const EDGE: usize = 512;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    base_uri: String,
    authority: String,
    tenant_id: String,
    client_id: String,
    client_secret: String,
    query: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// What is known of a page once it has gone by.
struct Passed {
    bytes: usize,
    next: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    // The crypto provider that scim-client's features leave to the caller; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().tcp_nodelay(true).build()?;
    let token = sign_in(&client, &job).await?;
    page(&client, &job, &token, None).await?;

    let (began, cpu) = (Instant::now(), cpu());
    let (mut bytes, mut pages, mut cursor) = (0, 0, None);
    loop {
        let passed = page(&client, &job, &token, cursor.as_deref()).await?;
        bytes += passed.bytes;
        pages += 1;
        cursor = passed.next;
        if cursor.is_none() {
            break;
        }
    }
    report(began.elapsed(), cpu, bytes, pages);
    Ok(())
}

fn report(elapsed: Duration, cpu_before: Option<f64>, bytes: usize, pages: usize) {
    let line = serde_json::json!({
        "seconds": elapsed.as_secs_f64(),
        "cpuSeconds": cpu().zip(cpu_before).map(|(now, before)| now - before),
        "bytes": bytes,
        "pages": pages,
        "peakBytes": peak(),
    });
    println!("{line}");
}

async fn sign_in(client: &Client, job: &Job) -> Result<String, Box<dyn Error>> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &job.client_id),
        ("client_secret", &job.client_secret),
        ("scope", "https://graph.microsoft.com/.default"),
    ]
    .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
    .join("&");
    let answer = client
        .post(format!("{}/{}/oauth2/v2.0/token", job.authority, job.tenant_id))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?
        .error_for_status()?;
    Ok(serde_json::from_slice::<Token>(&answer.bytes().await?)?.access_token)
}

/// Fetches one page, looks for the cursor of the next, and drops it.
async fn page(
    client: &Client,
    job: &Job,
    token: &str,
    cursor: Option<&str>,
) -> Result<Passed, Box<dyn Error>> {
    let mut url = format!("{}/users?{}", job.base_uri, job.query);
    if let Some(cursor) = cursor {
        url.push_str("&cursor=");
        url.extend(utf8_percent_encode(cursor, NON_ALPHANUMERIC));
    }
    let request = client
        .get(url)
        .header("accept", "application/json")
        .bearer_auth(token);
    let body = request.send().await?.error_for_status()?.bytes().await?;
    // Entra puts it before the resources, other services behind them.
    let head = body.get(..EDGE).unwrap_or(&body);
    let tail = body.get(body.len().saturating_sub(EDGE)..).unwrap_or(&body);
    Ok(Passed {
        bytes: body.len(),
        next: next_cursor(head).or_else(|| next_cursor(tail)),
    })
}

/// The value of `"nextCursor":"…"`. Entra's cursors hold nothing that JSON escapes.
fn next_cursor(bytes: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"\"nextCursor\":\"";
    let value = bytes.get(memchr::memmem::find(bytes, NAME)? + NAME.len()..)?;
    let text = std::str::from_utf8(value.get(..memchr::memchr(b'"', value)?)?).ok()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Processor time of this thread, which does all the work, in seconds, where the system says so in /proc.
fn cpu() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

/// Peak resident memory in bytes, where the system says so in /proc.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
