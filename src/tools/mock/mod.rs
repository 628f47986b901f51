//! Both ends of the connector, played: a [`Hub`] that sends events over WebSocket and a [`Target`] that takes requests.
//!
//! They speak the protocol of the real ends, over real sockets, and start inside tests and the demo on a free
//! loopback port. Faults are asked for one by one; random ones come from a seed, so that a run can be repeated.

mod hub;
mod target;
mod token;

pub use hub::{Hub, HubEnd, HubFaults, HubNote, HubOptions, Listened};
pub use target::{Answer, Script, Target, TargetFaults, TargetOptions, TargetRequest};
pub use token::{TOKEN_PATH, TokenClient};

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Why a mock does not start. One plain sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    #[error("port {} is in use; stop the program that holds it or choose another with --port", address.port())]
    InUse { address: SocketAddr },
    #[error(
        "{address} cannot be listened on ({reason}); choose another address of this machine with --host, or another --port"
    )]
    Listen { address: SocketAddr, reason: io::Error },
}

/// How long a mock that is shut down waits for what it is answering.
const SHUTDOWN: Duration = Duration::from_secs(2);

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), MockError> {
    let refused = |reason: io::Error| match reason.kind() {
        io::ErrorKind::AddrInUse => MockError::InUse { address },
        _ => MockError::Listen { address, reason },
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

/// A server task and the value that ends it.
struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    fn start(listener: TcpListener, app: axum::Router, stop: watch::Sender<bool>) -> Server {
        let mut stopped = stop.subscribe();
        let serve = axum::serve(listener, app).with_graceful_shutdown(async move {
            // An error means that the sender is gone, and that is a stop, too.
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        let task = tokio::spawn(async move {
            // axum retries failed accepts by itself; serving ends only by the signal.
            let _ = serve.await;
        });
        Server { stop, task }
    }

    async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(SHUTDOWN, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
