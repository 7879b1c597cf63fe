//! The journal: a command that is run again goes on where it stopped.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use std::path::Path;
use std::sync::Arc;

use scim_client::event::Silent;
use scim_client::write::{Options, Outcome, Stopper, Writer};
use scim_client::{Endpoint, Kind};
use scim_emulator::{EmulatorConfig, Fault, FaultAction};
use serde_json::json;
use world::*;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("new{i:04}@contoso.com")).collect()
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_done_is_not_done_again() {
    let (world, path) = (World::new(3, 1).await, folder("again").join("j.jsonl"));
    let names = names(50);
    let first = interrupted(&world, &path, names[..30].iter().map(|n| user(n))).await;
    let (second, _) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    assert_eq!(outcomes(&second)[..30], [Outcome::AlreadyDone; 30]);
    assert_eq!(outcomes(&second)[30..], [Outcome::Done; 20]);
    for (first, second) in first.iter().zip(&second) {
        assert!(first.id.is_some());
        assert_eq!(first.id, second.id);
    }
    assert_eq!(world.emulator.stats().create, 50);
    // A header, two lines for each change, and the end.
    let lines = lines(&path);
    assert_eq!(lines.len(), 102);
    assert_eq!(lines[101]["finished"], true);
    assert_eq!(lines[0]["command"], "New-ScimUser");
    let done: Vec<_> = lines.iter().filter(|line| line["state"] == "done").collect();
    assert_eq!(done.len(), 50);
    assert!(
        done.iter()
            .all(|line| line["id"].is_string() && line["requestId"].is_string())
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(PASSWORD) && !text.contains("emulator-secret"));
}

/// A run that does these changes and is ended before its input is.
async fn interrupted(
    world: &World,
    path: &Path,
    changes: impl IntoIterator<Item = scim_client::change::Change>,
) -> Vec<scim_client::write::Report> {
    let mut writer = Writer::new(
        &world.session,
        journal(path),
        &Stopper::default(),
        Arc::new(Silent),
    )
    .await
    .unwrap();
    let mut reports = Vec::new();
    for change in changes {
        let secret = change
            .password
            .then(|| scim_client::Secret::new(PASSWORD.as_bytes().to_vec()));
        writer.submit(&change, secret);
        reports.push(writer.next().await.unwrap());
    }
    reports
}

/// Hashtables of a script have another order in each process.
#[tokio::test]
async fn a_change_is_known_again_in_whatever_order_its_attributes_come() {
    let (world, path) = (World::new(3, 1).await, folder("order").join("j.jsonl"));
    let id = world.ids(Endpoint::Users, 1).await.remove(0);
    let set = |names: &[&str], turned: bool| {
        let mut set: Vec<_> = names
            .iter()
            .map(|name| json!({"name": name, "value": "new@contoso.com"}))
            .collect();
        if turned {
            set.reverse();
        }
        set
    };
    let changes = |turned| {
        let made = set(
            &["userName", "displayName", "givenName", "familyName", "title"],
            turned,
        );
        let changed = set(&["title", "department", "displayName", "emails[other]"], turned);
        [
            change(json!({"verb": "Create", "endpoint": "Users", "password": true, "set": made})),
            change(json!({"verb": "Update", "id": id, "set": changed})),
        ]
    };
    let (first, _) = write(&world.session, journal(&path), changes(false)).await;
    assert_eq!(outcomes(&first), [Outcome::Done; 2], "{first:?}");
    let (second, _) = write(&world.session, journal(&path), changes(true)).await;
    assert_eq!(outcomes(&second), [Outcome::AlreadyDone; 2], "{second:?}");
}

#[tokio::test]
async fn equal_changes_are_each_done_once() {
    let (world, path) = (World::new(3, 1).await, folder("equal").join("j.jsonl"));
    let id = world.ids(Endpoint::Users, 1).await.remove(0);
    let titles = ["a", "b", "a"];
    for round in 0..2 {
        let before = world.emulator.stats().update;
        let (reports, _) = write(
            &world.session,
            journal(&path),
            titles.iter().map(|title| set_title(&id, title)),
        )
        .await;
        let expected = [Outcome::Done, Outcome::AlreadyDone][round];
        assert_eq!(outcomes(&reports), [expected; 3]);
        assert_eq!(world.emulator.stats().update - before, [3, 0][round]);
        assert!(
            all(&world.session, Endpoint::Users, "title")
                .await
                .contains(&(id.clone(), "a".to_owned()))
        );
    }
}

#[tokio::test]
async fn a_spent_budget_is_gone_on_from() {
    let path = folder("budget").join("j.jsonl");
    let world = World::with(
        EmulatorConfig {
            users: 3,
            ..EmulatorConfig::default()
        },
        |c| c.request_budget = Some(25),
    )
    .await;
    let names = names(60);
    let (reports, ending) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    assert_eq!(ending.unwrap().kind(), Kind::BudgetExceeded);
    assert_eq!(
        reports
            .iter()
            .filter(|report| report.outcome == Outcome::Done)
            .count(),
        25
    );
    let more = World::connect(&world.emulator, |_| ());
    let (reports, ending) = write(&more, journal(&path), names.iter().map(|n| user(n))).await;
    assert!(ending.is_none());
    assert!(
        reports
            .iter()
            .all(|report| matches!(report.outcome, Outcome::Done | Outcome::AlreadyDone))
    );
    assert_eq!(world.emulator.stats().create, 60);
}

#[tokio::test]
async fn what_was_refused_is_tried_again() {
    let (world, path) = (World::new(3, 1).await, folder("refused").join("j.jsonl"));
    world
        .emulator
        .inject(Fault::once(status(403, None)).on_method("POST"));
    let (reports, _) = write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Failed]);
    let (reports, _) = write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Done]);
}

/// Leaves of a journal what a process that was killed after sending, or after writing that down, would have left.
fn cut_last_line(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let (run, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(last.contains("\"finished\":true"), "{last}");
    let end = run.rfind('\n').unwrap() + 1;
    std::fs::write(path, &text[..end]).unwrap();
}

#[tokio::test]
async fn what_was_sent_and_not_settled_is_looked_up_or_repeated() {
    let folder = folder("unsettled");
    let world = World::new(60, 40).await;
    let ids = world.ids(Endpoint::Users, 4).await;
    let group = world.ids(Endpoint::Groups, 40).await.pop().unwrap();
    let group_change = change(
        serde_json::json!({"verb": "Create", "endpoint": "Groups", "set": [
        {"name": "displayName", "value": "Readers"}, {"name": "mailNickname", "value": "readers"},
        {"name": "mailEnabled", "value": false}, {"name": "securityEnabled", "value": true}]}),
    );
    for (i, (change, outcome)) in [
        (user("one@contoso.com"), Outcome::Done),
        (set_title(&ids[0], "Chief"), Outcome::Done),
        (delete(&ids[1]), Outcome::Done),
        (member("AddMember", &group, &ids[2]), Outcome::Done),
        (member("RemoveMember", &group, &ids[2]), Outcome::Done),
        // Nobody can tell, and it stays so.
        (group_change, Outcome::Unknown),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.join(format!("{i}.jsonl"));
        let (reports, _) = write(&world.session, journal(&path), [change.clone()]).await;
        assert_eq!(
            outcomes(&reports),
            [Outcome::Done],
            "{change:?}: {:?}",
            reports[0].error
        );
        cut_last_line(&path);
        let creates = world.emulator.stats().create;
        for _ in 0..2 {
            let (reports, _) = write(&world.session, journal(&path), [change.clone()]).await;
            let settled = outcome == Outcome::Done && lines(&path).len() > 3;
            let found = reports[0].outcome;
            assert!(
                found == outcome || (settled && found == Outcome::AlreadyDone),
                "{change:?}: {found:?} {:?}",
                reports[0].error
            );
        }
        assert_eq!(world.emulator.stats().create, creates, "{change:?}");
    }
}

#[tokio::test]
async fn a_torn_end_is_cut_off_and_damage_before_it_is_refused() {
    let (world, path) = (World::new(3, 1).await, folder("torn").join("j.jsonl"));
    let names = names(5);
    write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    let whole = std::fs::read(&path).unwrap();
    for torn in [&b"{\"key\":\"x"[..], b"\0\0\0\0\n\0\0", b"{\"key\":\"x\"}\n{\"k"] {
        std::fs::write(&path, [&whole, torn].concat()).unwrap();
        let (reports, ending) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
        assert!(ending.is_none(), "{ending:?}");
        assert_eq!(outcomes(&reports), [Outcome::AlreadyDone; 5]);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
    // The header alone may be torn too.
    std::fs::write(&path, &whole[..20]).unwrap();
    let (reports, _) = write(&world.session, journal(&path), [user("x@contoso.com")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Done]);
    let text = String::from_utf8(whole)
        .unwrap()
        .replacen("\"sent\"", "\"seen\"", 1);
    std::fs::write(&path, &text).unwrap();
    let (_, ending) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    let error = ending.unwrap();
    assert_eq!(error.kind(), Kind::JournalDamaged, "{error}");
    assert!(error.to_string().contains("Line 2"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "left as it was");
}

#[tokio::test]
async fn a_journal_of_something_else_is_refused_and_left_alone() {
    let folder = folder("other");
    let (world, path) = (World::new(3, 1).await, folder.join("j.jsonl"));
    write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    let other = World::new(3, 1).await;
    let sent = other.emulator.stats().create;
    let (_, ending) = write(&other.session, journal(&path), [user("one@contoso.com")]).await;
    let error = ending.unwrap();
    assert_eq!(error.kind(), Kind::JournalMismatch);
    assert!(error.to_string().contains(other.emulator.base_uri()), "{error}");
    let options = Options {
        command: "Remove-ScimUser".to_owned(),
        ..journal(&path)
    };
    let (_, ending) = write(&world.session, options, [user("one@contoso.com")]).await;
    assert!(
        ending
            .unwrap()
            .to_string()
            .contains("belongs to 'New-ScimUser', not to 'Remove-ScimUser'")
    );
    let csv = folder.join("users.csv");
    for text in [
        "userName,title\na,b\n",
        "userName,title",
        "{\"psscimJournal\":9}\n",
    ] {
        std::fs::write(&csv, text).unwrap();
        let (_, ending) = write(&world.session, journal(&csv), [user("one@contoso.com")]).await;
        assert_eq!(ending.unwrap().kind(), Kind::JournalMismatch, "{text}");
        assert_eq!(std::fs::read_to_string(&csv).unwrap(), text);
    }
    assert_eq!(other.emulator.stats().create, sent);
}

#[tokio::test]
async fn a_long_line_that_is_not_ours_is_refused_and_left_alone() {
    let (world, path) = (World::new(3, 1).await, folder("long").join("j.jsonl"));
    write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    let mut text = std::fs::read(&path).unwrap();
    text.resize(text.len() + (2 << 20), b'x');
    std::fs::write(&path, &text).unwrap();
    let created = world.emulator.stats().create;
    let (_, ending) = write(&world.session, journal(&path), [user("two@contoso.com")]).await;
    assert_eq!(ending.unwrap().kind(), Kind::JournalDamaged);
    assert_eq!(std::fs::read(&path).unwrap(), text);
    assert_eq!(world.emulator.stats().create, created);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_a_pipe_or_a_device_is_refused_at_once_and_the_journal_is_private() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (world, folder) = (World::new(3, 1).await, folder("links"));
    let target = folder.join("target");
    std::fs::write(&target, "").unwrap();
    symlink(&target, folder.join("link")).unwrap();
    symlink("/dev/zero", folder.join("device")).unwrap();
    std::fs::hard_link(&target, folder.join("second-name")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(folder.join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    for name in ["link", "device", "second-name", "pipe"] {
        let writing = write(
            &world.session,
            journal(&folder.join(name)),
            [user("one@contoso.com")],
        );
        let (_, ending) = tokio::time::timeout(std::time::Duration::from_secs(5), writing)
            .await
            .unwrap();
        let error = ending.unwrap();
        assert_eq!(error.kind(), Kind::JournalFailed, "{name}");
        assert!(
            error.to_string().contains("only its own regular files"),
            "{error}"
        );
    }
    assert_eq!(std::fs::read(&target).unwrap(), b"");
    assert_eq!(world.emulator.stats().create, 0);
    let path = folder.join("own");
    write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_journal_is_one_commands_at_a_time() {
    let (world, path) = (World::new(3, 1).await, folder("lock").join("j.jsonl"));
    let writer = Writer::new(
        &world.session,
        journal(&path),
        &Stopper::default(),
        Arc::new(Silent),
    )
    .await
    .unwrap();
    let (_, ending) = write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    assert_eq!(ending.unwrap().kind(), Kind::JournalInUse);
    drop(writer);
    let (reports, _) = write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Done]);
}

#[tokio::test]
async fn a_journal_that_cannot_be_opened_ends_the_command_before_anything_is_sent() {
    let world = World::new(3, 1).await;
    let path = folder("none").join("nowhere").join("j.jsonl");
    let (_, ending) = write(&world.session, journal(&path), [user("one@contoso.com")]).await;
    let error = ending.unwrap();
    assert_eq!(error.kind(), Kind::JournalFailed);
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert_eq!(world.emulator.stats().create, 0);
}

#[tokio::test]
async fn faults_and_a_journal_go_together() {
    let (world, path) = (World::new(3, 1).await, folder("faults").join("j.jsonl"));
    mixed_faults(&world.emulator, 250);
    let names = names(200);
    let (reports, _) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    for report in &reports {
        assert_eq!(report.outcome, Outcome::Done, "{:?}", report.error);
    }
    world.emulator.clear_faults();
    world.emulator.inject(Fault::once(FaultAction::Hang));
    let (reports, _) = write(&world.session, journal(&path), names.iter().map(|n| user(n))).await;
    assert_eq!(outcomes(&reports), [Outcome::AlreadyDone; 200]);
}

#[tokio::test]
async fn a_journal_is_one_inputs() {
    let (world, folder) = (World::new(5, 1).await, folder("inputs"));
    let ids = world.ids(Endpoint::Users, 3).await;
    let path = folder.join("finished.jsonl");
    let monday = || [set_title(&ids[0], "A"), set_title(&ids[1], "A")];
    let (reports, _) = write(&world.session, journal(&path), monday()).await;
    assert_eq!(outcomes(&reports), [Outcome::Done; 2]);
    let before = world.emulator.stats().update;
    // Other values, or another object: nothing is sent, and Monday's change is still the last one.
    for other in [set_title(&ids[0], "B"), set_title(&ids[2], "A")] {
        let (reports, ending) = write(&world.session, journal(&path), [other]).await;
        assert_eq!(outcomes(&reports), [Outcome::NotSent]);
        assert_eq!(ending.unwrap().kind(), Kind::JournalMismatch);
    }
    let (reports, ending) = write(&world.session, journal(&path), monday()).await;
    assert!(ending.is_none(), "{ending:?}");
    assert_eq!(outcomes(&reports), [Outcome::AlreadyDone; 2]);
    assert_eq!(world.emulator.stats().update, before);
    // The same input with what a command before it had left out is still the same run.
    let more = [
        set_title(&ids[0], "A"),
        set_title(&ids[2], "A"),
        set_title(&ids[1], "A"),
    ];
    let (reports, ending) = write(&world.session, journal(&path), more).await;
    assert!(ending.is_none(), "{ending:?}");
    assert_eq!(
        outcomes(&reports),
        [Outcome::AlreadyDone, Outcome::Done, Outcome::AlreadyDone]
    );
    // A run that was interrupted takes what its input has besides, but no other change of what it did.
    let path = folder.join("interrupted.jsonl");
    interrupted(&world, &path, [set_title(&ids[0], "A")]).await;
    let (_, ending) = write(&world.session, journal(&path), [set_title(&ids[0], "B")]).await;
    assert_eq!(ending.unwrap().kind(), Kind::JournalMismatch);
    let all = [
        set_title(&ids[0], "A"),
        set_title(&ids[0], "B"),
        set_title(&ids[1], "A"),
    ];
    let (reports, ending) = write(&world.session, journal(&path), all).await;
    assert!(ending.is_none(), "{ending:?}");
    assert_eq!(
        outcomes(&reports),
        [Outcome::AlreadyDone, Outcome::Done, Outcome::Done]
    );
}

#[tokio::test]
async fn only_what_is_about_to_be_sent_is_written_down() {
    let path = folder("about").join("j.jsonl");
    let latency = std::time::Duration::from_millis(200);
    let world = World::with(
        EmulatorConfig {
            users: 3,
            latency,
            ..EmulatorConfig::default()
        },
        |_| (),
    )
    .await;
    world.session.sign_in(&Silent).await.unwrap();
    let options = Options {
        throttle_limit: 4,
        ..journal(&path)
    };
    let mut writer = Writer::new(&world.session, options, &Stopper::default(), Arc::new(Silent))
        .await
        .unwrap();
    for name in names(16) {
        writer.submit(
            &user(&name),
            Some(scim_client::Secret::new(PASSWORD.as_bytes().to_vec())),
        );
    }
    tokio::time::sleep(latency / 2).await;
    let sent = lines(&path).iter().filter(|line| line["state"] == "sent").count();
    assert!((1..=4).contains(&sent), "{sent}");
    drop(writer);
}

#[tokio::test]
async fn a_group_of_which_nothing_is_known_is_found_where_the_user_wants_it() {
    let folder = folder("groups");
    let world = World::new(3, 2).await;
    let group = |name: &str| {
        let set = json!([{"name": "displayName", "value": name}, {"name": "mailNickname", "value": "readers"},
            {"name": "mailEnabled", "value": false}, {"name": "securityEnabled", "value": true}]);
        change(json!({"verb": "Create", "endpoint": "Groups", "set": set}))
    };
    let looking = |path: &Path| Options {
        find_unknown: true,
        ..journal(path)
    };
    let named = async |name: &str| {
        let groups = all(&world.session, Endpoint::Groups, "displayName").await;
        groups.into_iter().filter(|(_, found)| found == name).count()
    };
    // Made, and killed before that was written down.
    let path = folder.join("made.jsonl");
    let (made, _) = write(&world.session, journal(&path), [group("Made")]).await;
    cut_last_line(&path);
    let (reports, _) = write(&world.session, journal(&path), [group("Made")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Unknown]);
    let (reports, _) = write(&world.session, looking(&path), [group("Made")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Done], "{:?}", reports[0].error);
    assert_eq!((&reports[0].id, named("Made").await), (&made[0].id, 1));
    // Not made: the group of this name is gone.
    let path = folder.join("not.jsonl");
    let (made, _) = write(&world.session, journal(&path), [group("Not")]).await;
    let gone = change(json!({"verb": "Delete", "endpoint": "Groups", "id": made[0].id}));
    write(&world.session, Options::default(), [gone]).await;
    cut_last_line(&path);
    let (reports, _) = write(&world.session, looking(&path), [group("Not")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Done], "{:?}", reports[0].error);
    assert_eq!(named("Not").await, 1);
    // Two of the name, made since: it can't be told which one.
    let path = folder.join("two.jsonl");
    write(&world.session, journal(&path), [group("Two")]).await;
    cut_last_line(&path);
    write(&world.session, Options::default(), [group("Two")]).await;
    let (reports, _) = write(&world.session, looking(&path), [group("Two")]).await;
    assert_eq!(outcomes(&reports), [Outcome::Unknown]);
    assert_eq!(named("Two").await, 2);
}
