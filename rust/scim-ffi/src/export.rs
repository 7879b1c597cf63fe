//! Exports: a list that goes into a file without coming to the managed side.

use std::sync::Arc;
use std::time::{Duration, Instant};

use scim_client::event::{Answering, Event, Observer, Question};
use scim_client::{Asked, Endpoint, Error, Export, ExportRequest, Kind, Reader};
use serde::Deserialize;

use crate::op::{Op, Reply};
use crate::panic::guard;
use crate::session::{SESSIONS, closed, record};
use crate::types::ScimSlice;

/// How old the count that a caller hears may be: each word wakes its thread.
const BETWEEN_COUNTS: Duration = Duration::from_millis(100);

/// Starts an export: `request` is the JSON of an `ExportOrder`. A reply without a page says by `count` how many resources
/// are in the file so far; one that nobody took makes room for the next. The last reply is a record: scim-client's
/// `Exported`. It needs no `scim_op_continue`. Cancelled, it leaves a file that can be gone on from.
///
/// # Safety
/// `request` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_export(session: usize, request: ScimSlice) -> usize {
    guard(0, || {
        let Some(session) = SESSIONS.get(session) else {
            return Op::failed(closed());
        };
        // SAFETY: by this function's own contract.
        let mut order = match unsafe { request.json::<ExportOrder>() } {
            Ok(order) => order,
            Err(error) => return Op::failed(error),
        };
        Op::start_on(session, |op, session| async move {
            let asked = Asked {
                filter: order.request.filter.take(),
                ..Asked::default()
            };
            order.request.filter = session.resolve(order.endpoint, &asked, &*op).await?.filter;
            session
                .learn(order.endpoint, &order.request.attributes, &*op)
                .await?;
            // It may wait for the file.
            let open = move || Export::new(&session, order.endpoint, &order.request);
            let export = tokio::task::spawn_blocking(open)
                .await
                .map_err(|e| Error::new(Kind::InternalError, format!("The export did not start: {e}.")))??
                .read_ahead_for(Arc::new(ToTheEnd(Arc::clone(&op))));
            let mut told = Instant::now();
            let tell = |count, total_results| {
                if told.elapsed() < BETWEEN_COUNTS {
                    return;
                }
                told = Instant::now();
                op.offer(Reply {
                    count,
                    total_results,
                    has_more: true,
                    ..Reply::default()
                });
            };
            let done = export.run(&*op, tell).await?;
            op.give(record(&done)?).await;
            Ok(())
        })
    })
}

/// An export wants every page.
struct ToTheEnd(Arc<Op>);

impl Observer for ToTheEnd {
    fn event(&self, event: Event) {
        self.0.event(event);
    }

    fn incomplete(&self, error: Error) {
        self.0.incomplete(error);
    }

    fn ask(&self, question: Question) -> Answering<'_> {
        self.0.ask(question)
    }
}

impl Reader for ToTheEnd {
    fn goes_on(&self) -> bool {
        true
    }
}

#[derive(Deserialize)]
struct ExportOrder {
    endpoint: Endpoint,
    #[serde(flatten)]
    request: ExportRequest,
}
