//! Lists, page by page: by cursor (RFC 9865) where the server gives one, else by index (RFC 7644 section 3.4.2.4).

use std::collections::HashSet;

use reqwest::Method;
use serde::Deserialize;

use crate::answer;
use crate::cloud::Endpoint;
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::limits;
use crate::page::{Page, PageParser};
use crate::record::{Records, Value};
use crate::send::what;
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
}

/// A list that is being read.
#[derive(Debug)]
pub struct List {
    session: Session,
    endpoint: Endpoint,
    query: Query,
    count: Option<u32>,
    parser: PageParser,
    next: Option<Position>,
    received: u64,
    seen: HashSet<String>,
    /// What ends the list after the page that was given last.
    failed: Option<Error>,
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq)]
enum Position {
    Start,
    Cursor(String),
    /// 1-based.
    Index(u64),
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
        let next = match &query.cursor {
            Some(cursor) => Position::Cursor(cursor.clone()),
            None => Position::Start,
        };
        Ok(Self {
            count: session.service().page_size(endpoint, &query.attributes, asked),
            session: session.clone(),
            endpoint,
            parser: PageParser::default(),
            next: Some(next),
            received: 0,
            seen: query.cursor.iter().cloned().collect(),
            query,
            failed: None,
        })
    }

    /// Whether there is a further page to ask for.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some() || self.failed.is_some()
    }

    /// The next page, or None behind the last.
    ///
    /// # Errors
    /// Those of the service, of the network and of the body, each with the cursor of the page that could not be had;
    /// `PagingLoop` when the server gives a cursor or a page again.
    pub async fn next(&mut self, observer: &dyn Observer) -> Result<Option<Page>, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Some(position) = self.next.take() else {
            return Ok(None);
        };
        let result = self.fetch(&position, observer).await;
        match result {
            Ok(page) if self.came_before(&position, &page) => {
                Err(self.loops("a page again that it had given already: it ignores startIndex".to_owned()))
            }
            Ok(page) => {
                self.received += page.count as u64;
                // The page is good even where what it says of the next one is not.
                match self.following(&position, &page) {
                    Ok(next) => self.next = next,
                    Err(error) => self.failed = Some(error),
                }
                Ok(Some(page))
            }
            Err(error) => {
                // The list may be asked again for the page that failed.
                self.next = Some(position.clone());
                Err(error.with(|d| {
                    if let Position::Cursor(cursor) = position {
                        d.advice += " What came before is in the pipeline; to go on behind it, give the error's Cursor to -Cursor.";
                        d.cursor = Some(cursor);
                    }
                }))
            }
        }
    }

    async fn fetch(&mut self, position: &Position, observer: &dyn Observer) -> Result<Page, Error> {
        let attributes = self.query.attributes.join(",");
        let excluded = self.query.excluded_attributes.join(",");
        let count = self.count.map(|n| n.to_string()).unwrap_or_default();
        let index;
        let (cursor, start) = match position {
            Position::Start => ("", ""),
            Position::Cursor(cursor) => (cursor.as_str(), ""),
            Position::Index(n) => {
                index = n.to_string();
                ("", index.as_str())
            }
        };
        // RFC 9865 section 2: everything but the cursor stays the same on every page.
        let query: Vec<(&str, &str)> = [
            ("filter", self.query.filter.as_deref().unwrap_or_default()),
            ("attributes", &attributes),
            ("excludedAttributes", &excluded),
            ("count", &count),
            ("startIndex", start),
            ("cursor", cursor),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
        let url = self.session.url(self.endpoint, None, &query)?;
        let what = what(&Method::GET, &url);
        let answer = self.session.send(Method::GET, url, observer).await?;
        self.parser
            .list(&answer.body)
            .map_err(|e| answer::unreadable(&e, &answer, &what))
    }

    /// Where the page after `page` begins. An empty or a short page says nothing where there is a cursor; without one,
    /// the list advances by what was received and ends with an empty page or with the announced total.
    fn following(&mut self, position: &Position, page: &Page) -> Result<Option<Position>, Error> {
        if self.count.is_none() {
            return Ok(None);
        }
        if let Some(cursor) = &page.next_cursor {
            if cursor.len() > limits::CURSOR_BYTES {
                return Err(self.loops(format!("a nextCursor of {} bytes", cursor.len())));
            }
            if !self.seen.insert(cursor.clone()) {
                return Err(self.loops("the same nextCursor again".to_owned()));
            }
            return Ok(Some(Position::Cursor(cursor.clone())));
        }
        if matches!(position, Position::Cursor(_)) || page.count == 0 {
            return Ok(None);
        }
        Ok(match page.total_results {
            Some(total) if self.received >= total => None,
            Some(_) => Some(Position::Index(self.received + 1)),
            // Without a total, a page that is not full is the last.
            None if self.count.is_some_and(|count| page.count < count as usize) => None,
            None => Some(Position::Index(self.received + 1)),
        })
    }

    /// Whether a page begins with the resource that an earlier one began with. Where there is a cursor, that tells.
    fn came_before(&mut self, position: &Position, page: &Page) -> bool {
        let by_index = matches!(position, Position::Index(_) | Position::Start) && page.next_cursor.is_none();
        by_index && first_id(page).is_some_and(|first| !self.seen.insert(first))
    }

    fn loops(&self, what: String) -> Error {
        let message = format!(
            "The list of {} does not advance: after {} resources the server gave {what}.",
            self.session.service().path(self.endpoint),
            self.received
        );
        Error::new(Kind::PagingLoop, message)
    }
}

fn first_id(page: &Page) -> Option<String> {
    match Records::open(&page.buffer)?.get(0)?.get("id")? {
        Value::String(id) | Value::Number(id) => Some(id.to_owned()),
        Value::Integer(id) => Some(id.to_string()),
        _ => None,
    }
}
