//! Searches against the emulator: what Entra cannot do in one list, or at all, comes out as if it could.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Query as Parameters;
use axum::routing::get;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use scim_client::event::{Event, Observer, Silent};
use scim_client::filter::{Filter, Matcher, Resource, known, qualify};
use scim_client::page::Page;
use scim_client::record::Records;
use scim_client::{Config, Endpoint, Error, Kind, Query, Search, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig, Fault};
use serde_json::{Map, Value as Json, json};

mod world;

use world::{World, status};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn world(users: usize) -> World {
    let config = EmulatorConfig {
        users,
        groups: 40,
        ..EmulatorConfig::default()
    };
    World::with(config, |config| config.maximum_retry_count = Some(0)).await
}

type Object = Map<String, Json>;

fn objects(page: &Page) -> Vec<Object> {
    let records = Records::open(&page.buffer).unwrap();
    assert_eq!(records.len(), page.count);
    records
        .iter()
        .map(|record| serde_json::from_str(&record.to_json()).unwrap())
        .collect()
}

fn query(filter: &str) -> Query {
    Query {
        filter: Some(filter.to_owned()),
        ..Query::default()
    }
}

async fn all(search: &mut Search, observer: &dyn Observer) -> Result<Vec<Object>, (Vec<Object>, Error)> {
    let mut all = Vec::new();
    loop {
        match search.next(observer).await {
            Ok(Some(page)) => all.extend(objects(&page)),
            Ok(None) => return Ok(all),
            Err(error) => return Err((all, error)),
        }
    }
}

async fn found(session: &Session, endpoint: Endpoint, query: Query, here: bool) -> Vec<Object> {
    let mut search = Search::new(session, endpoint, query, here).unwrap();
    all(&mut search, &Silent).await.unwrap()
}

fn names(users: &[Object]) -> Vec<&str> {
    users
        .iter()
        .map(|user| user["userName"].as_str().unwrap())
        .collect()
}

fn by_id(users: &[Object]) -> BTreeMap<&str, &Object> {
    let map: BTreeMap<_, _> = users
        .iter()
        .map(|user| (user["id"].as_str().unwrap(), user))
        .collect();
    assert_eq!(map.len(), users.len(), "somebody came twice");
    map
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn event(&self, event: Event) {
        if let Event::Note(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

#[tokio::test]
async fn or_becomes_as_many_lists_as_it_has_alternatives_and_nobody_comes_twice() {
    let World {
        emulator: _emulator,
        session,
    } = world(300).await;
    let everyone = found(&session, Endpoint::Users, Query::default(), false).await;
    let some = [&everyone[3]["userName"], &everyone[200]["userName"]];
    let filter = format!(
        "userName eq {} or userName eq {} or id eq {}",
        some[0], some[1], everyone[3]["id"]
    );
    let before = session.stats().requests;
    let notes = Arc::new(Notes::default());
    let mut search = Search::new(&session, Endpoint::Users, query(&filter), false).unwrap();
    let users = all(&mut search, &*notes).await.unwrap();
    assert_eq!(session.stats().requests - before, 3);
    assert_eq!(
        names(&users),
        [some[0].as_str().unwrap(), some[1].as_str().unwrap()]
    );
    let notes = notes.0.lock().unwrap();
    assert!(
        notes[0].contains("3 lists with at least one request each: userName eq"),
        "{notes:?}"
    );
    assert_eq!(
        notes[1],
        "3 lists took 3 requests. 1 resources were in more than one list and were returned once."
    );
    assert_eq!(notes.len(), 2);
}

#[tokio::test]
async fn no_list_is_begun_that_nobody_asks_for() {
    let World {
        emulator: _emulator,
        session,
    } = world(500).await;
    let query = Query {
        wanted: Some(7),
        ..query(r#"userName ew "@contoso.com" or userName ew "@fabrikam.com""#)
    };
    let mut search = Search::new(&session, Endpoint::Users, query, false).unwrap();
    let page = search.next(&Silent).await.unwrap().unwrap();
    assert_eq!((page.count, session.stats().requests), (7, 1));
    assert_eq!(page.total_results, None);
    assert!(search.has_more());
}

#[tokio::test]
async fn what_cannot_be_served_is_an_error_that_names_what_would_work() {
    let World {
        emulator: _emulator,
        session,
    } = world(5).await;
    let refused =
        |filter: &str, here: bool| Search::new(&session, Endpoint::Users, query(filter), here).unwrap_err();
    let error = refused(r#"department eq "Sales""#, false);
    assert_eq!(error.kind(), Kind::InvalidFilter);
    assert!(error.to_string().ends_with("No request was made."), "{error}");
    assert!(
        error.details().advice.contains("userName"),
        "{:?}",
        error.details().advice
    );
    assert!(error.details().advice.contains("-ClientSideFilter"));
    // What is in no answer cannot be evaluated here either, so that is not advised.
    let error = refused(r#"groups.value sw "a""#, false);
    assert!(
        !error.details().advice.contains("-ClientSideFilter"),
        "{:?}",
        error.details().advice
    );
    assert_eq!(
        refused(r#"groups.value sw "a""#, true).kind(),
        Kind::InvalidFilter
    );
    assert_eq!(refused("userName eq", true).kind(), Kind::FilterSyntax);
    assert_eq!(
        refused(r#"meta.created gt "soon""#, true).kind(),
        Kind::InvalidFilter
    );
    let error = refused(r#"shoeSize gt 41"#, true);
    assert!(error.details().advice.contains("-Attributes"), "{error}");
    let named = Query {
        attributes: vec!["shoeSize".to_owned()],
        ..query("shoeSize gt 41")
    };
    assert!(Search::new(&session, Endpoint::Users, named, true).is_ok());
    assert_eq!(session.stats().requests, 0);
}

/// The attributes that the evaluation needs are fetched, and nobody sees them.
#[tokio::test]
async fn what_is_fetched_for_the_filter_alone_does_not_show() {
    let World {
        emulator: _emulator,
        session,
    } = world(400).await;
    let cost_center = format!("{ENTERPRISE}:costCenter");
    for (attributes, excluded, filter) in [
        (vec!["userName"], vec![], r#"department sw "S""#),
        (
            vec!["userName", cost_center.as_str()],
            vec![],
            r#"department sw "S""#,
        ),
        (
            vec!["userName", "name.givenName"],
            vec![],
            r#"name.familyName co "e""#,
        ),
        (
            vec!["userName", "emails.type"],
            vec![],
            r#"emails[type eq "other" and value pr]"#,
        ),
        (
            vec!["userName", ENTERPRISE],
            vec![],
            r#"department sw "S" and title pr"#,
        ),
        (vec![], vec!["name"], r#"name.familyName co "e""#),
        (
            vec![],
            vec![cost_center.as_str(), "emails.type"],
            r#"costCenter pr and emails.type eq "other""#,
        ),
        (vec![], vec![ENTERPRISE, "title"], r#"department sw "S""#),
    ] {
        let texts = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let narrow = Query {
            attributes: texts(attributes.clone()),
            excluded_attributes: texts(excluded.clone()),
            ..Query::default()
        };
        let plain = found(&session, Endpoint::Users, narrow.clone(), false).await;
        let plain = by_id(&plain);
        let filtered = Query {
            filter: Some(filter.to_owned()),
            ..narrow
        };
        let passed = found(&session, Endpoint::Users, filtered, true).await;
        assert!(!passed.is_empty() && passed.len() < plain.len(), "{filter}");
        for user in &passed {
            // Exactly what the service returns when it is asked for these attributes alone.
            assert_eq!(
                user,
                plain[user["id"].as_str().unwrap()],
                "{attributes:?} {excluded:?} {filter}"
            );
        }
    }
}

/// Tests over values that the emulator's users have, so that they hold now and then.
fn test(users: &[Object], groups: &[Object]) -> BoxedStrategy<String> {
    let some = |path: &'static [&'static str]| {
        let values: Vec<String> = users
            .iter()
            .filter_map(|user| {
                path.iter()
                    .try_fold(&Json::Object(user.clone()), |at, name| at.get(name))
                    .cloned()
            })
            .map(|value| value.to_string())
            .collect();
        prop::sample::select(values)
    };
    let texts = prop::sample::select(vec![
        "userName",
        "displayName",
        "title",
        "name.givenName",
        "name.familyName",
        "emails.value",
        "emails.type",
        "department",
        "costCenter",
        "officeLocation",
        "mailNickname",
        "userType",
        "externalId",
        "id",
        "proxyAddresses",
        "addresses.locality",
        "phoneNumbers.type",
        "preferredLanguage",
        "onPremisesDomainName",
        "emails",
        "manager",
    ]);
    let operators = prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    let pieces = prop::sample::select(vec![
        "a",
        "e",
        "A",
        "work",
        "@contoso.com",
        "@fabrikam.com",
        "Sales",
        "Contractor",
        "HR-0000001",
        "smtp:",
        "",
        "é",
        "夜",
    ]);
    let groups: Vec<String> = groups.iter().map(|group| group["id"].to_string()).collect();
    prop_oneof![
        6 => (texts.clone(), operators.clone(), pieces).prop_map(|(path, operator, text)| format!("{path} {operator} {}", json!(text))),
        2 => (operators.clone(), some(&["userName"])).prop_map(|(operator, name)| format!("userName {operator} {name}")),
        1 => some(&["externalId"]).prop_map(|id| format!("externalId eq {id}")),
        1 => some(&["id"]).prop_map(|id| format!("id eq {id}")),
        1 => prop::sample::select(groups).prop_map(|id| format!("groups.value eq {id}")),
        2 => some(&["urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User", "employeeHireDate"])
            .prop_flat_map(|at| prop::sample::select(vec!["gt", "ge", "lt", "le", "eq", "ne"])
            .prop_map(move |operator| format!("employeeHireDate {operator} {at}"))),
        2 => texts.prop_map(|path| format!("{path} pr")),
        2 => prop::sample::select(vec![
            "active eq true", "active eq false", "active ne true", "not (active eq false)", "onPremisesSyncEnabled eq true",
            r#"emails[type eq "other" and value co "a"]"#, r#"emails[not (type eq "work")]"#,
            r#"phoneNumbers[type eq "mobile"]"#, r#"not (userName ew "@contoso.com")"#, r#"manager.value pr"#,
            "title eq null", "department ne null",
        ]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn filter(users: &[Object], groups: &[Object]) -> impl Strategy<Value = String> + use<> {
    test(users, groups).prop_recursive(4, 12, 3, |inner| {
        let many = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            many.clone()
                .prop_map(|terms| format!("({})", terms.join(" and "))),
            many.prop_map(|terms| format!("({})", terms.join(" or "))),
            inner.prop_map(|term| format!("not ({term})")),
        ]
    })
}

/// Groups of a user are in no answer, so the whole set takes them from lists of members.
fn with_groups(user: &Object, members: &HashMap<String, Vec<String>>) -> Object {
    let id = user["id"].as_str().unwrap();
    let groups = members
        .iter()
        .filter(|(_, users)| users.iter().any(|user| user == id));
    let mut user = user.clone();
    user.insert(
        "groups".to_owned(),
        groups.map(|(group, _)| json!({"value": group})).collect(),
    );
    user
}

/// A directory, and what a look at everyone in it sees: groups too, which are in no answer but can be asked for.
struct Directory {
    runtime: tokio::runtime::Runtime,
    _emulator: Emulator,
    session: Session,
    users: Vec<Object>,
    whole: Vec<Object>,
    groups: Vec<Object>,
}

impl Directory {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (emulator, session, users, groups, members) = runtime.block_on(async {
            let World {
                emulator: _emulator,
                session,
            } = world(230).await;
            let users = found(&session, Endpoint::Users, Query::default(), false).await;
            let groups = found(&session, Endpoint::Groups, Query::default(), false).await;
            let mut members = HashMap::new();
            for group in &groups {
                let id = group["id"].as_str().unwrap();
                let inside = query(&format!(r#"groups.value eq "{id}""#));
                let inside = found(&session, Endpoint::Users, inside, false).await;
                members.insert(
                    id.to_owned(),
                    by_id(&inside).into_keys().map(str::to_owned).collect(),
                );
            }
            (_emulator, session, users, groups, members)
        });
        let whole = users.iter().map(|user| with_groups(user, &members)).collect();
        Self {
            runtime,
            _emulator: emulator,
            session,
            users,
            whole,
            groups,
        }
    }

    fn everyone_who(&self, matcher: &Matcher) -> BTreeMap<&str, &Object> {
        let passes = self
            .users
            .iter()
            .zip(&self.whole)
            .filter(|(_, whole)| matcher.matches(*whole));
        passes
            .map(|(user, _)| (user["id"].as_str().unwrap(), user))
            .collect()
    }
}

/// For random filters a search finds just those that a look at every user finds, each once, as the service would give it.
#[test]
fn a_search_finds_what_a_look_at_everyone_finds() {
    let directory = Directory::new();
    let (mut served, mut found_any) = (0, 0);
    let counts = Mutex::new((&mut served, &mut found_any));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
    let result = runner.run(&filter(&directory.users, &directory.groups), |text| {
        let tree = qualify(Resource::User, text.parse::<Filter>().unwrap());
        let Ok(matcher) = Matcher::new(&tree, |path| known::rule(Resource::User, path)) else {
            return Ok(());
        };
        let mut search = match Search::new(&directory.session, Endpoint::Users, query(&text), true) {
            Ok(search) => search,
            // Memberships, joined with what they cannot be joined with.
            Err(error) => {
                prop_assert_eq!(error.kind(), Kind::InvalidFilter);
                prop_assert!(text.contains("groups.value"), "{}: {}", text, error);
                return Ok(());
            }
        };
        let found = directory.runtime.block_on(all(&mut search, &Silent));
        let found = found.map_err(|(_, error)| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(by_id(&found), directory.everyone_who(&matcher), "{}", text);
        let mut counts = counts.lock().unwrap();
        *counts.0 += 1;
        *counts.1 += usize::from(!found.is_empty());
        Ok(())
    });
    result.unwrap();
    assert!(
        served > 120 && found_any > 60,
        "{served} {found_any}: the filters say too little"
    );
}

/// Wherever a search of several lists breaks, its error's cursor goes on so that nobody is lost and nobody comes twice.
#[tokio::test]
async fn a_search_that_broke_off_goes_on_where_it_was() {
    let World {
        emulator: _emulator,
        session,
    } = world(700).await;
    let filter =
        r#"active eq false or userName ew "@contoso.com" and title co "e" or userName ew "@fabrikam.com""#;
    let narrow = || Query {
        attributes: vec!["userName".to_owned()],
        page_size: Some(60),
        ..query(filter)
    };
    let whole = found(&session, Endpoint::Users, narrow(), true).await;
    let whole = by_id(&whole);
    let requests = session.stats().requests;
    assert!(requests > 6, "{requests}");
    for broken in 0..requests as u32 {
        _emulator.inject(Fault::once(status(500, None)).skip(broken).on_path("/users"));
        let mut search = Search::new(&session, Endpoint::Users, narrow(), true).unwrap();
        let (mut came, error) = all(&mut search, &Silent).await.unwrap_err();
        assert_eq!(error.kind(), Kind::ServerError);
        let Some(cursor) = error.details().cursor.clone() else {
            assert_eq!((broken, came.len()), (0, 0));
            continue;
        };
        let rest = Query {
            cursor: Some(cursor),
            ..narrow()
        };
        came.extend(found(&session, Endpoint::Users, rest, true).await);
        assert_eq!(by_id(&came), whole, "broken at request {broken}");
    }
}

#[tokio::test]
async fn the_cursor_of_one_filter_is_refused_by_another() {
    let World {
        emulator: _emulator,
        session,
    } = world(300).await;
    let mut search = Search::new(
        &session,
        Endpoint::Users,
        query("active eq true or active eq false"),
        false,
    )
    .unwrap();
    let cursor = search.next(&Silent).await.unwrap().unwrap().next_cursor;
    assert!(cursor.as_deref().unwrap().starts_with("lists-1-"));
    let other = Query {
        cursor,
        ..query(r#"active eq true or userName ew "x""#)
    };
    let error = Search::new(&session, Endpoint::Users, other, false).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidCursor);
}

/// A server that ignores filters, as some do.
async fn careless(seen: Arc<Mutex<Vec<Option<String>>>>) -> Session {
    let app = Router::new().route(
        "/scim/Users",
        get(move |Parameters(query): Parameters<HashMap<String, String>>| {
            seen.lock().unwrap().push(query.get("filter").cloned());
            let user = |id: usize| json!({"id": id.to_string(), "userName": format!("u{id}"), "nickName": format!("Nick{}", id % 3)});
            let users: Vec<Json> = (0..9).map(user).collect();
            async move { json!({"totalResults": 9, "Resources": users}).to_string() }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/scim", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let config = Config {
        base_uri: Some(base),
        ..Config::default()
    };
    Session::open(config, Secret::new(b"token".to_vec())).unwrap()
}

#[tokio::test]
async fn another_server_gets_the_filter_as_it_is_or_none_at_all() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let session = careless(Arc::clone(&seen)).await;
    let filter = r#"nickName sw "nick1" or userName eq "U0""#;
    let mut ignored = Search::new(&session, Endpoint::Users, query(filter), false).unwrap();
    let (given, error) = all(&mut ignored, &Silent).await.unwrap_err();
    assert_eq!((given.len(), error.kind()), (0, Kind::FilterIgnored));
    assert!(!ignored.has_more());
    let users = found(&session, Endpoint::Users, query(filter), true).await;
    assert_eq!(names(&users), ["u0", "u1", "u4", "u7"]);
    let mut seen = seen.lock().unwrap();
    assert_eq!(seen.remove(0).as_deref(), Some(filter));
    assert!(!seen.is_empty() && seen.iter().all(Option::is_none), "{seen:?}");
}
