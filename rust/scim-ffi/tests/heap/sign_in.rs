//! Each way to sign in that holds something secret: connect, read, disconnect, and look.

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use scim_emulator::{IDENTITY_HEADER, JOB_TOKEN};
use scim_native::*;
use serde_json::{Value, json};

use crate::scan::{Hidden, count};
use crate::serve::certificate;

/// Connections close behind a request's end; so long they may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run() {
    let (secret, token) = (random("client-secret"), random("static-token"));
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .env("PSSCIM_TEST_SECRET", &secret)
        .env("PSSCIM_TEST_TOKEN", &token)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let place: Value = serde_json::from_str(&line).unwrap();

    the_scan_finds_what_is_there_and_freed_memory_is_wiped();
    case(
        "clientSecret",
        &place,
        json!({}),
        secret.as_bytes(),
        vec![Hidden::new("the secret", secret.as_bytes())],
    );
    let mut over_tls = place.clone();
    let tls = place["tls"].as_str().unwrap();
    over_tls["baseUri"] = format!("{tls}/rp/scim").into();
    over_tls["authority"] = tls.into();
    case(
        "clientSecret",
        &over_tls,
        json!({"network": {"certificateAuthority": place["certificateAuthority"]}}),
        secret.as_bytes(),
        vec![Hidden::new("the secret", secret.as_bytes())],
    );
    case("accessToken", &place, json!({}), token.as_bytes(), vec![]);
    for (file, password) in [
        ("rsa.pem", ""),
        ("rsa.pfx", "pfx-password"),
        ("rsa-encrypted.pem", "pem-password"),
    ] {
        case(
            "certificate",
            &place,
            json!({"certificatePath": certificate(file)}),
            password.as_bytes(),
            vec![
                part_of_the_key(),
                Hidden::new("an assertion", begin(r#"{"alg":"PS256","typ":"JWT","x5t#S256":"#)),
            ],
        );
    }
    let authority = place["authority"].as_str().unwrap();
    let outside = outside_token(authority);
    case(
        "federatedToken",
        &place,
        json!({}),
        outside.as_bytes(),
        vec![Hidden::new("the outside token", outside.as_bytes())],
    );
    drop(outside);
    let text = |name: &str| place[name].as_str().unwrap();
    let variables = format!(
        "AZURE_TENANT_ID={}\0AZURE_CLIENT_ID={}\0AZURE_CLIENT_SECRET={secret}\0AZURE_AUTHORITY_HOST={authority}\0",
        text("tenantId"),
        text("clientId"),
    );
    case(
        "environmentVariable",
        &place,
        json!({}),
        variables.as_bytes(),
        vec![Hidden::new("the secret", secret.as_bytes())],
    );
    drop(variables);
    let variables = format!(
        "ACTIONS_ID_TOKEN_REQUEST_URL={authority}/issuer/github\0ACTIONS_ID_TOKEN_REQUEST_TOKEN={JOB_TOKEN}\0"
    );
    case(
        "gitHubActions",
        &place,
        json!({}),
        variables.as_bytes(),
        vec![
            Hidden::new("the job's token", JOB_TOKEN.as_bytes()),
            Hidden::new(
                "an outside token",
                begin(r#"{"alg":"ES256","kid":"emulator-issuer""#),
            ),
        ],
    );
    let variables =
        format!("IDENTITY_ENDPOINT={authority}/identity/app-service\0IDENTITY_HEADER={IDENTITY_HEADER}\0");
    case(
        "identity",
        &place,
        json!({}),
        variables.as_bytes(),
        vec![Hidden::new("the identity header", IDENTITY_HEADER.as_bytes())],
    );
    let password = random("password");
    case(
        "basic",
        &place,
        json!({"userName": "somebody"}),
        password.as_bytes(),
        vec![
            Hidden::new("the password", password.as_bytes()),
            Hidden::new(
                "the password in base64",
                STANDARD.encode(format!("somebody:{password}")),
            ),
        ],
    );
    drop(server.stdin.take());
    server.wait().unwrap();
}

/// Without this a scan that finds nothing would show nothing.
fn the_scan_finds_what_is_there_and_freed_memory_is_wiped() {
    for size in [40, 5000, 3 << 20] {
        let mut text = vec![b'.'; size];
        text[7..39].copy_from_slice(&random("text").as_bytes()[5..37]);
        let hidden = [Hidden::new("a text", &text[7..39])];
        assert!(count(&hidden)[0] > 0, "{size} bytes are not found");
        text.reserve_exact(size * 2);
        drop(text);
        assert_eq!(count(&hidden), [0], "{size} bytes are still there");
    }
}

fn case(credential: &str, place: &Value, more: Value, secret: &[u8], mut hidden: Vec<Hidden>) {
    let basic = credential == "basic";
    let elsewhere = basic || ["accessToken", "environmentVariable", "identity"].contains(&credential);
    let mut config = json!({"credential": credential, "baseUri": place["baseUri"], "maximumRetryCount": 0});
    if !elsewhere {
        for name in ["authority", "tenantId", "clientId"] {
            config[name] = place[name].clone();
        }
    }
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let config = config.to_string();
    // The caller still has what it gives.
    let mut given = count(&hidden);
    let (mut session, mut failure) = (0, 0);
    let opened = unsafe {
        scim_session_open(
            slice(config.as_bytes()),
            slice(secret),
            slice(&[]),
            &raw mut session,
            &raw mut failure,
        )
    };
    assert_eq!(opened, ScimState::Done, "{credential}");

    let list = unsafe { scim_op_list(session, slice(br#"{"endpoint":"Users"}"#)) };
    let state = scim_op_wait(list, 10_000);
    assert_eq!(
        state,
        if basic {
            ScimState::Failed
        } else {
            ScimState::Ready
        },
        "{credential}"
    );
    if !basic {
        hidden.push(token(session));
        // Where a token is what signs in, the caller has that one too.
        given.push(usize::from(credential == "accessToken"));
        assert!(
            count(&hidden).last() > Some(&0),
            "{credential}: the token of a connection is not found"
        );
    }
    assert_eq!(scim_op_free(list), ScimState::Done);
    assert_eq!(scim_session_free(session), ScimState::Done);

    let began = Instant::now();
    loop {
        let found = count(&hidden);
        let left: Vec<&str> = (0..found.len())
            .filter(|i| found[*i] > given[*i])
            .map(|i| hidden[i].name)
            .collect();
        if left.is_empty() {
            break;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{credential}: still in memory: {left:?}, {found:?}"
        );
        std::thread::yield_now();
    }
    println!("{credential}: nothing is left");
}

/// A part of what all three certificate files have as their private key: of its private exponent.
fn part_of_the_key() -> Hidden {
    let key = PrivatePkcs8KeyDer::from_pem_file(certificate("rsa.pem")).unwrap();
    Hidden::new("the key", &key.secret_pkcs8_der()[400..464])
}

/// A token of the outside issuer, asked for without the library. What is read is wiped as it is freed.
fn outside_token(authority: &str) -> String {
    let address = authority.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET /issuer/github?audience=api://AzureADTokenExchange HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {JOB_TOKEN}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    body["value"].as_str().unwrap().to_owned()
}

fn token(session: usize) -> Hidden {
    let op = scim_op_access_token(session);
    assert_eq!(scim_op_wait(op, 10_000), ScimState::Ready);
    let mut reply = std::mem::MaybeUninit::uninit();
    assert_eq!(unsafe { scim_op_take(op, reply.as_mut_ptr()) }, ScimState::Ready);
    let page = unsafe { reply.assume_init() }.page;
    let hidden = Hidden::new("the token", unsafe {
        std::slice::from_raw_parts(page.data, page.length)
    });
    assert_eq!(scim_op_free(op), ScimState::Done);
    hidden
}

fn slice(bytes: &[u8]) -> ScimSlice {
    ScimSlice {
        data: bytes.as_ptr(),
        length: bytes.len(),
    }
}

fn random(what: &str) -> String {
    let number = || RandomState::new().hash_one(0);
    format!("{what}-{:016x}{:016x}", number(), number())
}

/// How every JWT begins whose header begins so.
fn begin(header: &str) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(header);
    text.truncate(header.len() / 3 * 4);
    text
}
