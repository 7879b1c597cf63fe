//! Servers with ideas of their own: the emulator's plain SCIM server, quirk by quirk and several at once.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use scim_client::event::{Event, Observer, Silent};
use scim_client::record::{Records, Value};
use scim_client::write::{Options, Outcome};
use scim_client::{Compatibility, Config, Endpoint, Error, Kind, List, Query, Search, Secret, Session};
use scim_emulator::{Emulator, EmulatorConfig, Quirk};
use serde_json::json;
use world::{change, delete, member, set_title, write};

const PAGE: u32 = 10;

async fn emulator(users: usize, quirks: &[Quirk]) -> Emulator {
    let config = EmulatorConfig {
        users,
        groups: 2,
        static_tokens: vec!["token".to_owned()],
        quirks: quirks.to_vec(),
        ..EmulatorConfig::default()
    };
    Emulator::start(config).await.unwrap()
}

fn connect(base: String, compatibility: Vec<Compatibility>) -> Session {
    let config = Config {
        base_uri: Some(base),
        retry_interval_milliseconds: Some(1),
        maximum_retry_count: Some(1),
        compatibility,
        emulator: true,
        ..Config::default()
    };
    Session::open(config, Secret::new(b"token".to_vec())).unwrap()
}

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

/// The ids of a list, in order, the warnings, and the error that ended it.
async fn ids(
    session: &Session,
    endpoint: Endpoint,
    filter: Option<&str>,
) -> (Vec<String>, Vec<String>, Option<Error>) {
    let query = Query {
        page_size: Some(PAGE),
        filter: filter.map(str::to_owned),
        ..Query::default()
    };
    let mut list = List::new(session, endpoint, query).unwrap();
    let heard = Arc::new(Warnings::default());
    let mut found = Vec::new();
    let error = loop {
        match list.next(&*heard).await {
            Ok(Some(page)) => {
                let records = Records::open(&page.buffer).unwrap();
                found.extend(
                    (0..page.count).map(|n| match records.get(n).unwrap().get("id").unwrap() {
                        Value::String(id) => id.to_owned(),
                        Value::Integer(id) => id.to_string(),
                        other => unreachable!("an id is text or a number, not {other:?}"),
                    }),
                );
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let warnings = heard.0.lock().unwrap().clone();
    (found, warnings, error)
}

#[tokio::test]
async fn every_user_comes_once_whatever_the_server_does() {
    // Where these are concerned, it is told otherwise: see the tests below.
    let others = [
        Quirk::IgnoredStartIndex,
        Quirk::WrongTotal,
        Quirk::EmptyPage,
        Quirk::ResetOnly,
    ];
    let mut sets: Vec<Vec<Quirk>> = Quirk::ALL
        .iter()
        .filter(|quirk| !others.contains(quirk))
        .map(|quirk| vec![*quirk])
        .collect();
    sets.push(vec![]);
    sets.push(vec![Quirk::CappedPages, Quirk::NoTotal, Quirk::NumericIds]);
    sets.push(vec![
        Quirk::ShrinkingPages,
        Quirk::TextTotal,
        Quirk::LowerCaseResources,
        Quirk::OtherPaths,
    ]);
    sets.push(vec![Quirk::TotalOfPage, Quirk::LastPageAgain, Quirk::NoDiscovery]);
    sets.push(vec![
        Quirk::ZeroBasedStartIndex,
        Quirk::NoTotal,
        Quirk::CappedPages,
    ]);
    for quirks in sets {
        for users in [0, 1, 10, 11, 100] {
            let emulator = emulator(users, &quirks).await;
            let session = connect(emulator.plain_base_uri(), vec![]);
            let (found, warnings, error) = ids(&session, Endpoint::Users, None).await;
            let distinct: HashSet<_> = found.iter().collect();
            assert!(error.is_none(), "{quirks:?} {users}: {error:?}");
            assert_eq!((found.len(), distinct.len()), (users, users), "{quirks:?}");
            // A directory that changes may announce one or two that are not there at the end.
            if !quirks.contains(&Quirk::ChangingTotal) {
                assert!(warnings.is_empty(), "{quirks:?} {users}: {warnings:?}");
            }
            assert_eq!(
                ids(&session, Endpoint::Groups, None).await.0.len(),
                2,
                "{quirks:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_that_hides_its_users_does_not_end_the_list() {
    let emulator = emulator(35, &[Quirk::EmptyPage]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let (found, _, error) = ids(&session, Endpoint::Users, None).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found.len(), 25, "all but the ten that are hidden");
}

#[tokio::test]
async fn a_server_that_ignores_start_index_is_stopped_or_had_given_all() {
    for (users, came, stopped) in [(7, 7, false), (25, 10, true)] {
        for more in [vec![], vec![Quirk::NoTotal]] {
            let quirks = [vec![Quirk::IgnoredStartIndex], more].concat();
            let emulator = emulator(users, &quirks).await;
            let session = connect(emulator.plain_base_uri(), vec![]);
            let (found, _, error) = ids(&session, Endpoint::Users, None).await;
            assert_eq!(found.len(), came, "{quirks:?}");
            assert_eq!(
                error.map(|e| e.kind()),
                stopped.then_some(Kind::PagingLoop),
                "{quirks:?}"
            );
        }
    }
}

/// No two ways of paging together lose anybody without a word, on a first list and on one after it.
#[tokio::test]
async fn every_pair_of_paging_quirks_gives_all_or_says_so() {
    let paging = [
        Quirk::ZeroBasedStartIndex,
        Quirk::ZeroInAnswer,
        Quirk::IgnoredStartIndex,
        Quirk::CappedPages,
        Quirk::ShrinkingPages,
        Quirk::ItemsPerPageAsAsked,
        Quirk::NoTotal,
        Quirk::TextTotal,
        Quirk::ChangingTotal,
        Quirk::TotalOfPage,
        Quirk::WrongTotal,
        Quirk::EmptyPage,
        Quirk::LastPageAgain,
        Quirk::NoResources,
        Quirk::UnsaidCursor,
        Quirk::CursorOnly,
        Quirk::NumericIds,
    ];
    let mut exact = 0;
    let mut runs = 0;
    for (at, one) in paging.iter().enumerate() {
        for other in &paging[at..] {
            // What a server hides at the end of a list and doesn't count, nobody can know of.
            let pair = [*one, *other];
            let hides = pair.contains(&Quirk::EmptyPage)
                && (pair.contains(&Quirk::NoTotal) || pair.contains(&Quirk::TotalOfPage));
            for users in [0, 7, 20, 25]
                .into_iter()
                .filter(|users| !(hides && *users == 20))
            {
                let emulator = emulator(users, &[*one, *other]).await;
                let session = connect(emulator.plain_base_uri(), vec![Compatibility::SkipDiscovery]);
                let query = || Query {
                    page_size: Some(PAGE),
                    ..Query::default()
                };
                for list in 0..2 {
                    let (found, warnings, error) = search(&session, query()).await;
                    let distinct: HashSet<_> = found.iter().collect();
                    assert_eq!(distinct.len(), found.len(), "{one:?} {other:?} {users}");
                    assert!(
                        found.len() == users || error.is_some() || !warnings.is_empty(),
                        "{one:?} {other:?}, list {list}: {} of {users} users without a word",
                        found.len()
                    );
                    runs += 1;
                    exact += u32::from(found.len() == users && error.is_none());
                }
            }
        }
    }
    // Most servers can be read whole: an error for all would pass the test above.
    assert!(exact * 10 > runs * 8, "{exact} of {runs}");
}

#[tokio::test]
async fn a_server_that_ignores_start_index_and_counts_the_page_is_stopped() {
    let emulator = emulator(25, &[Quirk::IgnoredStartIndex, Quirk::TotalOfPage]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    for _ in 0..2 {
        let (found, _, error) = ids(&session, Endpoint::Users, None).await;
        assert_eq!(found.len(), 10);
        assert_eq!(error.unwrap().kind(), Kind::PagingLoop);
    }
}

/// What is learnt of a server's totals costs its requests once a connection.
#[tokio::test]
async fn a_total_that_ends_lists_costs_no_further_requests() {
    let emulator = emulator(7, &[]).await;
    let session = connect(emulator.plain_base_uri(), vec![Compatibility::SkipDiscovery]);
    ids(&session, Endpoint::Users, None).await;
    assert_eq!(session.stats().requests, 2);
    // Two groups, and a page of one shows that the total is of both.
    let query = Query {
        page_size: Some(1),
        ..Query::default()
    };
    let mut groups = List::new(&session, Endpoint::Groups, query).unwrap();
    while groups.next(&Silent).await.unwrap().is_some() {}
    assert_eq!(session.stats().requests, 4);
    for more in 1..4 {
        ids(&session, Endpoint::Users, None).await;
        assert_eq!(session.stats().requests, 4 + more);
    }
}

async fn search(session: &Session, query: Query) -> (Vec<String>, Vec<String>, Option<Error>) {
    let mut search = Search::new(session, Endpoint::Users, query, false).unwrap();
    let heard = Warnings::default();
    let mut found = Vec::new();
    let error = loop {
        match search.next(&heard).await {
            Ok(Some(page)) => {
                found.extend(
                    Records::open(&page.buffer)
                        .unwrap()
                        .iter()
                        .map(|record| record.to_json()),
                );
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    (found, heard.0.into_inner().unwrap(), error)
}

fn filtered(filter: &str, attributes: &[&str]) -> Query {
    Query {
        filter: Some(filter.to_owned()),
        attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        ..Query::default()
    }
}

#[tokio::test]
async fn what_a_server_returns_for_a_filter_that_it_ignores_is_not_given() {
    let emulator = emulator(25, &[Quirk::IgnoredFilter]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let (all, ..) = search(&session, Query::default()).await;
    assert_eq!(all.len(), 25);
    let user: serde_json::Value = serde_json::from_str(&all[3]).unwrap();
    let name = user["userName"].as_str().unwrap();
    for filter in [
        format!("userName eq \"{name}\""),
        "userName eq \"nobody@contoso.com\"".to_owned(),
        "userName ew \"@fabrikam.com\"".to_owned(),
        "externalId eq \"leaver\"".to_owned(),
        "active eq false".to_owned(),
        "not (active eq true)".to_owned(),
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter eq \"none\"".to_owned(),
        "costCode eq \"none\"".to_owned(),
        "emails[type eq \"work\" and value eq \"nobody@contoso.com\"]".to_owned(),
    ] {
        for attributes in [&[][..], &["id"], &["title"]] {
            let before = session.stats().requests;
            let (found, _, error) = search(&session, filtered(&filter, attributes)).await;
            assert_eq!(found, Vec::<String>::new(), "{filter} {attributes:?}");
            let error = error.unwrap();
            assert_eq!(error.kind(), Kind::FilterIgnored, "{filter}");
            assert!(error.details().advice.contains("-ClientSideFilter"), "{error}");
            assert_eq!(
                session.stats().requests - before,
                1,
                "no request more than without the check"
            );
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_the_check_alone_is_taken_out_again() {
    let emulator = emulator(25, &[]).await;
    for (base, filter) in [
        // It gives all attributes, whatever is asked for.
        (emulator.plain_base_uri(), "active eq true"),
        (
            emulator.base_uri().to_owned(),
            "active eq true and userName ew \"@contoso.com\"",
        ),
    ] {
        let session = connect(base, vec![]);
        let (found, warnings, error) = search(&session, filtered(filter, &["title"])).await;
        assert!(error.is_none() && warnings.is_empty(), "{error:?} {warnings:?}");
        assert!(found.len() > 5, "{}", found.len());
        for user in found {
            let user: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&user).unwrap();
            for name in ["active", "userName"] {
                assert!(!filter.contains(name) || !user.contains_key(name), "{user:?}");
            }
            assert!(user.contains_key("id") && user.len() > 1, "{user:?}");
        }
    }
}

#[tokio::test]
async fn what_was_announced_and_did_not_come_is_told() {
    let emulator = emulator(25, &[Quirk::WrongTotal]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let (found, warnings, error) = ids(&session, Endpoint::Users, None).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found.len(), 25);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("totalResults is 5 higher than the number of Users"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn a_base_uri_may_end_with_a_slash_and_with_v2_or_not() {
    let emulator = emulator(11, &[]).await;
    let whole = emulator.plain_base_uri();
    for base in [
        whole.clone(),
        format!("{whole}/"),
        whole.trim_end_matches("/v2").to_owned(),
        format!("{}/", whole.trim_end_matches("/v2")),
    ] {
        let session = connect(base.clone(), vec![]);
        assert_eq!(ids(&session, Endpoint::Users, None).await.0.len(), 11, "{base}");
    }
}

#[tokio::test]
async fn what_the_server_can_do_is_asked_once_and_never_of_entra() {
    let emulator = emulator(25, &[]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    for _ in 0..3 {
        ids(&session, Endpoint::Users, None).await;
    }
    assert_eq!(session.stats().requests, 2 + 3 * 3);
    let session = connect(emulator.plain_base_uri(), vec![Compatibility::SkipDiscovery]);
    ids(&session, Endpoint::Users, None).await;
    assert_eq!(session.stats().requests, 3);
    let session = connect(emulator.base_uri().to_owned(), vec![]);
    ids(&session, Endpoint::Users, None).await;
    assert_eq!((session.stats().requests, emulator.stats().discovery), (3, 0));
}

/// What ends a list elsewhere, one page more, would be paid for on Entra, where the cursor alone tells.
#[tokio::test]
async fn a_full_page_without_a_cursor_is_the_last_of_entra() {
    for (users, requests) in [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (20, 2)] {
        let emulator = emulator(users, &[]).await;
        let session = connect(emulator.base_uri().to_owned(), vec![]);
        assert_eq!(ids(&session, Endpoint::Users, None).await.0.len(), users);
        assert_eq!(session.stats().requests, requests, "{users} users");
    }
}

#[tokio::test]
async fn a_server_that_does_not_page_is_asked_for_all() {
    let config = EmulatorConfig {
        users: 1,
        groups: 120,
        static_tokens: vec!["token".to_owned()],
        quirks: vec![Quirk::UnpagedGroups],
        ..EmulatorConfig::default()
    };
    let emulator = Emulator::start(config).await.unwrap();
    let session = connect(emulator.plain_base_uri(), vec![]);
    let (found, warnings, error) = ids(&session, Endpoint::Groups, None).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((found.len(), warnings.len()), (120, 0), "{warnings:?}");
    assert_eq!(session.stats().requests, 2 + 2);
}

#[tokio::test]
async fn a_limit_that_is_told_by_its_end_is_waited_for() {
    let emulator = emulator(25, &[Quirk::ResetOnly]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let began = std::time::Instant::now();
    let (found, _, error) = ids(&session, Endpoint::Users, None).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found.len(), 25);
    // The fifth request of the six is refused, and the pause between retries would be a millisecond.
    assert_eq!(session.stats().retries, 1);
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
}

#[tokio::test]
async fn a_mistake_that_is_answered_with_500_makes_nothing_twice() {
    let emulator = emulator(5, &[Quirk::ServerErrors]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let taken = session
        .get(
            Endpoint::Users,
            Some(&ids(&session, Endpoint::Users, None).await.0[0]),
            &[],
            &Silent,
        )
        .await
        .unwrap();
    let name = world::text(Records::open(&taken.buffer).unwrap().get(0).unwrap(), "userName");
    let before = session.stats().requests;
    let create = change(json!({ "verb": "Create", "endpoint": "Users", "set": [
        { "name": "userName", "value": name }, { "name": "displayName", "value": "Another" },
    ] }));
    let (reports, _) = write(&session, Options::default(), [create]).await;
    assert!(
        matches!(reports[0].outcome, Outcome::Failed | Outcome::Unknown),
        "{reports:?}"
    );
    // It is not sent again, but looked for.
    assert_eq!(session.stats().requests - before, 2);
    assert_eq!(ids(&session, Endpoint::Users, None).await.0.len(), 5);
}

#[tokio::test]
async fn errors_are_understood_in_every_form() {
    for (quirk, missing) in [
        (None, Kind::ResourceNotFound),
        (Some(Quirk::WrappedErrors), Kind::ResourceNotFound),
        (Some(Quirk::NumericStatus), Kind::ResourceNotFound),
        // None of these is the service's word that an object is gone.
        (Some(Quirk::TextErrors), Kind::EndpointNotFound),
        (Some(Quirk::HtmlErrors), Kind::EndpointNotFound),
    ] {
        let emulator = emulator(1, &quirk.into_iter().collect::<Vec<_>>()).await;
        let session = connect(emulator.plain_base_uri(), vec![]);
        let error = session
            .get(Endpoint::Users, Some("nobody"), &[], &Silent)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), missing, "{quirk:?}");
        assert_eq!(error.details().status, Some(404), "{quirk:?}");
        let told = error.to_string();
        let quotes = quirk != Some(Quirk::HtmlErrors);
        assert_eq!(
            told.contains("does not exist") || error.details().detail.is_some(),
            quotes,
            "{quirk:?}: {told}"
        );
        assert_ne!(error.details().scim_type.as_deref(), Some("null"));
    }
}

#[tokio::test]
async fn a_filter_that_is_ignored_changes_nobody_else() {
    let emulator = emulator(11, &[Quirk::IgnoredFilter]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let by_name = change(json!({
        "verb": "Delete", "endpoint": "Users", "key": { "attribute": "userName", "value": "nobody@contoso.com" },
    }));
    let (reports, _) = write(&session, Options::default(), [by_name]).await;
    assert_eq!(reports[0].outcome, Outcome::Failed, "{:?}", reports[0].error);
    assert_eq!(ids(&session, Endpoint::Users, None).await.0.len(), 11);
}

#[tokio::test]
async fn who_is_a_member_already_is_no_error() {
    let emulator = emulator(5, &[Quirk::KnownMemberRefused]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let users = ids(&session, Endpoint::Users, None).await.0;
    let group = ids(&session, Endpoint::Groups, None).await.0.remove(0);
    let add = |user: &String| member("AddMember", &group, user);
    write(&session, Options::default(), [add(&users[1])]).await;
    let (reports, _) = write(&session, Options::default(), users[..3].iter().map(add)).await;
    let outcomes: Vec<_> = reports.iter().map(|report| report.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Done, Outcome::Unchanged, Outcome::Done],
        "{reports:?}"
    );
    let mut present = members(&session, &group).await;
    present.sort_unstable();
    let mut wanted = users[..3].to_vec();
    wanted.sort_unstable();
    assert_eq!(present, wanted);
}

#[tokio::test]
async fn a_pack_of_members_is_no_larger_than_a_hundred() {
    let emulator = emulator(150, &[]).await;
    let session = connect(emulator.plain_base_uri(), vec![]);
    let users = ids(&session, Endpoint::Users, None).await.0;
    let group = ids(&session, Endpoint::Groups, None).await.0.remove(0);
    let before = session.stats().requests;
    let adds: Vec<_> = users
        .iter()
        .map(|user| member("AddMember", &group, user))
        .collect();
    let (reports, _) = write(&session, Options::default(), adds).await;
    assert!(reports.iter().all(|report| report.outcome == Outcome::Done));
    assert_eq!(session.stats().requests - before, 2);
    assert_eq!(members(&session, &group).await.len(), 150);
}

#[tokio::test]
async fn a_put_that_meets_a_change_of_somebody_else_is_made_anew() {
    let emulator = emulator(2, &[Quirk::NoPatch, Quirk::Etags]).await;
    let (one, other) = (
        connect(emulator.plain_base_uri(), vec![]),
        connect(emulator.plain_base_uri(), vec![]),
    );
    let group = ids(&one, Endpoint::Groups, None).await.0.remove(0);
    let users = ids(&one, Endpoint::Users, None).await.0;
    // Two who do not know of each other, at the same group at the same time, again and again.
    for round in 0..10 {
        let verb = if round % 2 == 0 {
            "AddMember"
        } else {
            "RemoveMember"
        };
        let (left, right) = tokio::join!(
            write(&one, Options::default(), [member(verb, &group, &users[0])]),
            write(&other, Options::default(), [member(verb, &group, &users[1])]),
        );
        for (reports, _) in [left, right] {
            assert_eq!(
                reports[0].outcome,
                Outcome::Done,
                "{round}: {:?}",
                reports[0].error
            );
        }
        let present = members(&one, &group).await.len();
        assert_eq!(present, if round % 2 == 0 { 2 } else { 0 }, "{round}");
    }
}

/// A group's members, in order.
async fn members(session: &Session, group: &str) -> Vec<String> {
    let page = session
        .get(
            Endpoint::Groups,
            Some(group),
            &[("attributes", "members")],
            &Silent,
        )
        .await
        .unwrap();
    let json = Records::open(&page.buffer).unwrap().get(0).unwrap().to_json();
    let group: serde_json::Value = serde_json::from_str(&json).unwrap();
    let members = group["members"].as_array().unwrap();
    members
        .iter()
        .map(|m| m["value"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn changes_arrive_whatever_the_server_insists_on() {
    for (quirks, compatibility) in [
        (vec![], vec![]),
        (vec![Quirk::NoPatch], vec![]),
        (vec![Quirk::NoPatch, Quirk::Etags], vec![]),
        (vec![Quirk::UnsaidNoPatch], vec![]),
        (vec![Quirk::NoPatch, Quirk::FalseVersions], vec![]),
        (vec![Quirk::NoPatch, Quirk::HiddenMembers], vec![]),
        (vec![Quirk::NoPatch, Quirk::PluralConfig], vec![]),
        (vec![Quirk::OddValues], vec![]),
        (vec![Quirk::ServerErrors, Quirk::KnownMemberRefused], vec![]),
        (vec![Quirk::NoPatch, Quirk::NoDiscovery], vec![Compatibility::Put]),
        (vec![Quirk::NoPatch, Quirk::NumericIds, Quirk::OtherPaths], vec![]),
        (vec![Quirk::MembersByValue], vec![Compatibility::MembersByValue]),
        (
            vec![Quirk::CapitalOperations],
            vec![Compatibility::CapitalOperations],
        ),
        (vec![Quirk::NoPaths], vec![Compatibility::NoPaths]),
        (
            vec![Quirk::NoPaths, Quirk::CapitalOperations, Quirk::MembersByValue],
            vec![
                Compatibility::NoPaths,
                Compatibility::CapitalOperations,
                Compatibility::MembersByValue,
            ],
        ),
    ] {
        let emulator = emulator(5, &quirks).await;
        let session = connect(emulator.plain_base_uri(), compatibility);
        let users = ids(&session, Endpoint::Users, None).await.0;
        let group = ids(&session, Endpoint::Groups, None).await.0.remove(0);
        let created = change(json!({ "verb": "Create", "endpoint": "Users", "set": [
            { "name": "userName", "value": "new@contoso.com" }, { "name": "displayName", "value": "New" },
        ] }));
        let changes = vec![
            created,
            set_title(&users[0], "Countess"),
            member("AddMember", &group, &users[1]),
            member("AddMember", &group, &users[2]),
            member("AddMember", &group, &users[3]),
            member("RemoveMember", &group, &users[2]),
            delete(&users[4]),
        ];
        let (reports, ending) = write(&session, Options::default(), changes).await;
        assert!(ending.is_none(), "{quirks:?}: {ending:?}");
        for report in &reports {
            assert_eq!(report.outcome, Outcome::Done, "{quirks:?}: {:?}", report.error);
        }
        let page = session
            .get(Endpoint::Users, Some(&users[0]), &[], &Silent)
            .await
            .unwrap();
        let title = world::text(Records::open(&page.buffer).unwrap().get(0).unwrap(), "title");
        assert_eq!(title, "Countess", "{quirks:?}");
        assert_eq!(
            members(&session, &group).await,
            [users[1].clone(), users[3].clone()],
            "{quirks:?}"
        );
        let left = ids(&session, Endpoint::Users, None).await.0;
        assert_eq!(left.len(), 5, "one more, one less: {quirks:?}");
        assert!(!left.contains(&users[4]), "{quirks:?}");
    }
}

/// Each row of docs/compatibility.md names a test that is there: of this file, or of the one that the row names.
#[test]
fn the_tests_that_the_page_names_are_here() {
    let page = include_str!("../../../docs/compatibility.md");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.ends_with("| test |"))
        .collect();
    assert!(rows.len() > Quirk::ALL.len());
    for row in rows {
        let named = row.rsplit('|').nth(1).unwrap().trim();
        let (file, test) = match named.rsplit_once(": `") {
            Some((file, test)) => (file.trim_matches('`'), test),
            None => ("rust/scim-client/tests/quirks.rs", named.trim_start_matches('`')),
        };
        let source = std::fs::read_to_string(root.join(file))
            .map_err(|e| format!("{file}: {e}"))
            .unwrap();
        let begin = if file.ends_with(".rs") { "fn " } else { " " };
        let declared = format!("{begin}{}(", test.trim_end_matches('`'));
        assert!(source.contains(&declared), "{file}: {test}");
    }
}
