//! A search: what a filter asks for, by as many lists as the service needs for it. On Entra, `or` becomes several lists
//! run one after another, and what Entra cannot filter by at all is, where the caller agrees, evaluated here on the
//! records as they arrive. A resource that is in two lists comes once.

mod extra;
mod ids;
mod place;
mod sieve;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::{Answering, Event, Observer, Question};
use crate::filter::{self, AttrPath, Filter, Matcher, Part, Resource, Unsupported, known, plan};
use crate::list::{List, Query};
use crate::page::Page;
use crate::record::{Record, Value};
use crate::session::Session;

use extra::{Extra, Strip};
use ids::Ids;
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
    /// What came, where more than one list may hold it.
    ids: Option<Ids>,
    /// How many of the lists were read by an earlier search, which this one goes on from.
    read_before: usize,
    mark: u32,
    /// What is still to be told of how the search is done.
    note: Option<String>,
    kept: u64,
    twice: u64,
    requests: u64,
}

/// One of the lists.
#[derive(Debug)]
struct Step {
    filter: Option<String>,
    local: Option<Local>,
}

/// What is evaluated here.
#[derive(Debug)]
struct Local {
    filter: Filter,
    matcher: Matcher,
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
        let service = session.service();
        let filter = query.filter.as_deref().map(read).transpose()?;
        let parts = match (filter, resource(endpoint)) {
            (Some(filter), Some(resource)) => parts(service, resource, &query, filter, client_side)?,
            _ => Parts::whole(query.filter.clone()),
        };
        let needed: Vec<AttrPath> = parts.steps.iter().flat_map(Step::needs).collect();
        let Extra {
            attributes,
            excluded,
            strip,
        } = Extra::new(&query.attributes, &query.excluded_attributes, &needed);
        let several = parts.steps.len() > 1;
        let mark = place::mark(parts.steps.iter().map(Step::text));
        let start = match query.cursor {
            Some(cursor) if several => Place::read(&cursor, parts.steps.len(), mark)?,
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
                    .filter(|_| parts.steps.iter().all(|step| step.local.is_none())),
                ..query
            },
            list: None,
            at: start.list,
            strip,
            ids: several.then(Ids::default),
            read_before: start.list,
            mark,
            note: parts.note,
            steps: parts.steps,
            kept: 0,
            twice: 0,
            requests: 0,
        })
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
    /// Those of [`List::next`], each with a cursor from which a search of the same filter goes on.
    pub async fn next(&mut self, observer: &dyn Observer) -> Result<Option<Page>, Error> {
        if let Some(note) = self.note.take() {
            observer.event(Event::Note(note));
        }
        let counter = Counter {
            observer,
            requests: AtomicU64::new(0),
        };
        let result = self.advance(&counter).await;
        self.requests += counter.requests.into_inner();
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
                Ok(Some(page)) => return Ok(Some(self.sift(page))),
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
        List::new(&self.session, self.endpoint, query)
    }

    /// The page without what does not pass, what came before, and what was asked for the filter's sake alone.
    fn sift(&mut self, page: Page) -> Page {
        let (steps, ids, twice) = (&self.steps, &mut self.ids, &mut self.twice);
        let local = steps.get(self.at).and_then(|step| step.local.as_ref());
        let mut page = sieve::sift(page, self.strip.as_ref(), |record| {
            if local.is_some_and(|local| !local.matcher.matches(record)) {
                return false;
            }
            let is_new = match (ids.as_mut(), id(record)) {
                (Some(ids), Some(id)) => ids.insert(id),
                _ => true,
            };
            *twice += u64::from(!is_new);
            is_new
        });
        self.kept += page.count as u64;
        let several = self.ids.is_some();
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
            "List {} of {} was read before: only its ids are read again, so that nobody comes twice.",
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
            let ids = self.ids.get_or_insert_default();
            sieve::sift(page, None, |record| {
                let passes = local.is_none_or(|local| local.matcher.matches(record));
                if let (true, Some(id)) = (passes, id(record)) {
                    ids.insert(id);
                }
                true
            });
        }
        self.read_before -= 1;
        Ok(())
    }

    /// The error with a cursor for the whole search in place of one for a list.
    fn located(&self, error: Error) -> Error {
        if self.ids.is_none() || (self.at == 0 && error.details().cursor.is_none()) {
            return error;
        }
        error.with(|d| {
            if d.cursor.is_none() {
                d.advice += " What came before is in the pipeline; to go on behind it, give the error's Cursor to -Cursor.";
            }
            d.cursor = Some(self.place(self.at, d.cursor.take()));
        })
    }

    fn place(&self, list: usize, cursor: Option<String>) -> String {
        Place { list, cursor }.to_text(self.mark)
    }

    fn tell_end(&mut self, observer: &dyn Observer) {
        let lists = self.steps.len();
        if lists > 1 && self.at < lists {
            let (requests, twice) = (self.requests, self.twice);
            observer.event(Event::Note(format!(
                "{lists} lists took {requests} requests; {twice} resources were in more than one and came once."
            )));
            self.at = lists;
            self.list = None;
        }
    }
}

impl Step {
    fn needs(&self) -> impl Iterator<Item = AttrPath> {
        self.local.iter().flat_map(|local| local.filter.attributes())
    }

    fn text(&self) -> &str {
        self.filter.as_deref().unwrap_or_default()
    }
}

/// The lists of a search, and how they came about.
struct Parts {
    steps: Vec<Step>,
    note: Option<String>,
}

impl Parts {
    fn whole(filter: Option<String>) -> Self {
        let step = Step { filter, local: None };
        Self {
            steps: vec![step],
            note: None,
        }
    }
}

fn parts(
    service: Service,
    resource: Resource,
    query: &Query,
    filter: Filter,
    client_side: bool,
) -> Result<Parts, Error> {
    let parts = match (service, client_side) {
        // What it takes is not known, so it goes as it was written.
        (Service::Generic, false) => return Ok(Parts::whole(query.filter.clone())),
        (Service::Generic, true) => vec![Part {
            server: None,
            local: Some(filter),
        }],
        (Service::Entra, true) => plan::plan(resource, &filter).map_err(unsupported)?,
        (Service::Entra, false) => plan::rewrite(resource, &filter)
            .map_err(|refused| {
                let here = plan::plan(resource, &filter).is_ok();
                unsupported(refused).with(|d| {
                    if here {
                        d.advice += " With -ClientSideFilter the rest is evaluated here, on all that the service sends.";
                    }
                })
            })?
            .into_iter()
            .map(|list| Part {
                server: Some(list),
                local: None,
            })
            .collect(),
    };
    let mut steps = Vec::with_capacity(parts.len());
    for part in parts {
        let local = part.local.map(|filter| local(service, resource, query, filter));
        steps.push(Step {
            filter: part.server.map(|filter| filter.to_string()),
            local: local.transpose()?,
        });
    }
    Ok(Parts {
        note: note(&steps),
        steps,
    })
}

fn local(service: Service, resource: Resource, query: &Query, filter: Filter) -> Result<Local, Error> {
    if service == Service::Entra {
        let named = |path: &AttrPath| extra::is_named(&query.attributes, path);
        let unknown = filter
            .attributes()
            .into_iter()
            .find(|p| !known::is_known(resource, p) && !named(p));
        if let Some(path) = unknown {
            let message = format!(
                "Entra is not known to have an attribute {path}, and so nothing could pass. No request was made."
            );
            return Err(Error::new(Kind::InvalidFilter, message).with(|d| {
                d.advice = format!(
                    "Check its spelling; where the service does have it, name it in -Attributes too: {path}."
                );
            }));
        }
    }
    let matcher = Matcher::new(&filter, |path| known::rule(resource, path)).map_err(unsupported)?;
    Ok(Local { filter, matcher })
}

fn note(steps: &[Step]) -> Option<String> {
    let lists: Vec<String> = steps
        .iter()
        .map(|step| match (&step.filter, &step.local) {
            (Some(filter), None) => filter.clone(),
            (Some(filter), Some(local)) => format!("{filter} (and here: {})", local.filter),
            (None, Some(local)) => format!("everything (and here: {})", local.filter),
            (None, None) => "everything".to_owned(),
        })
        .collect();
    match (lists.as_slice(), steps) {
        ([_], [Step { local: None, .. }]) => None,
        ([list], _) => Some(format!("The service is asked for {list}.")),
        _ => Some(format!(
            "The service has no or: the filter is answered by {} lists, each a request or more: {}.",
            lists.len(),
            lists.join("; ")
        )),
    }
}

fn read(text: &str) -> Result<Filter, Error> {
    filter::parse(text).map_err(|e| {
        let message = format!("The filter cannot be read:\n{}\n", e.rendering());
        Error::new(Kind::FilterSyntax, message)
    })
}

fn unsupported(refused: Unsupported) -> Error {
    let message = format!("{} No request was made.", refused.reason);
    Error::new(Kind::InvalidFilter, message).with(|d| d.advice = refused.advice)
}

fn resource(endpoint: Endpoint) -> Option<Resource> {
    match endpoint {
        Endpoint::Users => Some(Resource::User),
        Endpoint::Groups => Some(Resource::Group),
        _ => None,
    }
}

fn id(record: Record<'_>) -> Option<&str> {
    match record.get("id") {
        Some(Value::String(id)) => Some(id),
        _ => None,
    }
}

/// Counts requests on their way to the caller's observer.
struct Counter<'o> {
    observer: &'o dyn Observer,
    requests: AtomicU64,
}

impl Observer for Counter<'_> {
    fn event(&self, event: Event) {
        if matches!(event, Event::Request { .. }) {
            self.requests.fetch_add(1, Relaxed);
        }
        self.observer.event(event);
    }

    fn ask(&self, question: Question) -> Answering<'_> {
        self.observer.ask(question)
    }
}
