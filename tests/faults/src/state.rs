//! All that a small directory holds.

use std::collections::{BTreeMap, BTreeSet};

use scim_client::event::Silent;
use scim_client::page::Page;
use scim_client::record::{Record, Records, Value};
use scim_client::{Endpoint, List, Query, Session};

/// The users and groups, as they are now.
pub(crate) struct State {
    pub(crate) users: Vec<User>,
    pub(crate) groups: BTreeMap<String, Group>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) user_name: String,
    pub(crate) title: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) members: BTreeSet<String>,
}

impl State {
    /// Reads it over a session on which nothing goes wrong.
    pub(crate) async fn read(session: &Session) -> Result<Self, String> {
        let users = all(session, Endpoint::Users, None, |record| User {
            id: text(record, "id").unwrap_or_default(),
            user_name: text(record, "userName").unwrap_or_default(),
            title: text(record, "title"),
        })
        .await?;
        let id_and_name = |record: Record<'_>| (text(record, "id"), text(record, "displayName"));
        let mut groups = BTreeMap::new();
        for (id, name) in all(session, Endpoint::Groups, None, id_and_name).await? {
            let id = id.unwrap_or_default();
            let filter = format!("groups.value eq \"{id}\"");
            let members = all(session, Endpoint::Users, Some(filter), |record| {
                text(record, "id")
            })
            .await?;
            let group = Group {
                name: name.unwrap_or_default(),
                members: members.into_iter().flatten().collect(),
            };
            groups.insert(id, group);
        }
        Ok(Self { users, groups })
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn is_member(&self, group: &str, id: &str) -> bool {
        self.groups
            .get(group)
            .is_some_and(|group| group.members.contains(id))
    }
}

async fn all<T>(
    session: &Session,
    endpoint: Endpoint,
    filter: Option<String>,
    read: impl Fn(Record<'_>) -> T,
) -> Result<Vec<T>, String> {
    let query = Query {
        filter,
        ..Query::default()
    };
    let mut list = List::new(session, endpoint, query).map_err(|e| e.to_string())?;
    let mut all = Vec::new();
    while let Some(page) = list.next(&Silent).await.map_err(|e| e.to_string())? {
        all.extend(of_page(&page, &read)?);
    }
    Ok(all)
}

/// What each record of a page says.
pub(crate) fn of_page<T>(page: &Page, read: impl Fn(Record<'_>) -> T) -> Result<Vec<T>, String> {
    let records = Records::open(&page.buffer).ok_or("a page that cannot be opened")?;
    Ok(records.iter().map(read).collect())
}

/// The text of an attribute.
pub(crate) fn text(record: Record<'_>, name: &str) -> Option<String> {
    match record.get(name) {
        Some(Value::String(text)) => Some(text.to_owned()),
        _ => None,
    }
}
