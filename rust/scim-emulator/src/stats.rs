//! Counting requests.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;

/// What has been asked of an emulator since it started. Control requests are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EmulatorStats {
    /// All requests.
    pub total: u64,
    /// Requests to the token endpoint.
    pub token: u64,
    /// SCIM requests that ended in 2xx or 404, for which the service would charge.
    pub billable: u64,
    /// Pages of users or groups asked for.
    pub list: u64,
    /// Single users or groups asked for.
    pub read: u64,
    /// POST to a collection.
    pub create: u64,
    /// PATCH.
    pub update: u64,
    /// DELETE.
    pub delete: u64,
    /// Schemas, resource types and the service provider config.
    pub discovery: u64,
    /// Requests answered with 429 because of the throttle.
    pub throttled: u64,
    /// Requests struck by a fault.
    pub faulted: u64,
    /// TCP connections taken.
    pub connections: u64,
}

macro_rules! counters {
    ($($name:ident),*) => {
        /// The running counts.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: AtomicU64),* }

        impl Counters {
            pub(crate) fn snapshot(&self) -> EmulatorStats {
                EmulatorStats { $($name: self.$name.load(Relaxed)),* }
            }
        }
    };
}

counters!(
    total,
    token,
    billable,
    list,
    read,
    create,
    update,
    delete,
    discovery,
    throttled,
    faulted,
    connections
);

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
