//! The emulator as a program: prints one line of JSON that says how to reach it, then runs until it is told to
//! end.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use scim_emulator::{Emulator, EmulatorConfig, EmulatorError, Quirk, Throttle};
use serde_json::json;
use tokio::io::AsyncReadExt;

/// An Entra-like SCIM 2.0 service on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(version, after_help = quirks())]
struct Arguments {
    /// Generated users
    #[arg(long, default_value_t = 1000)]
    users: usize,
    /// Generated groups
    #[arg(long, default_value_t = 50)]
    groups: usize,
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Milliseconds to wait before each request is handled
    #[arg(long, default_value_t = 0)]
    latency_milliseconds: u64,
    /// The same seed gives the same directory
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Lifetime of issued tokens in seconds
    #[arg(long, default_value_t = 3599)]
    token_lifetime: u64,
    /// Requests a second before 429
    #[arg(long)]
    throttle: Option<u32>,
    /// Seconds after which a cursor expires
    #[arg(long)]
    cursor_lifetime: Option<u64>,
    /// Gzip answers for clients that ask for it
    #[arg(long)]
    compress: bool,
    /// Megabytes of rendered pages to keep, so that a benchmark measures the client
    #[arg(long, default_value_t = 192)]
    page_cache_megabytes: usize,
    /// How the plain SCIM server under /scim/v2 differs from the RFCs; may be given several times
    #[arg(long = "quirk", value_name = "NAME")]
    quirks: Vec<Quirk>,
    /// End when standard input is closed, as it is when the parent process ends
    #[arg(long)]
    exit_with_stdin: bool,
}

/// The table of quirks, for --help.
fn quirks() -> String {
    let rows = Quirk::ALL
        .iter()
        .map(|quirk| format!("  {:<24} {}\n", quirk.name(), quirk.what()));
    format!("Quirks:\n{}", rows.collect::<String>())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scim-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), EmulatorError> {
    let emulator = Emulator::start(EmulatorConfig {
        users: arguments.users,
        groups: arguments.groups,
        port: arguments.port,
        latency: Duration::from_millis(arguments.latency_milliseconds),
        seed: arguments.seed,
        token_lifetime_seconds: arguments.token_lifetime,
        throttle: arguments.throttle.map(|requests_per_second| Throttle {
            requests_per_second,
            retry_after_seconds: 1,
        }),
        cursor_lifetime: arguments.cursor_lifetime.map(Duration::from_secs),
        compress: arguments.compress,
        quirks: arguments.quirks,
        page_cache_bytes: arguments.page_cache_megabytes << 20,
        ..EmulatorConfig::default()
    })
    .await?;
    let line = json!({
        "baseUri": emulator.base_uri(),
        "plainBaseUri": emulator.plain_base_uri(),
        "authority": emulator.authority(),
        "tenantId": emulator.tenant_id(),
        "clientId": emulator.client_id(),
        "clientSecret": emulator.client_secret(),
        "controlToken": emulator.control_token(),
    });
    println!("{line}");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = stdin_closed(), if arguments.exit_with_stdin => {}
    }
    emulator.stop().await;
    // A read of standard input that is still waiting would hold the runtime up.
    std::process::exit(0)
}

async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut discarded = [0; 256];
    while matches!(stdin.read(&mut discarded).await, Ok(n) if n > 0) {}
}
