//! The names of a run: `localhost` has this machine's address, but for what the plan says.

use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use scim_client::Resolver;

use crate::fault::{NameFault, Plan, pause};
use crate::report::Counts;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Loopback too, and the proxies do not listen there.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Look-ups by a plan. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Names(Arc<Inside>);

struct Inside {
    plan: Mutex<Plan>,
    calm: AtomicBool,
    lookups: AtomicU64,
    struck: Mutex<Counts>,
}

impl Names {
    /// Names whose look-ups fail as `plan` says.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self(Arc::new(Inside {
            plan: Mutex::new(plan),
            calm: AtomicBool::new(false),
            lookups: AtomicU64::new(0),
            struck: Mutex::default(),
        }))
    }

    /// What a client asks.
    #[must_use]
    pub fn resolver(&self) -> Resolver {
        let names = self.clone();
        Resolver::new(move |name| {
            let (names, known) = (names.clone(), name == "localhost");
            async move {
                match known {
                    true => names.0.find().await,
                    false => Err(not_found()),
                }
            }
        })
    }

    /// From now on every name is found.
    pub fn calm(&self) {
        self.0.calm.store(true, Relaxed);
    }

    /// The faults so far.
    #[must_use]
    pub fn struck(&self) -> Counts {
        lock(&self.0.struck).clone()
    }
}

impl Inside {
    async fn find(&self) -> io::Result<Vec<IpAddr>> {
        let n = self.lookups.fetch_add(1, Relaxed);
        let fault = match self.calm.load(Relaxed) {
            true => None,
            false => lock(&self.plan).name(n),
        };
        if let Some(fault) = fault {
            *lock(&self.struck).entry(format!("{fault:?}")).or_default() += 1;
        }
        match fault {
            None => Ok(vec![HERE]),
            Some(NameFault::NameNotFound) => Err(not_found()),
            Some(NameFault::NameWithoutAddress) => Ok(Vec::new()),
            Some(NameFault::NameElsewhereFirst) => Ok(vec![NOBODY, HERE]),
            Some(NameFault::NameLate) => {
                let mut details = lock(&self.plan).details(n);
                tokio::time::sleep(pause(&mut details)).await;
                Ok(vec![HERE])
            }
            Some(NameFault::NameHangs) => pending().await,
        }
    }
}

fn not_found() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "Name or service not known")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
