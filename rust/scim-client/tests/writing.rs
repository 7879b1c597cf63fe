//! Writing, over real sockets: the order of the reports, several in flight, and what becomes of a change whatever the
//! network does to its request or its answer.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::sync::Arc;
use std::time::Duration;

use scim_client::event::Silent;
use scim_client::record::Records;
use scim_client::write::{Options, Outcome, Stopper, Writer};
use scim_client::{Endpoint, Kind};
use scim_emulator::{EmulatorConfig, Fault, FaultAction};
use serde_json::json;
use world::*;

#[tokio::test]
async fn users_are_created_in_order_and_reported_with_what_the_service_made_of_them() {
    let world = World::new(3, 1).await;
    let (reports, ending) = write(
        &world.session,
        Options::default(),
        (0..100).map(|i| user(&format!("new{i:03}@contoso.com"))),
    )
    .await;
    assert!(ending.is_none());
    for (i, report) in reports.iter().enumerate() {
        assert_eq!(report.outcome, Outcome::Done, "{:?}", report.error);
        let page = report.page.as_ref().unwrap();
        let record = Records::open(&page.buffer).unwrap().get(0).unwrap();
        assert_eq!(text(record, "userName"), format!("new{i:03}@contoso.com"));
        assert_eq!(Some(text(record, "id")), report.id);
    }
    let names = world.names("new").await;
    assert_eq!((names.len(), names.values().max()), (100, Some(&1)));
    assert_eq!(world.emulator.stats().create, 100);
}

#[tokio::test]
async fn a_name_that_is_taken_is_one_error_and_the_rest_go_on() {
    let world = World::new(3, 1).await;
    let names = ["a@contoso.com", "b@contoso.com", "A@contoso.com", "c@contoso.com"];
    let (reports, ending) = write(&world.session, Options::default(), names.map(user)).await;
    let (failed, done): (Vec<_>, Vec<_>) = reports
        .iter()
        .partition(|report| report.outcome == Outcome::Failed);
    assert_eq!((failed.len(), done.len()), (1, 3));
    assert_eq!(failed[0].error.as_ref().unwrap().kind(), Kind::Uniqueness);
    assert!(ending.is_none());
}

#[tokio::test]
async fn a_creation_is_done_exactly_once_whatever_becomes_of_its_answer() {
    let cut = |bytes| FaultAction::CutBody { bytes };
    for action in [
        status(429, Some("0")),
        status(429, None),
        status(503, Some("0")),
        status(503, None),
        status(500, None),
        status(502, None),
        status(504, None),
        FaultAction::ResetBefore,
        FaultAction::ResetAfter,
        cut(Some(0)),
        cut(None),
        FaultAction::HtmlBody,
        FaultAction::GarbageBody,
    ] {
        for times in [1, 3] {
            let world = World::new(3, 1).await;
            world.session.sign_in(&Silent).await.unwrap();
            world
                .emulator
                .inject(Fault::once(action.clone()).on_method("POST").times(times));
            let (reports, _) = write(&world.session, Options::default(), [user("one@contoso.com")]).await;
            assert_eq!(
                outcomes(&reports),
                [Outcome::Done],
                "{action:?} {times}: {:?}",
                reports[0].error
            );
            assert!(reports[0].id.is_some() && reports[0].page.is_some(), "{action:?}");
            assert_eq!(
                world.names("one").await.values().copied().collect::<Vec<_>>(),
                [1],
                "{action:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_that_stays_away_is_settled_by_looking() {
    for action in [FaultAction::Hang, FaultAction::StallBody { bytes: Some(5) }] {
        let world = World::with(EmulatorConfig::default(), |c| c.timeout_seconds = Some(1)).await;
        world.emulator.inject(Fault::once(action).on_method("POST"));
        let (reports, _) = write(&world.session, Options::default(), [user("one@contoso.com")]).await;
        assert_eq!(outcomes(&reports), [Outcome::Done]);
        assert_eq!(
            world.names("one").await.values().copied().collect::<Vec<_>>(),
            [1]
        );
    }
}

#[tokio::test]
async fn an_object_that_was_there_before_is_not_taken_for_ours() {
    let world = World::new(3, 1).await;
    let there = all(&world.session, Endpoint::Users, "userName").await.remove(0).1;
    world
        .emulator
        .inject(Fault::once(FaultAction::ResetBefore).on_method("POST"));
    let (reports, _) = write(&world.session, Options::default(), [user(&there)]).await;
    assert_eq!(outcomes(&reports), [Outcome::Failed]);
    let error = reports[0].error.as_ref().unwrap();
    assert_eq!(error.kind(), Kind::Uniqueness, "{error}");
}

#[tokio::test]
async fn a_group_has_no_key_so_that_a_lost_answer_stays_unknown() {
    let group = || {
        let set = json!([
            {"name": "displayName", "value": "Readers"}, {"name": "mailNickname", "value": "readers"},
            {"name": "mailEnabled", "value": false}, {"name": "securityEnabled", "value": true},
        ]);
        change(json!({"verb": "Create", "endpoint": "Groups", "set": set}))
    };
    for (action, outcome, created) in [
        (FaultAction::ResetBefore, Outcome::Unknown, 0),
        (FaultAction::ResetAfter, Outcome::Unknown, 1),
        (status(503, None), Outcome::Unknown, 0),
        (status(503, Some("0")), Outcome::Done, 1),
        (status(429, None), Outcome::Done, 1),
        // 201 alone says that it was made, and Location says which it is.
        (FaultAction::CutBody { bytes: None }, Outcome::Done, 1),
    ] {
        let world = World::new(3, 0).await;
        world
            .emulator
            .inject(Fault::once(action.clone()).on_method("POST"));
        let (reports, _) = write(&world.session, Options::default(), [group()]).await;
        assert_eq!(
            outcomes(&reports),
            [outcome],
            "{action:?}: {:?}",
            reports[0].error
        );
        let groups = all(&world.session, Endpoint::Groups, "displayName").await;
        assert_eq!(groups.len(), created, "{action:?}");
        match outcome {
            Outcome::Unknown => assert_eq!(reports[0].error.as_ref().unwrap().kind(), Kind::OutcomeUnknown),
            _ => assert_eq!(reports[0].id.as_ref(), Some(&groups[0].0)),
        }
    }
}

#[tokio::test]
async fn updates_and_deletes_are_repeated_until_they_are_done() {
    for action in [
        status(429, None),
        status(503, None),
        status(500, None),
        FaultAction::ResetBefore,
        FaultAction::ResetAfter,
    ] {
        let world = World::new(3, 1).await;
        let ids = world.ids(Endpoint::Users, 2).await;
        for method in ["PATCH", "DELETE"] {
            world
                .emulator
                .inject(Fault::once(action.clone()).on_method(method));
        }
        let changes = [set_title(&ids[0], "Chief"), delete(&ids[1]), delete(&ids[1])];
        let (reports, _) = write(&world.session, Options::default(), changes).await;
        let (first, error) = (outcomes(&reports), reports[2].error.as_ref().unwrap());
        assert_eq!(
            first,
            [Outcome::Done, Outcome::Done, Outcome::Failed],
            "{action:?}"
        );
        assert_eq!(
            error.kind(),
            Kind::ResourceNotFound,
            "deleted by the change before, not by this one"
        );
        let titles = all(&world.session, Endpoint::Users, "title").await;
        assert_eq!(titles.len(), 2);
        assert!(titles.contains(&(ids[0].clone(), "Chief".to_owned())));
    }
}

#[tokio::test]
async fn changes_of_one_object_keep_their_order() {
    let world = World::new(5, 1).await;
    let ids = world.ids(Endpoint::Users, 4).await;
    // Retries would let a later change overtake an earlier one, were they in flight together.
    for at in [0, 3, 9] {
        world
            .emulator
            .inject(Fault::once(status(503, None)).on_method("PATCH").skip(at));
    }
    let changes = (0..40).map(|i| set_title(&ids[i % 4], &format!("t{i}")));
    let (reports, _) = write(&world.session, Options::default(), changes).await;
    assert!(reports.iter().all(|report| report.outcome == Outcome::Done));
    let titles = all(&world.session, Endpoint::Users, "title").await;
    for (i, id) in ids.iter().enumerate() {
        assert!(
            titles.contains(&(id.clone(), format!("t{}", 36 + i))),
            "{titles:?}"
        );
    }
}

#[tokio::test]
async fn with_mixed_faults_every_user_is_there_once() {
    // PSSCIM_MANY=10000 runs it in full: docs/performance.md.
    let many: u32 = std::env::var("PSSCIM_MANY")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1000);
    let world = World::new(3, 1).await;
    mixed_faults(&world.emulator, many * 11 / 10);
    let names: Vec<_> = (0..many).map(|i| format!("new{i:05}@contoso.com")).collect();
    let (reports, ending) = write(
        &world.session,
        Options::default(),
        names.iter().map(|name| user(name)),
    )
    .await;
    assert!(ending.is_none(), "{ending:?}");
    assert!(world.emulator.stats().faulted >= u64::from(many) / 20);
    for (name, report) in names.iter().zip(&reports) {
        assert_eq!(report.outcome, Outcome::Done, "{name}: {:?}", report.error);
    }
    let found = world.names("new").await;
    assert_eq!(found.len(), names.len());
    assert!(names.iter().all(|name| found.get(name) == Some(&1)));
}

#[tokio::test]
async fn the_request_that_would_exceed_the_budget_is_not_sent() {
    let world = World::with(
        EmulatorConfig {
            users: 3,
            ..EmulatorConfig::default()
        },
        |c| c.request_budget = Some(20),
    )
    .await;
    let (reports, ending) = write(
        &world.session,
        Options::default(),
        (0..60).map(|i| user(&format!("new{i:03}@contoso.com"))),
    )
    .await;
    let done = reports
        .iter()
        .filter(|report| report.outcome == Outcome::Done)
        .count();
    let not_sent = reports
        .iter()
        .filter(|report| report.outcome == Outcome::NotSent)
        .count();
    assert_eq!((done, not_sent), (20, 40));
    let ending = ending.unwrap();
    assert_eq!(ending.kind(), Kind::BudgetExceeded);
    assert!(
        ending
            .to_string()
            .contains("20 done, 0 failed, 40 not sent, 0 unknown"),
        "{ending}"
    );
    assert_eq!(world.emulator.stats().create, 20);
}

#[tokio::test]
async fn a_service_that_asks_for_too_long_a_wait_ends_the_command() {
    let config = EmulatorConfig {
        users: 3,
        ..EmulatorConfig::default()
    };
    let world = World::with(config, |c| c.retry_budget_seconds = Some(10)).await;
    world
        .emulator
        .inject(Fault::once(status(429, Some("3600"))).times(1000));
    let changes = (0..200).map(|i| user(&format!("new{i:03}@contoso.com")));
    let (reports, ending) = write(&world.session, Options::default(), changes).await;
    assert_eq!(ending.unwrap().kind(), Kind::TooManyRequests);
    assert_eq!(reports.len(), 200);
    assert!(
        reports
            .iter()
            .all(|report| matches!(report.outcome, Outcome::Failed | Outcome::NotSent))
    );
    // Those that were in flight, and no more.
    assert!(world.emulator.stats().faulted <= 8);
}

#[tokio::test]
async fn a_throttled_service_gets_no_more_than_it_takes() {
    let config = EmulatorConfig {
        users: 3,
        throttle: Some(scim_emulator::Throttle {
            requests_per_second: 40,
            retry_after_seconds: 1,
        }),
        ..EmulatorConfig::default()
    };
    let world = World::with(config, |_| ()).await;
    let changes = (0..100).map(|i| user(&format!("new{i:03}@contoso.com")));
    let (reports, ending) = write(&world.session, Options::default(), changes).await;
    assert!(ending.is_none());
    assert!(reports.iter().all(|report| report.outcome == Outcome::Done));
    // One event a second, of what is in flight together: not one for each change.
    let throttled = world.emulator.stats().throttled;
    assert!((1..=32).contains(&throttled), "{throttled}");
}

#[tokio::test]
async fn a_password_that_did_not_come_is_no_reason_to_send_without() {
    let world = World::new(3, 1).await;
    let options = Options::default();
    let mut writer = Writer::new(&world.session, options, &Stopper::default(), Arc::new(Silent))
        .await
        .unwrap();
    writer.submit(&user("one@contoso.com"), None);
    let report = writer.next().await.unwrap();
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(world.emulator.stats().create, 0);
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_renewed() {
    let world = World::new(3, 1).await;
    let mut given = 0;
    let ending = write_each(
        &world.session,
        Options::default(),
        &Stopper::default(),
        (0..120).map(|i| user(&format!("new{i:03}@contoso.com"))),
        |report| {
            assert_eq!(report.outcome, Outcome::Done, "{:?}", report.error);
            given += 1;
            if given % 30 == 0 {
                world.emulator.expire_tokens();
            }
        },
    )
    .await;
    assert!(ending.is_none());
    assert_eq!(world.names("new").await.len(), 120);
    let tokens = world.session.stats().token_requests;
    assert!((2..=5).contains(&tokens), "{tokens}");
}

#[tokio::test]
async fn after_a_stop_nothing_is_sent_and_everything_is_accounted_for() {
    let latency = Duration::from_millis(30);
    let world = World::with(
        EmulatorConfig {
            users: 3,
            latency,
            ..EmulatorConfig::default()
        },
        |_| (),
    )
    .await;
    let stopper = Stopper::default();
    let mut outcomes = Vec::new();
    let changes = (0..100).map(|i| user(&format!("new{i:03}@contoso.com")));
    write_each(&world.session, Options::default(), &stopper, changes, |report| {
        outcomes.push(report.outcome);
        if outcomes.len() == 20 {
            stopper.stop();
        }
    })
    .await;
    assert_eq!(outcomes.len(), 100);
    let done = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Done)
        .count();
    assert!((20..=20 + 8 * 4).contains(&done), "{done}");
    assert!(
        outcomes[done..]
            .iter()
            .all(|outcome| *outcome == Outcome::NotSent),
        "{outcomes:?}"
    );
    assert_eq!(world.names("new").await.len(), done);
}

#[tokio::test]
async fn what_is_in_flight_when_patience_ends_is_unknown() {
    let world = World::new(3, 1).await;
    world.session.sign_in(&Silent).await.unwrap();
    world
        .emulator
        .inject(Fault::once(FaultAction::Hang).on_method("POST").times(100));
    let stopper = Stopper::default();
    let options = Options {
        grace_seconds: 0,
        throttle_limit: 2,
        ..Options::default()
    };
    let changes = (0..5).map(|i| user(&format!("new{i:03}@contoso.com")));
    let faulted = &world.emulator;
    let mut found = Vec::new();
    let writing = write_each(&world.session, options, &stopper, changes, |report| {
        found.push(report.outcome)
    });
    let stopping = async {
        while faulted.stats().faulted < 2 {
            tokio::task::yield_now().await;
        }
        stopper.stop();
    };
    tokio::join!(writing, stopping);
    found.sort_by_key(|outcome| *outcome != Outcome::Unknown);
    use Outcome::{NotSent, Unknown};
    assert!(
        found.starts_with(&[Unknown, Unknown]) && found.len() == 5,
        "{found:?}"
    );
    assert!(
        found[2..]
            .iter()
            .all(|outcome| matches!(outcome, NotSent | Unknown))
    );
}

#[tokio::test]
async fn reads_by_id_are_in_flight_together_and_come_back_in_order() {
    let latency = Duration::from_millis(5);
    let config = EmulatorConfig {
        users: 300,
        latency,
        ..EmulatorConfig::default()
    };
    let world = World::with(config, |_| ()).await;
    let ids = world.ids(Endpoint::Users, 300).await;
    world
        .emulator
        .inject(Fault::once(status(429, None)).skip(50).times(5));
    let (reports, _) = write(&world.session, Options::default(), ids.iter().map(|id| read(id))).await;
    for (id, report) in ids.iter().zip(&reports) {
        let page = report.page.as_ref().unwrap();
        assert_eq!(
            &text(Records::open(&page.buffer).unwrap().get(0).unwrap(), "id"),
            id
        );
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_requests_and_sends_none() {
    let world = World::new(3, 1).await;
    let ids = world.ids(Endpoint::Users, 2).await;
    let group = world.ids(Endpoint::Groups, 1).await.remove(0);
    let before = world.emulator.stats();
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let changes = [
        user("one@contoso.com"),
        delete(&ids[0]),
        member("AddMember", &group, &ids[0]),
        member("AddMember", &group, &ids[1]),
    ];
    let (reports, _) = write(&world.session, options, changes).await;
    assert_eq!(outcomes(&reports), [Outcome::Planned; 4]);
    let shown: Vec<String> = reports
        .iter()
        .map(|report| {
            let page = report.page.as_ref().unwrap();
            Records::open(&page.buffer)
                .unwrap()
                .iter()
                .map(|record| record.to_json())
                .collect()
        })
        .collect();
    assert!(
        shown[0].contains(r#""method":"POST","path":"/rp/scim/users""#)
            && shown[0].contains(r#"\"password\":\"***\""#),
        "{}",
        shown[0]
    );
    assert!(
        shown[1].contains(&format!(
            r#""method":"DELETE","path":"/rp/scim/users/{}","ifMatch":null,"changes":null,"body":null"#,
            ids[0]
        )),
        "{}",
        shown[1]
    );
    assert!(
        shown[2].contains(&ids[0]) && shown[2].contains(&ids[1]),
        "{}",
        shown[2]
    );
    assert_eq!(shown[3], "");
    assert_eq!(world.emulator.stats(), before);
}
