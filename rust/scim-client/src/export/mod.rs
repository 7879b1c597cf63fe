//! A list written to a file as its pages arrive: CSV, one column an attribute path, or one JSON object a line. Memory
//! stays flat, the file gets its name only when it is whole, and an export that broke off can go on.

mod columns;
mod file;
mod sheet;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::ahead::Reader;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::filter::Resource;
use crate::list::Query;
use crate::page::{Incomplete, Page};
use crate::record::{Records, Spelled};
use crate::search::{Search, without_incomplete};
use crate::session::Session;

use columns::Columns;
use file::{Choice, Target};
use sheet::Sheet;

/// Pages that wait to be written; one is being written, one is being parsed, and more would only take memory.
const WAITING: usize = 2;

/// What to export, and where to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportRequest {
    /// The file. Its folder must be there.
    pub path: PathBuf,
    /// The form of the file.
    pub format: Format,
    /// The columns, and the attributes to ask for.
    pub attributes: Vec<String>,
    /// A filter (RFC 7644 section 3.4.2.2).
    pub filter: Option<String>,
    /// Evaluates here what the service cannot filter by.
    pub client_side_filter: bool,
    /// Goes on where an export broke off, where one did.
    pub resume: bool,
    /// Replaces what is there, read-only files and interrupted exports too.
    pub force: bool,
    /// Replaces nothing.
    pub no_clobber: bool,
    /// Begins the file with a byte order mark, by which Excel knows UTF-8.
    pub byte_order_mark: bool,
    /// Puts a `'` before what a spreadsheet would take for a formula.
    pub guard_formula: bool,
    /// How often the disk is waited for, in place of once a second: for tests, and never across the ABI.
    #[serde(skip)]
    pub checkpoint_every: Option<Duration>,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// RFC 4180, with a line of titles.
    #[default]
    Csv,
    /// One JSON object a line, as the service sent it.
    JsonLines,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Resources in the file.
    pub count: u64,
    /// Of these, the ones that an earlier export had written.
    pub resumed: u64,
    /// Resources that this run left out because they can't be read completely.
    pub skipped: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Requests that this took, repeated ones included.
    pub requests: u64,
    /// US dollars that they cost.
    pub estimated_cost: f64,
}

/// An export, ready to run.
pub struct Export {
    session: Session,
    search: Search,
    rows: Rows,
    head: Vec<u8>,
    target: Target,
}

impl Export {
    /// Checks what is asked for, locks the file and looks at what is there already. Writes nothing and sends nothing. Blocks
    /// for some seconds where another export has the file.
    ///
    /// # Errors
    /// Those of [`Search::new`]; `InvalidExport`, `FileExists`, `ExportInUse`, `ExportInterrupted`, `FileNotWritten`.
    pub fn new(session: &Session, endpoint: Endpoint, request: &ExportRequest) -> Result<Self, Error> {
        let resource = match endpoint {
            Endpoint::Groups => Resource::Group,
            _ => Resource::User,
        };
        let service = session.service();
        let mut head = Vec::new();
        if request.byte_order_mark {
            head.extend_from_slice("\u{feff}".as_bytes());
        }
        let (rows, attributes) = match request.format {
            Format::Csv => {
                let Columns { columns, attributes } =
                    Columns::of(session.attributes(), resource, &request.attributes)?;
                let (sheet, titles) = Sheet::new(columns, request.guard_formula);
                head.extend_from_slice(&titles);
                (Rows::Sheet(Box::new(sheet)), attributes)
            }
            Format::JsonLines if request.attributes.is_empty() && service == Service::Entra => {
                (Rows::Json, columns::all_but_manager(resource))
            }
            Format::JsonLines if request.attributes.is_empty() => (Rows::Json, Vec::new()),
            Format::JsonLines => {
                let named = Columns::of(session.attributes(), resource, &request.attributes)?;
                (Rows::Json, named.attributes)
            }
        };
        let choice = Choice {
            resume: request.resume,
            force: request.force,
            no_clobber: request.no_clobber,
        };
        let of = session.describe();
        // What decides each byte of the file; an export may go on only where all of it is the same.
        let mark = serde_json::json!([
            1,
            of.base_uri,
            of.tenant_id,
            format!("{endpoint:?}"),
            request.filter,
            request.client_side_filter,
            attributes,
            head.len(),
            String::from_utf8_lossy(&head),
            request.guard_formula,
        ]);
        let target = Target::new(&request.path, mark.to_string(), choice, request.checkpoint_every)?;
        let query = Query {
            filter: request.filter.clone(),
            attributes,
            cursor: target.progress().cursor.clone(),
            ..Query::default()
        };
        Ok(Self {
            session: session.clone(),
            search: Search::new(session, endpoint, query, request.client_side_filter)?,
            rows,
            head,
            target,
        })
    }

    /// As [`Search::read_ahead_for`].
    #[must_use]
    pub fn read_ahead_for(self, reader: Arc<dyn Reader>) -> Self {
        Self {
            search: self.search.read_ahead_for(reader),
            ..self
        }
    }

    /// Runs it to its end. `told` hears how many resources are in the file, and how many there are where that is known.
    /// Dropped before, it leaves a file that can be gone on from.
    ///
    /// # Errors
    /// Those of [`Search::next`]; `FileNotWritten`.
    pub async fn run(
        mut self,
        observer: &dyn Observer,
        mut told: impl FnMut(u64, Option<u64>),
    ) -> Result<Exported, Error> {
        let before = self.session.stats();
        let resumed = self.target.progress().count;
        let mut skipped = 0;
        if !self.target.is_complete() {
            if resumed > 0 {
                let text = format!("Resuming after the {resumed} resources that the file already contains.");
                observer.event(Event::Note(text));
            }
            self.target.begin(&self.head)?;
            let (target, unfilled) = copy(
                self.search,
                self.rows,
                self.target,
                observer,
                &mut told,
                &mut skipped,
            )
            .await?;
            self.target = target;
            if resumed == 0 && self.target.written() > 0 {
                for title in unfilled {
                    observer.event(Event::Warning(format!(
                        "The column '{title}' is empty. Check the name: the server doesn't say which attributes it has."
                    )));
                }
            }
        }
        let done = self.target.finish()?;
        let stats = self.session.stats();
        Ok(Exported {
            count: done.count,
            resumed,
            skipped,
            bytes: done.bytes,
            requests: stats.requests - before.requests,
            estimated_cost: self
                .session
                .cost_of(stats.billable_requests - before.billable_requests),
        })
    }
}

/// Writes every page, on a thread of its own, while the next is fetched and parsed. Gives the titles of columns that may
/// not be the server's, and are empty.
async fn copy(
    mut search: Search,
    rows: Rows,
    target: Target,
    observer: &dyn Observer,
    told: &mut impl FnMut(u64, Option<u64>),
    skipped: &mut u64,
) -> Result<(Target, Vec<String>), Error> {
    let mut count = target.progress().count;
    let (pages, waiting) = mpsc::channel(WAITING);
    let writer = tokio::task::spawn_blocking(move || write(waiting, rows, target));
    let mut broken = None;
    while search.has_more() {
        let page = match search.next(observer).await {
            Ok(Some(page)) if page.incomplete.is_empty() => page,
            Ok(Some(page)) => {
                *skipped += page.incomplete.len() as u64;
                page.incomplete
                    .iter()
                    .for_each(|each| observer.incomplete(left_out(each)));
                without_incomplete(page)
            }
            Ok(None) => break,
            Err(error) => {
                broken = Some(error);
                break;
            }
        };
        count += page.count as u64;
        let total = page.total_results;
        // The writer has stopped: its own error says why.
        if pages.send(page).await.is_err() {
            break;
        }
        told(count, total);
    }
    drop(pages);
    let written = writer
        .await
        .map_err(|e| Error::new(Kind::InternalError, format!("The export's writer stopped: {e}.")))?;
    let (mut target, unfilled) = written?;
    let Some(error) = broken else {
        return Ok((target, unfilled));
    };
    // The file's own trouble must not hide what the service said.
    let advances = error.kind() != Kind::PagingLoop;
    let can_go_on = advances && target.checkpoint().is_ok() && target.progress().cursor.is_some();
    if !can_go_on {
        target.give_up()?;
    }
    Err(error.with(|d| {
        // The list's own place is not the file's.
        d.cursor = None;
        d.advice += if can_go_on {
            " The resources written before this are kept. To continue, run the same command with -Resume."
        } else {
            " The service doesn't say where to resume, so start the export again."
        };
    }))
}

/// The error of a resource that is in no row: a file has no mark for what isn't known.
fn left_out(incomplete: &Incomplete) -> Error {
    Error::of_incomplete(incomplete).with(|d| {
        "The file leaves it out. Correct the value in the directory, or name the attributes to export without this one with -Attributes."
            .clone_into(&mut d.advice);
        d.cursor = None;
    })
}

fn write(
    mut waiting: mpsc::Receiver<Page>,
    mut rows: Rows,
    mut target: Target,
) -> Result<(Target, Vec<String>), Error> {
    let mut out = Vec::new();
    while let Some(page) = waiting.blocking_recv() {
        out.clear();
        if let Some(records) = Records::open(&page.buffer) {
            rows.write(records, &mut out);
        }
        target.append(&out, page.count as u64, page.next_cursor)?;
    }
    let unfilled = match &rows {
        Rows::Sheet(sheet) => sheet.unfilled().map(str::to_owned).collect(),
        Rows::Json => Vec::new(),
    };
    Ok((target, unfilled))
}

/// How a record becomes a line.
enum Rows {
    Sheet(Box<Sheet>),
    Json,
}

impl Rows {
    fn write(&mut self, page: Records<'_>, out: &mut Vec<u8>) {
        match self {
            Rows::Sheet(sheet) => sheet.write(page, out),
            Rows::Json => {
                let names = Spelled::of_page(page);
                for record in page.iter() {
                    record.write_json(Some(&names), out);
                    out.push(b'\n');
                }
            }
        }
    }
}
