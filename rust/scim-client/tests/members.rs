//! Members of groups: packed as the service takes them, and what a bad one means for the others.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use scim_client::write::{Options, Outcome};
use scim_client::{Endpoint, Kind};
use scim_emulator::{Fault, FaultAction};
use world::*;

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// An empty group of the world's, and so many users.
async fn people(world: &World, count: usize) -> (String, Vec<String>) {
    let groups = world.ids(Endpoint::Groups, 60).await;
    let group = groups.last().unwrap().clone();
    let members = world.members(&group).await;
    let removals = members.iter().map(|id| member("RemoveMember", &group, id));
    let (reports, _) = write(&world.session, Options::default(), removals).await;
    assert!(reports.iter().all(|report| report.outcome == Outcome::Done));
    (group, world.ids(Endpoint::Users, count).await)
}

fn adds<'a>(group: &'a str, ids: &'a [String]) -> impl Iterator<Item = scim_client::change::Change> + 'a {
    ids.iter().map(move |id| member("AddMember", group, id))
}

#[tokio::test]
async fn adds_are_packed_by_twenty() {
    let world = World::new(1000, 40).await;
    let (group, ids) = people(&world, 1000).await;
    let before = world.emulator.stats().update;
    let (reports, _) = write(&world.session, Options::default(), adds(&group, &ids)).await;
    assert!(reports.iter().all(|report| report.outcome == Outcome::Done));
    assert_eq!(world.emulator.stats().update - before, 50);
    assert_eq!(world.members(&group).await.len(), 1000);
}

#[tokio::test]
async fn a_bad_id_is_named_and_the_good_ones_go_in() {
    // With the service's words, and without them: then by halves.
    for words in [true, false] {
        let world = World::new(100, 40).await;
        let (group, mut ids) = people(&world, 45).await;
        for at in [3, 17, 30] {
            ids[at] = NOBODY.to_owned();
        }
        // One that is none is refused here, and costs no request.
        ids[20] = "not a GUID".to_owned();
        if !words {
            let action = FaultAction::Status {
                status: 404,
                retry_after: None,
                detail: Some("One of them is not there.".to_owned()),
                scim_type: None,
            };
            world.emulator.inject(Fault::once(action).on_method("PATCH"));
        }
        let before = world.emulator.stats().total;
        let (reports, ending) = write(&world.session, Options::default(), adds(&group, &ids)).await;
        assert!(ending.is_none());
        for (at, report) in reports.iter().enumerate() {
            if [3, 17, 20, 30].contains(&at) {
                assert_eq!(report.outcome, Outcome::Failed);
                let error = report.error.as_ref().unwrap().to_string();
                assert!(error.contains(&ids[at]), "{error}");
            } else {
                assert_eq!(report.outcome, Outcome::Done, "{at}: {:?}", report.error);
            }
        }
        assert_eq!(world.members(&group).await.len(), 41);
        let requests = world.emulator.stats().total - before;
        assert!(requests < 20, "{requests}");
    }
}

#[tokio::test]
async fn a_group_that_is_not_there_is_not_split_to_the_end() {
    let world = World::new(60, 40).await;
    let ids = world.ids(Endpoint::Users, 20).await;
    let before = world.emulator.stats().total;
    let (reports, _) = write(&world.session, Options::default(), adds(NOBODY, &ids)).await;
    assert!(
        reports
            .iter()
            .all(|report| report.error.as_ref().unwrap().kind() == Kind::ResourceNotFound)
    );
    assert_eq!(world.emulator.stats().total - before, 2);
}

#[tokio::test]
async fn one_named_twice_is_added_once() {
    let world = World::new(60, 40).await;
    let (group, mut ids) = people(&world, 5).await;
    ids.push(ids[2].clone());
    let (reports, _) = write(&world.session, Options::default(), adds(&group, &ids)).await;
    assert_eq!(reports[5].outcome, Outcome::Unchanged);
    assert_eq!(world.members(&group).await.len(), 5);
}

#[tokio::test]
async fn a_lost_answer_to_an_add_or_a_remove_does_no_harm() {
    for action in [
        FaultAction::ResetBefore,
        FaultAction::ResetAfter,
        status(503, None),
        status(429, None),
    ] {
        let world = World::new(60, 40).await;
        let (group, ids) = people(&world, 10).await;
        world
            .emulator
            .inject(Fault::once(action.clone()).on_method("PATCH"));
        let (reports, _) = write(&world.session, Options::default(), adds(&group, &ids)).await;
        assert_eq!(outcomes(&reports), [Outcome::Done; 10], "{action:?}");
        world
            .emulator
            .inject(Fault::once(action.clone()).on_method("PATCH"));
        let removals = ids.iter().map(|id| member("RemoveMember", &group, id));
        let (reports, _) = write(&world.session, Options::default(), removals).await;
        assert_eq!(outcomes(&reports), [Outcome::Done; 10], "{action:?}");
        assert!(world.members(&group).await.is_empty());
    }
}

#[tokio::test]
async fn who_is_no_member_need_not_be_removed() {
    let world = World::new(60, 40).await;
    let (group, ids) = people(&world, 3).await;
    let before = world.emulator.stats();
    let removals = ids.iter().map(|id| member("RemoveMember", &group, id));
    let (reports, _) = write(
        &world.session,
        Options {
            throttle_limit: 1,
            ..Options::default()
        },
        removals,
    )
    .await;
    assert_eq!(outcomes(&reports), [Outcome::Unchanged; 3]);
    // The same answer may mean that the group is not there; that is asked once.
    assert_eq!(world.emulator.stats().read - before.read, 1);
    let removals = ids.iter().map(|id| member("RemoveMember", NOBODY, id));
    let (reports, _) = write(&world.session, Options::default(), removals).await;
    assert_eq!(outcomes(&reports), [Outcome::Failed; 3]);
}

/// The removal was done, its answer lost, the second try refused since it was done; and why cannot be asked.
#[tokio::test]
async fn a_removal_that_may_have_been_done_is_not_said_to_be_undone() {
    let world = World::new(100, 40).await;
    let (group, ids) = people(&world, 1).await;
    write(&world.session, Options::default(), adds(&group, &ids)).await;
    let session = World::connect(&world.emulator, |_| ());
    world
        .emulator
        .inject(Fault::once(FaultAction::ResetAfter).on_method("PATCH"));
    world
        .emulator
        .inject(Fault::once(status(403, None)).on_method("GET"));
    let (reports, _) = write(
        &session,
        Options::default(),
        [member("RemoveMember", &group, &ids[0])],
    )
    .await;
    assert_eq!(outcomes(&reports), [Outcome::Unknown], "{reports:?}");
    assert!(world.members(&group).await.is_empty());
}
