//! A search: what a filter asks for, by as many lists as the service needs for it. On Entra, `or` becomes several lists
//! run one after another, and what Entra cannot filter by at all is, where the caller agrees, evaluated here on the
//! records as they arrive. What the service returns for a filter is checked, since some servers ignore filters. A resource
//! that is in two lists, or twice in one, comes once.

mod extra;
mod ids;
mod lists;
mod place;
mod sieve;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::ahead::Reader;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::{Answering, Event, Observer, Question};
use crate::filter::AttrPath;
use crate::list::{List, Query};
use crate::page::Page;
use crate::record::{Record, Records, Value};
use crate::session::Session;

use extra::{Extra, Strip};
use ids::Ids;
use lists::{Lists, Step};
use place::Place;

/// A search that is being read, page by page, as a [`List`] is. Nothing is fetched that the next page does not need.
#[derive(Debug)]
pub struct Search {
    session: Session,
    endpoint: Endpoint,
    /// What is asked of every list; its filter is each list's own.
    query: Query,
    steps: Vec<Step>,
    /// The list that is read, and which of `steps` it is.
    list: Option<List>,
    at: usize,
    strip: Option<Strip>,
    /// What came.
    ids: Ids,
    /// How many of the lists were read by an earlier search, which this one goes on from.
    read_before: usize,
    mark: u32,
    /// What is still to be told of how the search is done.
    note: Option<String>,
    kept: u64,
    /// Resources that came before, in this list or another.
    twice: u64,
    /// Resources that don't match the filter, of a service that doesn't ignore it.
    unmatched: u64,
    requests: Arc<AtomicU64>,
    reader: Option<Arc<dyn Reader>>,
}

impl Search {
    /// Prepares a search. Nothing is sent before [`Search::next`]. With `client_side`, what the service cannot filter by
    /// is evaluated here; of a server that is not Entra nothing is known, so there everything is.
    ///
    /// # Errors
    /// `FilterSyntax`, when the filter breaks the grammar; `InvalidFilter`, when it is known that it cannot be served;
    /// `InvalidCursor`, when the cursor is that of another search.
    pub fn new(
        session: &Session,
        endpoint: Endpoint,
        query: Query,
        client_side: bool,
    ) -> Result<Self, Error> {
        let Lists { steps, note } = Lists::of(session.service(), endpoint, &query, client_side)?;
        let needed: Vec<AttrPath> = steps.iter().flat_map(Step::needs).collect();
        let Extra {
            attributes,
            excluded,
            strip,
        } = Extra::new(&query.attributes, &query.excluded_attributes, &needed);
        let several = steps.len() > 1;
        let mark = place::mark(steps.iter().map(Step::text));
        let start = match query.cursor {
            Some(cursor) if several => Place::read(&cursor, steps.len(), mark)?,
            cursor => Place { list: 0, cursor },
        };
        Ok(Self {
            session: session.clone(),
            endpoint,
            query: Query {
                attributes,
                excluded_attributes: excluded,
                cursor: start.cursor,
                // How many of a page pass is not known before it is there.
                wanted: query
                    .wanted
                    .filter(|_| steps.iter().all(|step| step.local.is_none())),
                ..query
            },
            list: None,
            at: start.list,
            strip,
            ids: Ids::default(),
            read_before: start.list,
            mark,
            note,
            steps,
            kept: 0,
            twice: 0,
            unmatched: 0,
            requests: Arc::default(),
            reader: None,
        })
    }

    /// As [`List::read_ahead_for`].
    #[must_use]
    pub fn read_ahead_for(self, reader: Arc<dyn Reader>) -> Self {
        let requests = Arc::clone(&self.requests);
        let reader: Arc<dyn Reader> = Arc::new(Counter {
            observer: reader,
            requests,
        });
        Self {
            reader: Some(reader),
            ..self
        }
    }

    /// Whether there is a further page to ask for.
    #[must_use]
    pub fn has_more(&self) -> bool {
        match &self.list {
            Some(list) if list.has_more() => true,
            Some(_) => self.at + 1 < self.steps.len(),
            None => self.at < self.steps.len(),
        }
    }

    /// The next page, or None behind the last. A page may be empty where none of its resources passed.
    ///
    /// # Errors
    /// Those of [`List::next`], each with a cursor from which a search of the same filter goes on; `FilterIgnored` where
    /// the service returned resources that don't match the filter. Then none of that part of the page is given.
    pub async fn next(&mut self, observer: &dyn Observer) -> Result<Option<Page>, Error> {
        if let Some(note) = self.note.take() {
            observer.event(Event::Note(note));
        }
        let counter = Counter {
            observer,
            requests: Arc::clone(&self.requests),
        };
        let result = self.advance(&counter).await;
        // With a number that is wanted, nobody may ask for the end.
        if result.is_err() || !self.has_more() || self.query.wanted.is_some() {
            self.tell_left_out(observer);
        }
        if matches!(result, Ok(None)) || (matches!(result, Ok(Some(_))) && !self.has_more()) {
            self.tell_end(observer);
        }
        result
    }

    async fn advance(&mut self, observer: &dyn Observer) -> Result<Option<Page>, Error> {
        while self.read_before > 0 {
            self.recall(observer).await?;
        }
        while self.at < self.steps.len() {
            let mut list = match self.list.take() {
                Some(list) => list,
                None => self.open(self.at, self.query.cursor.clone())?,
            };
            let result = list.next(observer).await;
            self.list = Some(list);
            match result {
                Ok(Some(page)) => {
                    let is_checked = self.check(&page)?;
                    return Ok(Some(self.sift(page, is_checked)));
                }
                Ok(None) => {
                    self.list = None;
                    self.query.cursor = None;
                    self.at += 1;
                }
                Err(error) => return Err(self.located(error)),
            }
        }
        Ok(None)
    }

    fn open(&self, step: usize, cursor: Option<String>) -> Result<List, Error> {
        let query = Query {
            filter: self.steps.get(step).and_then(|step| step.filter.clone()),
            cursor,
            wanted: self
                .query
                .wanted
                .map(|wanted| wanted.saturating_sub(self.kept).max(1)),
            ..self.query.clone()
        };
        let list = List::new(&self.session, self.endpoint, query)?;
        Ok(match &self.reader {
            Some(reader) => list.read_ahead_for(Arc::clone(reader)),
            None => list,
        })
    }

    /// Checks that what the service returned matches the filter that it got; says whether all of it does. An index that is
    /// behind its directory shows in a few resources, which are left out; a server that ignores the filter, in most.
    fn check(&mut self, page: &Page) -> Result<bool, Error> {
        let step = self.steps.get(self.at);
        let Some((step, check)) = step.and_then(|step| Some((step, step.check.as_ref()?))) else {
            return Ok(true);
        };
        // Of what couldn't be read completely, nothing is certain.
        let incomplete: Vec<usize> = page.incomplete.iter().filter_map(|each| each.record).collect();
        let records = Records::open(&page.buffer).into_iter().flat_map(Records::iter);
        let mut wrong = records
            .enumerate()
            .filter(|(n, record)| !incomplete.contains(n) && check.mismatch.is_certain(*record));
        let Some((_, first)) = wrong.next() else {
            return Ok(true);
        };
        let all = 1 + wrong.count();
        if self.session.service() == Service::Entra && 2 * all <= page.count {
            self.unmatched += all as u64;
            return Ok(false);
        }
        let message = format!(
            "The server ignores the filter {}: it returned {}, which doesn't match.",
            step.text(),
            label(first)
        );
        (self.list, self.at) = (None, self.steps.len());
        Err(Error::new(Kind::FilterIgnored, message))
    }

    /// The page without what does not pass, what came before, and what was asked for the filter's sake alone.
    fn sift(&mut self, page: Page, is_checked: bool) -> Page {
        let (steps, ids, twice) = (&self.steps, &mut self.ids, &mut self.twice);
        let step = steps.get(self.at);
        let local = step.and_then(|step| step.local.as_ref());
        let check = step.and_then(|step| step.check.as_ref()).filter(|_| !is_checked);
        let mut page = sieve::sift(page, self.strip.as_ref(), |record| {
            if check.is_some_and(|check| check.mismatch.is_certain(record))
                || local.is_some_and(|local| !local.matcher.matches(record))
            {
                return false;
            }
            let is_new = ids.insert_id_of(record);
            *twice += u64::from(!is_new);
            is_new
        });
        self.kept += page.count as u64;
        let several = self.steps.len() > 1;
        if several {
            for incomplete in &mut page.incomplete {
                incomplete.cursor = incomplete
                    .cursor
                    .take()
                    .map(|cursor| self.place(self.at, Some(cursor)));
            }
        }
        if several || local.is_some() {
            page.total_results = None;
        }
        if several {
            page.next_cursor = match page.next_cursor.take() {
                Some(cursor) => Some(self.place(self.at, Some(cursor))),
                None if self.list.as_ref().is_some_and(List::has_more) => None,
                None => (self.at + 1 < self.steps.len()).then(|| self.place(self.at + 1, None)),
            };
        }
        page
    }

    /// Reads the ids of the last of the lists that were read before this search, so that who was in them does not come
    /// again. Only what decides that is asked for, in the largest pages.
    async fn recall(&mut self, observer: &dyn Observer) -> Result<(), Error> {
        let at = self.read_before - 1;
        let Some(step) = self.steps.get(at) else {
            return Ok(());
        };
        observer.event(Event::Note(format!(
            "List {} of {} was already read. PSScim reads only its ids again, to skip duplicates.",
            at + 1,
            self.steps.len()
        )));
        let needs: Vec<AttrPath> = step.needs().collect();
        let query = Query {
            filter: step.filter.clone(),
            attributes: Extra::new(&["id".to_owned()], &[], &needs).attributes,
            ..Query::default()
        };
        let mut list = List::new(&self.session, self.endpoint, query)?;
        while list.has_more() {
            let page = list.next(observer).await.map_err(|error| {
                let cursor = self.place(self.at, self.query.cursor.clone());
                error.with(|d| d.cursor = Some(cursor))
            })?;
            let Some(page) = page else { break };
            let local = self.steps.get(at).and_then(|step| step.local.as_ref());
            for record in Records::open(&page.buffer).into_iter().flat_map(Records::iter) {
                if local.is_none_or(|local| local.matcher.matches(record)) {
                    self.ids.insert_id_of(record);
                }
            }
        }
        self.read_before -= 1;
        Ok(())
    }

    /// The error with a cursor for the whole search in place of one for a list.
    fn located(&self, error: Error) -> Error {
        if self.steps.len() == 1 || (self.at == 0 && error.details().cursor.is_none()) {
            return error;
        }
        error.with(|d| {
            if d.cursor.is_none() {
                d.advice += " The resources received before this are in the pipeline. To resume after them, pass the error's Cursor to -Cursor.";
            }
            d.cursor = Some(self.place(self.at, d.cursor.take()));
        })
    }

    fn place(&self, list: usize, cursor: Option<String>) -> String {
        Place { list, cursor }.to_text(self.mark)
    }

    /// Says what was left out of the list, once it has ended.
    fn tell_left_out(&mut self, observer: &dyn Observer) {
        let what = match self.endpoint {
            Endpoint::Users => "users",
            Endpoint::Groups => "groups",
            _ => "resources",
        };
        let unmatched = std::mem::take(&mut self.unmatched);
        if unmatched > 0 {
            observer.event(Event::Warning(format!(
                "{unmatched} {what} that the service returned don't match the filter and were left out. Its index may be behind the directory."
            )));
        }
        // In several lists the same resource is expected, and told of at the end.
        if self.steps.len() == 1 {
            let twice = std::mem::take(&mut self.twice);
            if twice > 0 {
                observer.event(Event::Warning(format!(
                    "The server returned {twice} {what} more than once. Each is given once, by its id."
                )));
            }
        }
    }

    fn tell_end(&mut self, observer: &dyn Observer) {
        let lists = self.steps.len();
        if lists > 1 && self.at < lists {
            let (requests, twice) = (self.requests.load(Relaxed), self.twice);
            observer.event(Event::Note(format!(
                "{lists} lists took {requests} requests. {twice} resources were in more than one list and were returned once."
            )));
            self.at = lists;
            self.list = None;
        }
    }
}

/// The page of the records that are kept.
pub(crate) fn only(page: Page, keep: impl FnMut(Record<'_>) -> bool) -> Page {
    sieve::sift(page, None, keep)
}

/// The page without the records that couldn't be read completely.
pub(crate) fn without_incomplete(page: Page) -> Page {
    let left_out: Vec<usize> = page.incomplete.iter().filter_map(|each| each.record).collect();
    let mut at = 0;
    only(page, |_| {
        at += 1;
        !left_out.contains(&(at - 1))
    })
}

/// A resource, as messages name it.
fn label(record: Record<'_>) -> String {
    let text = |name| record.get(name).and_then(Value::text);
    let id = text("id").map_or("an object without an id".to_owned(), |id| {
        format!("the object {id}")
    });
    match text("userName").or_else(|| text("displayName")) {
        Some(name) => format!("{id} ('{name}')"),
        None => id,
    }
}

/// Counts requests on their way to the caller's observer.
struct Counter<O> {
    observer: O,
    requests: Arc<AtomicU64>,
}

impl<O: Deref<Target: Observer> + Send + Sync> Observer for Counter<O> {
    fn event(&self, event: Event) {
        if matches!(event, Event::Request { .. }) {
            self.requests.fetch_add(1, Relaxed);
        }
        self.observer.event(event);
    }

    fn incomplete(&self, error: Error) {
        self.observer.incomplete(error);
    }

    fn ask(&self, question: Question) -> Answering<'_> {
        self.observer.ask(question)
    }
}

impl Reader for Counter<Arc<dyn Reader>> {
    fn goes_on(&self) -> bool {
        self.observer.goes_on()
    }
}
