//! The process-wide runtime, made when first needed.

use once_cell::sync::OnceCell;
use scim_client::{Error, Kind};
use tokio::runtime::{Builder, Runtime};

/// Bytes of stack for each thread. Without optimizations, the frames of nested async calls need more than tokio's 2 MiB.
/// Only what is used counts as memory.
const STACK_BYTES: usize = 8 << 20;

static RUNTIME: OnceCell<Runtime> = OnceCell::new();

/// The runtime on which all operations run. It is never shut down: a process that ends takes its threads with it.
pub(crate) fn get() -> Result<&'static Runtime, Error> {
    RUNTIME.get_or_try_init(|| {
        let threads = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .clamp(2, 4);
        Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("scim")
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(|e| {
                Error::new(
                    Kind::InternalError,
                    format!("The library's threads couldn't start: {e}."),
                )
            })
    })
}
