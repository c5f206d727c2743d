//! The listener's loop: accept, make room, watch; and in the end, wait.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use customers_metrics::ConnectionMetrics;
use http::Request;
use hyper::server::conn::http1;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at},
};
use tower::Service;
use tracing::{debug, warn};

use super::{Limits, connection, deadlines::Deadlines, drain::Drain, slot::Slot, slots::Slots};

/// How often the watchdog looks, at least where a limit is not shorter than a few of these.
const LOOK: Duration = Duration::from_millis(250);

/// How long to wait before the next attempt, where no event tells when it is worth one.
const PAUSE: Duration = Duration::from_millis(50);

/// How long tasks that were cut may take to be gone.
const CUT: Duration = Duration::from_secs(1);

pub(super) async fn serve<S>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    drain: Drain,
    connections: ConnectionMetrics,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let slots = Slots::new(&limits, drain.clone(), connections);
    tokio::select! {
        biased;
        () = drain.closed() => {}
        () = watch(&slots, &limits) => {}
        () = accept(listener, service, &slots, &limits) => {}
    }
    // The listener went with the future that owned it: from here on nobody new comes.
    finish(&slots, &limits).await;
}

/// Accepts for ever.
async fn accept<S>(listener: TcpListener, service: S, slots: &Arc<Slots>, limits: &Limits)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let protocol = Arc::new(connection::protocol(limits));
    loop {
        let tcp = match listener.accept().await {
            Ok((tcp, _)) => tcp,
            Err(error) => {
                recover(&error, slots).await;
                continue;
            }
        };
        let slot = make_room(slots).await;
        spawn(tcp, &slot, &protocol, &service, slots);
    }
}

fn spawn<S>(
    tcp: TcpStream,
    slot: &Arc<Slot>,
    protocol: &Arc<http1::Builder>,
    service: &S,
    slots: &Slots,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let connection = connection::run(tcp, Arc::clone(slot), Arc::clone(protocol), service.clone());
    slots.attach(slot.index(), tokio::spawn(connection).abort_handle());
}

/// A slot for the next connection, as soon as there is one: free, or of a connection that can be spared.
async fn make_room(slots: &Arc<Slots>) -> Arc<Slot> {
    loop {
        if let Some(slot) = slots.claim() {
            return slot;
        }
        slots.evict();
        // Where none can be spared now, one may be after a while without being released.
        let _ = timeout(PAUSE, slots.released()).await;
    }
}

/// After a failure to accept. Most are the fault of one connection that is gone already; the others mean that the
/// system has run out of something, which a connection less gives back.
async fn recover(error: &io::Error, slots: &Slots) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    ) {
        return;
    }
    debug!(%error, "a connection could not be accepted");
    if slots.evict() {
        let _ = timeout(PAUSE, slots.released()).await;
    } else {
        sleep(PAUSE).await;
    }
}

/// Looks after the limits for ever.
async fn watch(slots: &Slots, limits: &Limits) {
    let deadlines = Deadlines::serving(limits);
    let shortest = limits
        .head
        .min(limits.body)
        .min(limits.idle)
        .min(limits.answer);
    let mut looks = interval(LOOK.min(shortest / 4).max(Duration::from_millis(1)));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        slots.sweep(&deadlines);
    }
}

/// Waits for running requests, then cuts what is left.
async fn finish(slots: &Slots, limits: &Limits) {
    let deadlines = Deadlines::closing(limits);
    let end = Instant::now() + limits.drain;
    while slots.used() > 0 && Instant::now() < end {
        slots.sweep(&deadlines);
        let next = end.min(Instant::now() + PAUSE);
        let _ = timeout_at(next, slots.released()).await;
    }
    let left = slots.used();
    if left == 0 {
        return;
    }
    warn!(
        connections = left,
        "some requests did not finish in time and were cut"
    );
    slots.cut_all();
    let gone = async {
        while slots.used() > 0 {
            slots.released().await;
        }
    };
    let _ = timeout(CUT, gone).await;
}
