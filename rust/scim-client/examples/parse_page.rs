//! Why a parser of our own: one page of users through the page parser, through serde_json into records of the same kind,
//! through serde_json into a `Value` tree, and passed over by serde_json and by jiter. The table is in docs/performance.md.
//!
//!     cargo run --release -p scim-client --example parse_page                 999 users of an emulator started here
//!     cargo run --release -p scim-client --example parse_page -- body.json    a captured body
//!
//! The ways take turns, round by round, and what each makes is dropped inside its time.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use scim_client::page::PageParser;
use scim_emulator::{Emulator, EmulatorConfig};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

const ROUNDS: usize = 300;
/// What `Get-ScimUser -PageSize 999` names, in short: a whole extension may be named by its URN.
const ATTRIBUTES: &str = "schemas,id,externalId,meta,userName,displayName,active,name,title,userType,\
    preferredLanguage,emails,phoneNumbers,addresses,ims,\
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber,\
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,\
    urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";

type Anything = Result<(), Box<dyn Error>>;
type Way<'a> = &'a mut dyn FnMut(&[u8]) -> Anything;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything {
    let body = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => emulated().await?,
    };
    let mut parser = PageParser::default();
    let mut names = NameTable::default();
    let ways: &mut [(&str, Way<'_>)] = &mut [
        ("`PageParser` into a page buffer", &mut |body| {
            black_box(parser.list(body)?);
            Ok(())
        }),
        ("serde_json, a `Visitor`, into the same records", &mut |body| {
            black_box(records_by_serde(&mut names, body)?);
            Ok(())
        }),
        ("serde_json, read and thrown away (`IgnoredAny`)", &mut |body| {
            black_box(serde_json::from_slice::<IgnoredAny>(body)?);
            Ok(())
        }),
        ("jiter, passed over (`next_skip`)", &mut |body| {
            let mut json = jiter::Jiter::new(body);
            json.next_skip()
                .and_then(|()| json.finish())
                .map_err(|e| e.description(&json))?;
            Ok(())
        }),
        ("serde_json into a `Value` tree", &mut |body| {
            black_box(serde_json::from_slice::<Value>(body)?);
            Ok(())
        }),
    ];
    let mut times = vec![Vec::with_capacity(ROUNDS); ways.len()];
    for round in 0..=ROUNDS {
        for ((_, way), times) in ways.iter_mut().zip(&mut times) {
            let began = Instant::now();
            way(&body)?;
            // The first round makes the tables of names and warms the caches.
            if round > 0 {
                times.push(began.elapsed());
            }
        }
    }
    print(&body, ways.iter().map(|(name, _)| *name), &mut times);
    Ok(())
}

fn print<'a>(body: &[u8], ways: impl Iterator<Item = &'a str>, times: &mut [Vec<Duration>]) {
    println!("One body of {} bytes, {ROUNDS} rounds.\n", body.len());
    println!("| way | median ms | min ms | MB/s at the median | ratio |\n| --- | --- | --- | --- | --- |");
    let mut first = None;
    for (way, times) in ways.zip(times) {
        times.sort();
        let (Some(min), Some(median)) = (times.first(), times.get(times.len() / 2)) else {
            continue;
        };
        let (min, median) = (min.as_secs_f64(), median.as_secs_f64());
        let base = *first.get_or_insert(median);
        let speed = body.len() as f64 / median / 1e6;
        println!(
            "| {way} | {:.2} | {:.2} | {speed:.0} | {:.2} |",
            median * 1e3,
            min * 1e3,
            median / base
        );
    }
}

/// A first page of 999 users.
async fn emulated() -> Result<Vec<u8>, Box<dyn Error>> {
    // The crypto provider that scim-client's features leave to the caller; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::start(EmulatorConfig {
        users: 999,
        groups: 0,
        ..EmulatorConfig::default()
    })
    .await?;
    let client = reqwest::Client::new();
    let token = client
        .post(format!("{}/{}/oauth2/v2.0/token", emulator.authority(), emulator.tenant_id()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            emulator.client_id(),
            emulator.client_secret()
        ))
        .send()
        .await?;
    let token: Value = serde_json::from_slice(&token.bytes().await?)?;
    let page = client
        .get(format!(
            "{}/users?attributes={ATTRIBUTES}&count=999",
            emulator.base_uri()
        ))
        .header("accept", "application/json")
        .bearer_auth(token["access_token"].as_str().ok_or("no token")?)
        .send()
        .await?
        .error_for_status()?;
    let body = page.bytes().await?.to_vec();
    emulator.stop().await;
    Ok(body)
}

/// Reads the whole body by serde_json's visitor into records as docs/records.md has them: what the page parser would
/// be without jiter. It leaves out the tables behind the records and the search for duplicate members.
fn records_by_serde(names: &mut NameTable, body: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 2);
    let mut json = serde_json::Deserializer::from_slice(body);
    Record { names, out: &mut out }.deserialize(&mut json)?;
    json.end()?;
    Ok(out)
}

#[derive(Default)]
struct NameTable {
    ids: HashMap<Box<str>, u64>,
    names: Vec<Box<str>>,
    /// The name that last came after each: as in the page parser, one comparison stands in for hashing.
    follower: Vec<usize>,
    last: usize,
}

impl NameTable {
    fn intern(&mut self, name: &str) -> u64 {
        if let Some(&expected) = self.follower.get(self.last)
            && self.names.get(expected).is_some_and(|known| **known == *name)
        {
            self.last = expected;
            return expected as u64;
        }
        let next = self.names.len() as u64;
        let id = *self.ids.entry(name.into()).or_insert(next);
        if id == next {
            self.names.push(name.into());
            self.follower.push(0);
        }
        if let Some(slot) = self.follower.get_mut(self.last) {
            *slot = id as usize;
        }
        self.last = id as usize;
        id
    }
}

/// One value, written behind `out`.
struct Record<'a> {
    names: &'a mut NameTable,
    out: &'a mut Vec<u8>,
}

impl Record<'_> {
    fn within(&mut self) -> Record<'_> {
        Record {
            names: self.names,
            out: self.out,
        }
    }

    fn open(&mut self, tag: u8) -> usize {
        self.out.push(tag);
        self.out.extend_from_slice(&[0; 4]);
        self.out.len()
    }

    fn close(&mut self, start: usize) {
        let length = (self.out.len() - start) as u32;
        self.out[start - 4..start].copy_from_slice(&length.to_le_bytes());
    }

    fn number(&mut self, text: impl fmt::Display) {
        let text = text.to_string();
        self.out.push(4);
        varint(self.out, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }
}

impl<'de> DeserializeSeed<'de> for Record<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.out.push(0);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.out.push(1 + u8::from(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.out.push(3);
        varint(self.out, ((value << 1) ^ (value >> 63)) as u64);
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(mut self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => {
                self.number(value);
                Ok(())
            }
        }
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.number(value);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.len() < 128 && text.starts_with("urn:") {
            self.out.push(6);
            let id = self.names.intern(text);
            varint(self.out, id);
        } else {
            self.out.push(5);
            varint(self.out, text.len() as u64);
            self.out.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let start = self.open(7);
        self.out.push(0);
        let mut count = 0;
        while items.next_element_seed(self.within())?.is_some() {
            count += 1;
        }
        // Above 127 the count would take more room, as the page parser gives it; what follows is as long either way.
        self.out[start] = u8::try_from(count).unwrap_or(u8::MAX);
        self.close(start);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let start = self.open(8);
        while members
            .next_key_seed(Name {
                names: self.names,
                out: self.out,
            })?
            .is_some()
        {
            members.next_value_seed(self.within())?;
        }
        self.close(start);
        Ok(())
    }
}

/// One member's name.
struct Name<'a> {
    names: &'a mut NameTable,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        let id = self.names.intern(name);
        varint(self.out, id);
        Ok(())
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
