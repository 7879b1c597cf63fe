//! Lists, page by page: by cursor (RFC 9865) where the server gives one, else by index (RFC 7644 section 3.4.2.4).

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::ahead::{Ahead, Begun, Reader};
use crate::answer;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::http::{Answer, Arriving};
use crate::limits;
use crate::page::{Page, PageParser};
use crate::paging::{Facts, Next, Opening, Paging};
use crate::place::Place;
use crate::profile::Profile;
use crate::record::Records;
use crate::request::{Caller, Request};
use crate::send::{Tries, tell, what};
use crate::session::Session;

/// What to list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Query {
    /// A filter (RFC 7644 section 3.4.2.2).
    pub filter: Option<String>,
    /// The attributes to return, and no others.
    pub attributes: Vec<String>,
    /// The attributes to leave out.
    pub excluded_attributes: Vec<String>,
    /// Resources a page. Left out: as many as the service allows.
    pub page_size: Option<u32>,
    /// Resources that are wanted in all; a page is never asked to be larger.
    pub wanted: Option<u64>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Whether each page is given whole, for who must know its `totalResults` first. Else large ones come in parts.
    pub whole_pages: bool,
}

/// A list that is being read.
#[derive(Debug)]
pub struct List {
    session: Session,
    endpoint: Endpoint,
    query: Query,
    /// Resources a page, as far as the caller minds.
    asked: Option<u32>,
    /// The `count` to ask for, once the server was asked what it allows. None where it takes none.
    count: Option<u32>,
    parser: PageParser,
    /// Where the next response begins.
    next: Option<Place>,
    /// The response of which a part was given and the rest was not.
    response: Option<Response>,
    /// Whether the list began at its beginning.
    from_start: bool,
    /// Resources that came, those in front of the place where the list began included.
    received: u64,
    cursors: HashSet<String>,
    /// Pages in a row, up to the last, that had a cursor and no resource.
    empty: u32,
    /// Where the list is, as long as the server gives no cursors; made with the first request.
    paging: Option<Paging>,
    /// The way to go on by cursor behind the first page, where `startIndex` turns out to be ignored.
    by_cursor: Option<Place>,
    /// The place at which the first page came again, while one resource is asked for to learn why.
    probed_for: Option<Place>,
    /// What ends the list after the page that was given last.
    failed: Option<Error>,
    ahead: Ahead,
}

/// A response that is handed over part by part.
#[derive(Debug)]
struct Response {
    place: Place,
    request: Request,
    tries: Tries,
    /// None before it is sent, and when it broke off.
    arriving: Option<Arriving>,
    /// Whether the observer has heard of it.
    told: bool,
    /// Resources of the list in front of it.
    before: u64,
}

impl List {
    /// Prepares a list. Nothing is sent before [`List::next`].
    ///
    /// # Errors
    /// `FilterSyntax`, when the filter breaks the grammar; `InvalidFilter`, when Entra is known not to take it.
    pub fn new(session: &Session, endpoint: Endpoint, query: Query) -> Result<Self, Error> {
        let wanted = query.wanted.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let asked = match (query.page_size, wanted) {
            (Some(size), Some(wanted)) => Some(size.min(wanted)),
            (Some(size), None) => Some(size),
            // With a wish that one page can serve, that page need not be larger than the wish.
            (None, wanted) => wanted,
        };
        let next = query.cursor.as_deref().map_or(Place::START, Place::of);
        Ok(Self {
            asked,
            count: None,
            session: session.clone(),
            endpoint,
            parser: PageParser::default(),
            from_start: next == Place::START,
            received: next.in_front(),
            cursors: next.cursor().map(str::to_owned).into_iter().collect(),
            empty: 0,
            paging: None,
            by_cursor: None,
            probed_for: None,
            next: Some(next),
            response: None,
            query,
            failed: None,
            ahead: Ahead::default(),
        })
    }

    /// Where a page says at its beginning what its `nextCursor` is, the request for the next is made while the page still
    /// arrives, as soon as `reader` goes on.
    #[must_use]
    pub fn read_ahead_for(self, reader: Arc<dyn Reader>) -> Self {
        Self {
            ahead: Ahead::of(reader),
            ..self
        }
    }

    /// Whether there is a further page or part to ask for.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some() || self.response.is_some() || self.failed.is_some()
    }

    /// The next page, or None behind the last. A page of more than [`limits::PART_RECORDS`] resources comes in parts,
    /// while it arrives: [`Page::last`] tells whether the next call makes a request. Where an answer breaks off, it is
    /// asked for again and nothing of it is given twice.
    ///
    /// # Errors
    /// Those of the service, of the network and of the body, each with a cursor that goes on behind the last resource
    /// that was given; `PagingLoop` when the server gives a cursor or a page again.
    pub async fn next(&mut self, observer: &dyn Observer) -> Result<Option<Page>, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        loop {
            let mut response = match (self.response.take(), self.next.take()) {
                (Some(response), _) => response,
                (None, Some(place)) => {
                    if let Err(error) = self.begin(&place, observer).await {
                        self.next = Some(place);
                        return Err(error);
                    }
                    self.ask(place)?
                }
                (None, None) => return Ok(None),
            };
            match self.part(&mut response, observer).await {
                Ok(page) => {
                    if let Some(page) = self.give(response, page, observer)? {
                        return Ok(Some(page));
                    }
                }
                Err(error) if self.is_unpaged(&response.place, &error) => {
                    self.count = None;
                    self.next = Some(response.place);
                }
                // It was only a try.
                Err(error) if response.place.is_opening_cursor() && error.details().status == Some(400) => {
                    return Err(self.ignores_start_index());
                }
                Err(error) => return Err(self.fail(response, error)),
            }
        }
    }

    /// Whether a server says that it cannot page at all: 501 to a `count`. Then everything is asked for at once.
    fn is_unpaged(&self, place: &Place, error: &Error) -> bool {
        let begins = *place == Place::START && self.parser.received() == 0;
        begins && self.count.is_some() && error.details().status == Some(501)
    }

    /// Settles, before the first request, how large pages are to be: by what the server says that it allows.
    async fn begin(&mut self, place: &Place, observer: &dyn Observer) -> Result<(), Error> {
        if self.paging.is_none() {
            self.session.discover(observer).await?;
            let usual = self.session.profile().map(Profile::page_size);
            let service = self.session.service();
            self.count = service.page_size(self.endpoint, &self.query.attributes, self.asked.or(usual));
            self.paging = Some(Paging::new(
                self.count.unwrap_or(0),
                self.session.profile().and_then(Profile::largest_page),
                place.in_front(),
                self.session.totals(),
            ));
        }
        Ok(())
    }

    /// The next part of a response, sent for when that was not done yet.
    async fn part(&mut self, response: &mut Response, observer: &dyn Observer) -> Result<Page, Error> {
        let most = if self.query.whole_pages {
            usize::MAX
        } else {
            limits::PART_RECORDS
        };
        let (session, caller) = (&self.session, Caller::reading(observer));
        let Response {
            place,
            request,
            tries,
            arriving,
            told,
            ..
        } = response;
        loop {
            let body = match arriving {
                Some(body) => body,
                None => {
                    *told = false;
                    if let Some(begun) = self.ahead.take(place).await {
                        let begun: Begun = begun?;
                        (*request, *tries) = (begun.request, begun.tries);
                        arriving.insert(begun.arriving)
                    } else {
                        let (begun, pass) = session.begin(request, tries, caller).await?;
                        pass.welcome();
                        arriving.insert(begun)
                    }
                }
            };
            let read = self.parser.read(most);
            let done = self.parser.is_complete();
            if !done
                && self.ahead.is_wanted()
                && let Some(next) = self.parser.next_cursor().filter(|&next| self.is_new(next))
            {
                let place = Place::at_cursor(next);
                let request = self.request(&place)?;
                self.ahead.send(session, place, request);
            }
            body.admit(self.parser.take_omitted());
            let ready = self.parser.count() >= most || done || read.is_err() || self.parser.is_stopped();
            if ready && !*told {
                *told = true;
                tell(
                    request,
                    Some((body.head(), body.read(), done)),
                    body.began(),
                    observer,
                );
            }
            read.map_err(|e| {
                let answer = Answer {
                    body: self.parser.head().to_vec(),
                    ..body.head().clone()
                };
                answer::unreadable(&e, &answer, &what(&request.method, &request.url))
            })?;
            if ready {
                return Ok(self.parser.take(self.count));
            }
            match body.chunk().await {
                Ok(Some(chunk)) => {
                    session.received(chunk.len());
                    self.parser.feed(chunk);
                }
                Ok(None) => self.parser.complete(),
                Err(error) => {
                    if !*told {
                        tell(
                            request,
                            Some((body.head(), body.read(), false)),
                            body.began(),
                            observer,
                        );
                    }
                    *arriving = None;
                    session.broke(request, tries, error, caller).await?;
                    self.parser.begin_again();
                }
            }
        }
    }

    /// Takes note of a part that is about to be given; None where it is not to be given.
    fn give(
        &mut self,
        response: Response,
        mut page: Page,
        observer: &dyn Observer,
    ) -> Result<Option<Page>, Error> {
        let is_first = self.received == response.before;
        if is_first && response.place.cursor().is_none() {
            match self.opens(&page) {
                Opening::New => {}
                Opening::Shift(index) => {
                    self.next = Some(Place::at_index(index));
                    return Ok(None);
                }
                Opening::Probe(index) => {
                    self.probed_for = Some(response.place);
                    self.next = Some(Place::at_index(index));
                    return Ok(None);
                }
                Opening::End => return Ok(None),
                Opening::Unclear => {
                    incomplete(
                        observer,
                        format!(
                            "The server ignores startIndex and doesn't say how many of its {} there are in all, so there may be more than the {} that it returned.",
                            self.path(),
                            self.received
                        ),
                    );
                    return Ok(None);
                }
                Opening::Loop => {
                    self.next = self.by_cursor.take();
                    return if self.next.is_some() {
                        Ok(None)
                    } else {
                        Err(self.ignores_start_index())
                    };
                }
            }
        }
        // The cursor was ignored as well.
        if response.place.is_opening_cursor() && page.last && page.count == 0 && page.next_cursor.is_none() {
            return Err(self.ignores_start_index());
        }
        self.received = response.before + self.parser.received() as u64;
        for incomplete in &mut page.incomplete {
            let read = incomplete.read;
            let place = response.place.clone().behind(read, || self.parser.sum_of(read));
            incomplete.cursor = place.to_cursor();
        }
        if !page.last {
            self.response = Some(response);
            return Ok(Some(page));
        }
        // The page is good even where what it says of the next one is not.
        match self.following(&response.place, &page, observer) {
            Ok(next) => {
                page.next_cursor = next.as_ref().and_then(Place::cursor).map(str::to_owned);
                self.next = next;
            }
            Err(error) => {
                page.next_cursor = None;
                self.failed = Some(error);
            }
        }
        Ok(Some(page))
    }

    /// What the page that a response begins with is.
    fn opens(&mut self, page: &Page) -> Opening {
        let probed = self.probed_for.take().is_some();
        let Some(paging) = self.paging.as_mut() else {
            return Opening::New;
        };
        let first = id_of(page, 0);
        if !probed {
            return paging.opens(first);
        }
        // Of a page that came in part it is enough to know that it isn't one resource.
        let opening = paging.probed(page.count as u64, first.as_deref(), page.total_results);
        self.session.learn_totals(paging.totals());
        opening
    }

    /// Takes note of where the list can go on, for whoever asks again and for the error.
    fn fail(&mut self, response: Response, error: Error) -> Error {
        self.received = response.before;
        if let Some(place) = self.probed_for.take() {
            let cursor = place.to_cursor();
            self.next = Some(place);
            return error.with(|d| d.cursor = cursor);
        }
        let place = response
            .place
            .behind(self.parser.given(), || self.parser.sum())
            .passing(self.parser.is_stopped());
        let changed = error.kind() == Kind::InvalidCursor;
        let cursor = place.to_cursor().filter(|_| !changed);
        self.next = Some(place);
        error.with(|d| {
            if cursor.is_some() {
                d.advice += " The resources received before this are in the pipeline. To resume after them, pass the error's Cursor to -Cursor.";
                d.cursor = cursor;
            }
        })
    }

    /// Begins the page at a place.
    fn ask(&mut self, place: Place) -> Result<Response, Error> {
        let request = self.request(&place)?;
        self.ahead.keep(&place);
        place.begin(&mut self.parser);
        Ok(Response {
            // The list begins anew there.
            before: if place.is_opening_cursor() {
                0
            } else {
                self.received
            },
            place,
            request,
            tries: Tries::default(),
            arriving: None,
            told: false,
        })
    }

    fn request(&self, place: &Place) -> Result<Request, Error> {
        let attributes = self.query.attributes.join(",");
        let excluded = self.query.excluded_attributes.join(",");
        let count = match self.probed_for {
            Some(_) => Some(1),
            None => self.count,
        };
        let count = count.map(|n| n.to_string()).unwrap_or_default();
        let index = place.index().map(|n| n.to_string()).unwrap_or_default();
        // A server that pages by cursors alone begins with an empty one (RFC 9865 section 2); everything else stays the
        // same on every page.
        let opening = place.is_opening_cursor()
            || (*place == Place::START && self.session.profile().is_some_and(|known| known.cursors));
        let query: Vec<(&str, &str)> = [
            ("filter", self.query.filter.as_deref().unwrap_or_default()),
            ("attributes", &attributes),
            ("excludedAttributes", &excluded),
            ("count", &count),
            ("startIndex", &index),
            ("cursor", place.cursor().unwrap_or_default()),
        ]
        .into_iter()
        .filter(|(name, value)| !value.is_empty() || (*name == "cursor" && opening))
        .collect();
        Ok(Request::get(self.session.url(self.endpoint, None, &query)?))
    }

    /// Whether a cursor may be gone on from: it is no monster and did not come before.
    fn is_new(&self, cursor: &str) -> bool {
        cursor.len() <= limits::CURSOR_BYTES && !self.cursors.contains(cursor)
    }

    /// Where the page behind the one at `place` begins. An empty or a short page says nothing where there is a cursor;
    /// without one, [`Paging`] tells.
    fn following(
        &mut self,
        place: &Place,
        page: &Page,
        observer: &dyn Observer,
    ) -> Result<Option<Place>, Error> {
        if let Some(cursor) = page.next_cursor.as_ref().filter(|_| self.count.is_some()) {
            if cursor.len() > limits::CURSOR_BYTES {
                return Err(self.loops(format!("a nextCursor of {} bytes", cursor.len())));
            }
            if !self.cursors.insert(cursor.clone()) {
                return Err(self.loops("the same nextCursor again".to_owned()));
            }
            self.empty = if self.parser.received() == 0 {
                self.empty + 1
            } else {
                0
            };
            if self.empty > limits::EMPTY_PAGES {
                let cursor = cursor.clone();
                let error = self.loops(format!("{} pages in a row without a resource", self.empty));
                return Err(error.with(|d| d.cursor = Some(cursor)));
            }
            return Ok(Some(Place::at_cursor(cursor)));
        }
        // Entra knows cursors alone, and a page more is a page to pay for.
        if self.session.service() == Service::Entra {
            return Ok(None);
        }
        let by_cursor = place.cursor().is_some();
        if by_cursor {
            let total = page
                .total_results
                .or(self.paging.as_ref().and_then(Paging::whole));
            let missing = total.map_or(0, |total| total.saturating_sub(self.received));
            // A list that was resumed doesn't know how many came before.
            if self.from_start {
                self.warn_of_missing(missing, observer);
            }
            return Ok(None);
        }
        let Some(paging) = self.paging.as_mut() else {
            return Ok(None);
        };
        let next = paging.closes(Facts {
            count: self.parser.received() as u64,
            total: page.total_results,
            start_index: page.start_index,
            last_id: page.count.checked_sub(1).and_then(|last| id_of(page, last)),
        });
        self.session.learn_totals(paging.totals());
        if paging.hides() {
            incomplete(
                observer,
                format!(
                    "The server returned an empty page in the middle of its {}, so it may hide some.",
                    self.path()
                ),
            );
        }
        let missing = match next {
            Next::At(index) if self.count.is_some() => {
                let first = *place == Place::START;
                self.by_cursor =
                    first.then(|| Place::at_cursor("").behind(self.parser.given(), || self.parser.sum()));
                return Ok(Some(Place::at_index(index)));
            }
            Next::At(_) => page
                .total_results
                .map_or(0, |total| total.saturating_sub(self.received)),
            Next::Nothing(missing) => missing,
        };
        self.warn_of_missing(missing, observer);
        Ok(None)
    }

    /// Warns of resources that the server counted and did not give.
    fn warn_of_missing(&self, missing: u64, observer: &dyn Observer) {
        if missing > 0 {
            incomplete(
                observer,
                format!(
                    "The server's totalResults is {missing} higher than the number of {} that it returned. The server hides some of them, or its count is wrong.",
                    self.path()
                ),
            );
        }
    }

    /// The endpoint's path.
    fn path(&self) -> &str {
        let told = self
            .session
            .profile()
            .and_then(|profile| profile.path(self.endpoint));
        told.unwrap_or(self.session.service().path(self.endpoint))
    }

    fn ignores_start_index(&self) -> Error {
        self.loops("a page that it had already returned, so it ignores startIndex".to_owned())
    }

    fn loops(&self, what: String) -> Error {
        let message = format!(
            "The list of {} doesn't advance: after {} resources, the server returned {what}.",
            self.path(),
            self.received
        );
        Error::new(Kind::PagingLoop, message)
    }
}

/// Warns that the list may not hold everything.
fn incomplete(observer: &dyn Observer, text: String) {
    observer.event(Event::Warning(text));
    observer.event(Event::Incomplete);
}

fn id_of(page: &Page, n: usize) -> Option<String> {
    Some(Records::open(&page.buffer)?.get(n)?.id()?.into_owned())
}
