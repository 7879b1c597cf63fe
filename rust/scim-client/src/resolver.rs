//! Who says which addresses a name has. The operating system, but for tests in which names fail.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Finds the addresses of names, in place of the operating system.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Resolve>);

impl Resolver {
    /// One that asks `find` for the addresses of each name. The port is the URL's.
    pub fn new<F, Found>(find: F) -> Self
    where
        F: Fn(&str) -> Found + Send + Sync + 'static,
        Found: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        Self(Arc::new(By(find)))
    }

    pub(crate) fn asked(&self) -> Arc<dyn Resolve> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

struct By<F>(F);

impl<F, Found> Resolve for By<F>
where
    F: Fn(&str) -> Found + Send + Sync + 'static,
    Found: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
{
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.0)(name.as_str());
        Box::pin(async move {
            let addresses = found.await?.into_iter();
            let with_port: Addrs = Box::new(addresses.map(|address| SocketAddr::new(address, 0)));
            Ok(with_port)
        })
    }
}
