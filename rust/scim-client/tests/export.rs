//! Exports against the emulator: what is in the file, and that a kill at any moment loses nobody and doubles nobody.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use scim_client::event::Silent;
use scim_client::record::Records;
use scim_client::{
    Config, Endpoint, Error, Export, ExportRequest, Exported, Format, Kind, Query, Search, Secret, Session,
};
use scim_emulator::{Emulator, EmulatorConfig, Fault, FaultAction};

mod world;

use world::{World, folder, status};

/// Pages of 100: thirteen requests for all users.
const MANAGED: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

struct Setting {
    emulator: Emulator,
    session: Session,
    folder: PathBuf,
}

impl Setting {
    async fn new(name: &str) -> Self {
        let config = EmulatorConfig {
            users: 1250,
            groups: 40,
            ..EmulatorConfig::default()
        };
        let World { emulator, session } =
            World::with(config, |config| config.maximum_retry_count = Some(0)).await;
        let folder = folder(&format!("export-{name}"));
        Self {
            emulator,
            session,
            folder,
        }
    }

    fn request(&self, file: &str) -> ExportRequest {
        ExportRequest {
            path: self.folder.join(file),
            attributes: ["id", "userName", "emails[work].value", "name", MANAGED]
                .map(str::to_owned)
                .to_vec(),
            checkpoint_every: Some(Duration::ZERO),
            ..ExportRequest::default()
        }
    }

    async fn run(&self, request: &ExportRequest) -> Result<Exported, Error> {
        Export::new(&self.session, Endpoint::Users, request)?
            .run(&Silent, |_, _| {})
            .await
    }

    fn strike(&self, skip: u32) {
        self.emulator
            .inject(Fault::once(status(500, None)).skip(skip).on_path("/users"));
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_csv_file_holds_everyone_once_in_the_fewest_requests() {
    let world = Setting::new("csv").await;
    let request = ExportRequest {
        attributes: Vec::new(),
        byte_order_mark: true,
        ..world.request("users.csv")
    };
    let done = world.run(&request).await.unwrap();
    assert_eq!((done.count, done.resumed, done.requests), (1250, 0, 2));
    assert!((done.estimated_cost - 0.004).abs() < 1e-9);
    let text = fs::read_to_string(&request.path).unwrap();
    assert_eq!(text.len() as u64, done.bytes);
    let mut lines = text.strip_prefix('\u{feff}').unwrap().lines();
    let titles = lines.next().unwrap();
    assert!(
        titles.starts_with("id,externalId,") && titles.contains(",department,"),
        "{titles}"
    );
    let ids: BTreeSet<&str> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids.len(), 1250);
    assert_eq!(names(&world.folder), ["users.csv"]);
}

#[tokio::test]
async fn json_lines_are_what_the_service_sent() {
    let world = Setting::new("jsonl").await;
    let filter = r#"userName ew "@fabrikam.com" or active eq false"#;
    let request = ExportRequest {
        format: Format::JsonLines,
        attributes: vec!["userName".to_owned(), "name.givenName".to_owned()],
        filter: Some(filter.to_owned()),
        ..world.request("users.jsonl")
    };
    let done = world.run(&request).await.unwrap();
    let query = Query {
        filter: request.filter.clone(),
        attributes: request.attributes.clone(),
        ..Query::default()
    };
    let mut search = Search::new(&world.session, Endpoint::Users, query, false).unwrap();
    let mut expected = Vec::new();
    while let Some(page) = search.next(&Silent).await.unwrap() {
        expected.extend(
            Records::open(&page.buffer)
                .unwrap()
                .iter()
                .map(|record| record.to_json()),
        );
    }
    let text = fs::read_to_string(&request.path).unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!((done.count as usize, done.requests), (expected.len(), 2));
    assert!(expected.len() > 100);
}

/// What a kill leaves is what is on the disk at that moment: it is copied at every page, and each copy is gone on from.
#[tokio::test]
async fn a_kill_at_any_moment_loses_nobody_and_doubles_nobody() {
    let world = Setting::new("kill").await;
    let several =
        r#"active eq false or userName ew "@contoso.com" and title co "e" or userName ew "@fabrikam.com""#;
    for (name, filter) in [("all", None), ("several", Some(several.to_owned()))] {
        let request = |file: &str| ExportRequest {
            filter: filter.clone(),
            client_side_filter: filter.is_some(),
            ..world.request(file)
        };
        let whole = request(&format!("{name}.csv"));
        let (path, folder) = (whole.path.clone(), world.folder.clone());
        let mut kills = 0;
        let export = Export::new(&world.session, Endpoint::Users, &whole).unwrap();
        let snapshot = |_, _| {
            // The state first: a kill finds the file no shorter than the state says.
            let copy = folder.join(format!("{name}-{kills}.csv"));
            if fs::copy(beside(&path, ".resume"), beside(&copy, ".resume")).is_ok() {
                fs::copy(beside(&path, ".partial"), beside(&copy, ".partial")).unwrap();
            }
            kills += 1;
        };
        let done = export.run(&Silent, snapshot).await.unwrap();
        let expected = fs::read(&path).unwrap();
        assert!(kills >= 10, "{kills}");
        let mut resumed = 0;
        for kill in 0..kills {
            let copy = ExportRequest {
                resume: true,
                ..request(&format!("{name}-{kill}.csv"))
            };
            // Half a row more, as a kill in the middle of a write leaves it.
            if let Ok(mut partial) = fs::OpenOptions::new()
                .append(true)
                .open(beside(&copy.path, ".partial"))
            {
                std::io::Write::write_all(&mut partial, b"00000000-half a r").unwrap();
            }
            let again = world.run(&copy).await.unwrap();
            assert!(
                fs::read(&copy.path).unwrap() == expected,
                "{name}, killed at {kill}"
            );
            assert_eq!(again.count, done.count);
            assert!(again.requests <= done.requests + 3, "{again:?}");
            resumed += usize::from(again.resumed > 0);
        }
        assert!(resumed >= kills / 2, "{resumed} of {kills} were gone on from");
    }
}

#[tokio::test]
async fn a_kill_at_the_very_end_costs_nothing() {
    let world = Setting::new("end").await;
    let request = ExportRequest {
        resume: true,
        ..world.request("users.csv")
    };
    // The state as it is before the last step, which gives the file its name.
    world.strike(12);
    world.run(&request).await.unwrap_err();
    let state = fs::read_to_string(beside(&request.path, ".resume")).unwrap();
    world.run(&request).await.unwrap();
    let whole = fs::read(&request.path).unwrap();
    let mut complete: serde_json::Value = serde_json::from_str(&state).unwrap();
    complete["complete"] = true.into();
    complete["bytes"] = whole.len().into();
    complete["count"] = 1250.into();
    let state = || fs::write(beside(&request.path, ".resume"), complete.to_string()).unwrap();
    let requests = world.session.stats().requests;
    state();
    assert_eq!(world.run(&request).await.unwrap().count, 1250);
    state();
    fs::rename(&request.path, beside(&request.path, ".partial")).unwrap();
    assert_eq!(world.run(&request).await.unwrap().count, 1250);
    assert_eq!(fs::read(&request.path).unwrap(), whole);
    assert_eq!(names(&world.folder), ["users.csv"]);
    assert_eq!(world.session.stats().requests, requests);
}

#[tokio::test]
async fn what_broke_off_is_not_thrown_away_unasked() {
    let world = Setting::new("broke").await;
    let request = world.request("users.csv");
    world.strike(5);
    let error = world.run(&request).await.unwrap_err();
    assert_eq!(error.kind(), Kind::ServerError);
    assert!(
        error.details().advice.contains("-Resume"),
        "{:?}",
        error.details().advice
    );
    assert_eq!(names(&world.folder), ["users.csv.partial", "users.csv.resume"]);
    let error = world.run(&request).await.unwrap_err();
    assert_eq!(error.kind(), Kind::ExportInterrupted);
    assert!(error.to_string().contains("after 500 resources"), "{error}");
    let other = ExportRequest {
        filter: Some("active eq true".to_owned()),
        resume: true,
        ..request.clone()
    };
    assert_eq!(world.run(&other).await.unwrap_err().kind(), Kind::InvalidExport);
    let resumed = world
        .run(&ExportRequest {
            resume: true,
            ..request.clone()
        })
        .await
        .unwrap();
    assert_eq!((resumed.count, resumed.resumed, resumed.requests), (1250, 500, 8));
    let whole = fs::read(&request.path).unwrap();
    world.strike(3);
    world.run(&request).await.unwrap_err();
    // The file of the time before is still the one that has the name.
    assert_eq!(fs::read(&request.path).unwrap(), whole);
    let anew = world
        .run(&ExportRequest {
            force: true,
            ..request.clone()
        })
        .await
        .unwrap();
    assert_eq!((anew.resumed, fs::read(&request.path).unwrap()), (0, whole));
    let error = world
        .run(&ExportRequest {
            no_clobber: true,
            ..request.clone()
        })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::FileExists);
    let nowhere = ExportRequest {
        path: world.folder.join("no/such/folder.csv"),
        ..request
    };
    assert_eq!(
        world.run(&nowhere).await.unwrap_err().kind(),
        Kind::FileNotWritten
    );
}

#[tokio::test]
async fn a_dropped_export_can_be_gone_on_from() {
    let world = Setting::new("dropped").await;
    let request = ExportRequest {
        checkpoint_every: Some(Duration::from_secs(3600)),
        ..world.request("users.csv")
    };
    world
        .emulator
        .inject(Fault::once(FaultAction::Hang).skip(4).on_path("/users"));
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let export = Export::new(&world.session, Endpoint::Users, &request).unwrap();
    let running =
        tokio::spawn(async move { export.run(&Silent, move |count, _| _ = told.send(count)).await });
    while hears.recv().await.unwrap() < 400 {}
    running.abort();
    running.await.unwrap_err();
    // The writer says its last word on a thread of its own, as soon as it has written what it was given.
    while !beside(&request.path, ".resume").exists() {
        tokio::task::yield_now().await;
    }
    let resumed = world
        .run(&ExportRequest {
            resume: true,
            ..request
        })
        .await
        .unwrap();
    assert_eq!((resumed.count, resumed.resumed, resumed.requests), (1250, 400, 9));
}

/// A server without cursors: there is no place to go on from, and nothing is left behind.
#[tokio::test]
async fn without_cursors_an_export_begins_anew() {
    let app = Router::new().route(
        "/Users",
        get(
            |axum::extract::RawQuery(query): axum::extract::RawQuery| async move {
                if query.unwrap_or_default().contains("startIndex") {
                    return Err(http::StatusCode::BAD_GATEWAY);
                }
                Ok(r#"{"totalResults": 2, "Resources": [{"id": "1", "userName": "a"}]}"#)
            },
        ),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_uri = Some(format!("http://{}/", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let config = Config {
        base_uri,
        maximum_retry_count: Some(0),
        ..Config::default()
    };
    let session = Session::open(config, Secret::new(b"token".to_vec())).unwrap();
    let folder = folder("export-index");
    let request = ExportRequest {
        path: folder.join("u.csv"),
        attributes: vec!["userName".to_owned()],
        ..ExportRequest::default()
    };
    let error = Export::new(&session, Endpoint::Users, &request)
        .unwrap()
        .run(&Silent, |_, _| {})
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::ServerError);
    assert!(
        error.details().advice.contains("start the export again"),
        "{:?}",
        error.details().advice
    );
    assert!(names(&folder).is_empty(), "{:?}", names(&folder));
}

/// Large pages, which come in parts, of a directory of many pages.
fn many(file: &str, world: &Setting) -> ExportRequest {
    ExportRequest {
        attributes: ["id", "userName"].map(str::to_owned).to_vec(),
        ..world.request(file)
    }
}

async fn large(name: &str) -> Setting {
    let config = EmulatorConfig {
        users: 5000,
        groups: 0,
        ..EmulatorConfig::default()
    };
    let World { emulator, session } =
        World::with(config, |config| config.maximum_retry_count = Some(0)).await;
    Setting {
        emulator,
        session,
        folder: folder(&format!("export-{name}")),
    }
}

#[tokio::test]
async fn a_page_that_breaks_off_is_written_whole_or_not_at_all() {
    let world = large("within").await;
    for format in [Format::Csv, Format::JsonLines] {
        let named = |name: String| ExportRequest {
            format,
            ..many(&name, &world)
        };
        let whole = named(format!("{format:?}"));
        world.run(&whole).await.unwrap();
        let expected = fs::read(&whole.path).unwrap();
        for (page, bytes) in [(0, 40_000), (2, 30_000), (3, 70_000), (4, 100_000), (5, 300)] {
            let request = ExportRequest {
                resume: true,
                ..named(format!("{format:?}-{page}"))
            };
            let cut = FaultAction::CutBody { bytes: Some(bytes) };
            world
                .emulator
                .inject(Fault::once(cut).skip(page).on_path("/users"));
            let error = world.run(&request).await.unwrap_err();
            let kept = error.details().advice.contains("-Resume");
            assert_eq!(kept, page > 0, "{page}: {}", error.details().advice);
            let done = world.run(&request).await.unwrap();
            assert_eq!((done.count, done.resumed), (5000, u64::from(page) * 999));
            assert!(
                fs::read(&request.path).unwrap() == expected,
                "{format:?}, broken in page {page}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_at_any_moment_loses_nobody_and_doubles_nobody() {
    let world = large("stopped").await;
    let whole = many("whole.csv", &world);
    let clock = std::time::Instant::now();
    world.run(&whole).await.unwrap();
    // As long as an export takes here, so that stops meet it at every moment.
    let span = u32::try_from(clock.elapsed().as_micros()).unwrap().max(1);
    let expected = fs::read(&whole.path).unwrap();
    let mut resumed = 0;
    for stop in 0..40 {
        let request = ExportRequest {
            resume: true,
            checkpoint_every: (stop % 2 == 0).then_some(Duration::ZERO),
            ..many(&format!("{stop}.csv"), &world)
        };
        // At most three stops, and then to the end.
        for _ in 0..3 {
            let export = Export::new(&world.session, Endpoint::Users, &request).unwrap();
            let running = tokio::spawn(async move { export.run(&Silent, |_, _| {}).await });
            tokio::time::sleep(Duration::from_micros(u64::from(fastrand::u32(..span)))).await;
            running.abort();
            if running.await.is_ok() {
                break;
            }
        }
        let done = world.run(&request).await.unwrap();
        assert!(
            fs::read(&request.path).unwrap() == expected,
            "stop {stop}: {done:?}"
        );
        assert_eq!(done.count, 5000);
        resumed += u64::from(done.resumed > 0);
    }
    assert!(resumed > 0);
    assert_eq!(names(&world.folder).len(), 41, "{:?}", names(&world.folder));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_exports_to_one_path_are_never_mixed() {
    let world = large("twice").await;
    let request = many("users.csv", &world);
    let first = Export::new(&world.session, Endpoint::Users, &request).unwrap();
    for again in [
        request.clone(),
        ExportRequest {
            resume: true,
            ..request.clone()
        },
        ExportRequest {
            force: true,
            ..request.clone()
        },
    ] {
        let error = world.run(&again).await.unwrap_err();
        assert_eq!(error.kind(), Kind::ExportInUse, "{error}");
    }
    first.run(&Silent, |_, _| {}).await.unwrap();
    let expected = fs::read(&request.path).unwrap();
    // Begun at one moment, each waits for the one before, and all write the same.
    let all: Vec<_> = (0..4)
        .map(|_| {
            let (session, request) = (world.session.clone(), request.clone());
            tokio::spawn(async move {
                let open = move || Export::new(&session, Endpoint::Users, &request);
                tokio::task::spawn_blocking(open)
                    .await
                    .unwrap()?
                    .run(&Silent, |_, _| {})
                    .await
            })
        })
        .collect();
    for one in all {
        match one.await.unwrap() {
            Ok(done) => assert_eq!(done.count, 5000),
            Err(error) => assert_eq!(error.kind(), Kind::ExportInUse, "{error}"),
        }
    }
    assert!(fs::read(&request.path).unwrap() == expected);
    assert_eq!(names(&world.folder), ["users.csv"]);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let world = Setting::new("refused").await;
    let request = ExportRequest {
        filter: Some("title eq \"x\"".to_owned()),
        ..world.request("users.csv")
    };
    assert_eq!(world.run(&request).await.unwrap_err().kind(), Kind::InvalidFilter);
    assert!(names(&world.folder).is_empty(), "{:?}", names(&world.folder));
}

#[cfg(unix)]
#[tokio::test]
async fn links_beside_the_file_are_refused_and_their_targets_left_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let world = Setting::new("links").await;
    let target = world.folder.join("target");
    fs::write(&target, "kept").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    for suffix in [".partial", ".resume"] {
        let request = world.request("users.csv");
        let link = beside(&request.path, suffix);
        for to in [target.as_path(), Path::new("/dev/zero")] {
            symlink(to, &link).unwrap();
            let error = world.run(&request).await.unwrap_err();
            assert_eq!(error.kind(), Kind::FileNotWritten, "{suffix} {error}");
            assert!(error.to_string().contains("it is a link"), "{error}");
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            fs::remove_file(&link).unwrap();
        }
    }
    // Its next state has a name that nobody can guess: what stands at the old one is left alone.
    let request = world.request("users.csv");
    symlink(&target, beside(&request.path, ".resume.next")).unwrap();
    world.run(&request).await.unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(
        fs::metadata(&request.path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        names(&world.folder),
        ["target", "users.csv", "users.csv.resume.next"]
    );
}
