//! What a list must keep to, whatever happens on the way: every user comes once and in order; or there is an error, what
//! came before it is the beginning of the list, and going on where the error says gives the rest.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use scim_client::event::{Event, Observer, Silent};
use scim_client::page::Page;
use scim_client::record::{Records, Value};
use scim_client::{Endpoint, Error, Kind, List, Query, Reader, Session};
use scim_emulator::{Emulator, EmulatorConfig};

use crate::report::Report;
use crate::tls::{self, Identity};
use crate::way::{Plans, Way, straight};

const USERS: usize = 350;

/// Longer than any list of this size may take: the client's own limits end it far earlier.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a list that was broken off is gone on with.
const GOES: usize = 5;

/// The directory that all runs read, and its users in order.
pub struct Directory {
    emulator: Emulator,
    ids: Vec<String>,
    tls: Identity,
}

impl Directory {
    /// Starts it.
    ///
    /// # Errors
    /// It cannot be started or read.
    pub async fn start() -> io::Result<Self> {
        let config = EmulatorConfig {
            users: USERS,
            groups: 5,
            ..EmulatorConfig::default()
        };
        let emulator = Emulator::start(config).await.map_err(io::Error::other)?;
        let mut directory = Self {
            emulator,
            ids: Vec::new(),
            tls: tls::identity()?,
        };
        let session = straight(&directory.emulator)?;
        let (ids, error) = read(&session, Query::default(), false)
            .await
            .map_err(io::Error::other)?;
        match error {
            Some(error) => Err(io::Error::other(error)),
            None if ids.len() == USERS => {
                directory.ids = ids;
                Ok(directory)
            }
            None => Err(io::Error::other(format!(
                "{} users in place of {USERS}",
                ids.len()
            ))),
        }
    }

    /// One run.
    ///
    /// # Errors
    /// What was not kept to.
    pub async fn run(&self, seed: u64) -> Result<Report, String> {
        self.run_plans(Plans::of(seed), &mut Rng::with_seed(seed)).await
    }

    /// One run by given plans; `rng` chooses what is asked for.
    ///
    /// # Errors
    /// What was not kept to.
    pub async fn run_plans(&self, plans: Plans, rng: &mut Rng) -> Result<Report, String> {
        let tls = (rng.u8(0..4) == 0).then_some(&self.tls);
        let way = Way::to(&self.emulator, plans, tls)
            .await
            .map_err(|e| e.to_string())?;
        let session = way
            .connect(&self.emulator, rng.u32(0..5))
            .map_err(|e| e.to_string())?;
        let query = Query {
            page_size: Some([13, 40, 100, 999][rng.usize(0..4)]),
            attributes: match rng.bool() {
                true => vec!["id".to_owned(), "userName".to_owned()],
                false => Vec::new(),
            },
            ..Query::default()
        };
        let ahead = rng.bool();
        let (mut ids, error) = read(&session, query.clone(), ahead).await?;
        if !self.ids.starts_with(&ids) {
            return Err(self.difference(&ids));
        }
        let mut report = Report {
            runs: 1,
            users: ids.len() as u64,
            ..Report::default()
        };
        match error {
            None if ids.len() < USERS => {
                return Err(format!(
                    "ended after {} of {USERS} users, without an error",
                    ids.len()
                ));
            }
            None => report.whole += 1,
            Some(error) => {
                *report.errors.entry(error.kind().id().to_owned()).or_default() += 1;
                way.calm();
                let patient = way.connect_calmly(&self.emulator).map_err(|e| e.to_string())?;
                self.go_on([&session, &patient], query, &mut ids, error).await?;
            }
        }
        report.requests = session.stats().requests;
        way.tell(&mut report);
        Ok(report)
    }

    /// Goes on where the error says, until the end. What was on its way when the faults ended may still end it again; where
    /// the machine was too busy for the session's limit of time, one with a longer limit goes on.
    async fn go_on(
        &self,
        [session, patient]: [&Session; 2],
        query: Query,
        ids: &mut Vec<String>,
        error: Error,
    ) -> Result<(), String> {
        let mut error = error;
        for _ in 0..GOES {
            let cursor = error.details().cursor.clone();
            if cursor.is_none() && !ids.is_empty() {
                return Err(format!(
                    "after {} users, no cursor to go on from: {error}",
                    ids.len()
                ));
            }
            let busy = error.kind() == Kind::Timeout;
            let (rest, again) = read(
                if busy { patient } else { session },
                Query {
                    cursor,
                    ..query.clone()
                },
                false,
            )
            .await?;
            ids.extend(rest);
            match again {
                Some(again) => error = again,
                None if *ids == self.ids => return Ok(()),
                None => return Err(format!("going on after {error}: {}", self.difference(ids))),
            }
        }
        Err(format!("still after {GOES} goes: {error}"))
    }

    fn difference(&self, ids: &[String]) -> String {
        let at = ids.iter().zip(&self.ids).take_while(|(a, b)| a == b).count();
        let what = match ids
            .get(at)
            .map(|id| self.ids.iter().position(|known| known == id))
        {
            None => "the list ends".to_owned(),
            Some(None) => "a stranger stands".to_owned(),
            Some(Some(other)) => format!("user {other} stands"),
        };
        format!("{what} where user {at} belongs, {} users in all", ids.len())
    }
}

/// Wants every page.
struct ToTheEnd;

impl Observer for ToTheEnd {
    fn event(&self, _: Event) {}
}

impl Reader for ToTheEnd {
    fn goes_on(&self) -> bool {
        true
    }
}

/// Reads a list to its end or its first error; `ahead`, the next page is asked for while a page arrives.
async fn read(session: &Session, query: Query, ahead: bool) -> Result<(Vec<String>, Option<Error>), String> {
    let mut ids = Vec::new();
    let reading = async {
        let mut list = match List::new(session, Endpoint::Users, query) {
            Ok(list) => list,
            Err(error) => return Ok::<_, String>(Some(error)),
        };
        if ahead {
            list = list.read_ahead_for(Arc::new(ToTheEnd));
        }
        loop {
            match list.next(&Silent).await {
                Ok(Some(page)) => ids.extend(ids_of(&page)?),
                Ok(None) => return Ok(None),
                Err(error) => return Ok(Some(error)),
            }
        }
    };
    let error = match tokio::time::timeout(PATIENCE, reading).await {
        Ok(ended) => ended?,
        Err(_) => return Err(format!("hangs after {} users", ids.len())),
    };
    Ok((ids, error))
}

fn ids_of(page: &Page) -> Result<Vec<String>, String> {
    let records = Records::open(&page.buffer).ok_or("a page that cannot be opened")?;
    records
        .iter()
        .map(|record| match record.get("id") {
            Some(Value::String(id)) => Ok(id.to_owned()),
            other => Err(format!("a user whose id is {other:?}")),
        })
        .collect()
}
