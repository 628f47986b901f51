//! A run from its start to its end: who is started, who is told to stop, and in which order.

use super::intake::{Intake, TakenIn};
use super::lanes::{Dispatcher, Phase};
use super::observe::Observer;
use super::options::{End, Hub, Limits, Lines, RunOptions, Source};
use super::program::{Draft, Program};
use super::push::Clients;
use super::shutdown::Shutdown;
use super::source::websocket::{Connector, Pulse, Subscription, listen, shown};
use super::source::{Outlet, QUEUE, lines};
use super::store::desk::{Desk, StoreHandle};
use super::store::sqlite::Sqlite;
use super::store::{SourceState, Store};
use super::{RunError, Summary};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinError, JoinSet};

/// Runs until the shutdown is triggered or, with [`End::WhenIdle`], until nothing is left to do. The store is
/// closed in order whatever ended the run.
///
/// # Errors
/// What keeps it from starting, and a store that failed: one sentence that says what to do.
pub async fn run(options: RunOptions, observer: Arc<dyn Observer>) -> Result<Summary, RunError> {
    let draft = Draft::new(&options)?;
    let RunOptions { source, store: path, end, limits, shutdown, .. } = options;
    let inlets = Inlets::new(source, &draft)?;
    let clients = Clients::new().map_err(|error| RunError::Tls(error.to_string()))?;
    let names = inlets.source_names();
    let opened = tokio::task::spawn_blocking(move || open(&path, draft, names));
    let (desk, store, program, states) = opened.await.map_err(broken)??;
    let phase = watch::Sender::new(Phase::Running);
    let seen = Arc::clone(&observer);
    let dispatcher =
        Dispatcher::new(Arc::clone(&program), clients, store.clone(), seen, &limits, end, phase.subscribe());
    let mut crew = Crew { tasks: JoinSet::new(), stop: Shutdown::new(), phase, summary: Summary::default() };
    crew.tasks.spawn(async move { dispatcher.run().await.map(Done::Dispatched) });
    // the other half is the dispatcher's; one event always fits
    let budget = Arc::new(Semaphore::new((limits.held_bytes / 2).clamp(limits.event_bytes, Semaphore::MAX_PERMITS)));
    let plumbing = Plumbing { program, store: store.clone(), observer, limits, end, budget };
    inlets.start(&plumbing, states, &mut crew);
    drop(plumbing);
    let result = crew.work(&shutdown).await;
    let pending = store.pending().await;
    drop(store);
    let closed = tokio::task::spawn_blocking(|| desk.join()).await.map_err(broken)?;
    let summary = result?;
    closed?;
    Ok(Summary { pending: pending?, ..summary })
}

type Opened = (Desk, StoreHandle, Arc<Program>, BTreeMap<String, SourceState>);

fn open(path: &std::path::Path, draft: Draft, names: Vec<String>) -> Result<Opened, RunError> {
    let mut store = Sqlite::open(path)?;
    let program = draft.register(&mut store)?;
    tell_of_left_over(&program, store.pending()?);
    let mut states = BTreeMap::new();
    for name in names {
        let state = store.source(&name)?;
        states.insert(name, state);
    }
    let (desk, handle) = Desk::start(Box::new(store))?;
    Ok((desk, handle, Arc::new(program), states))
}

fn tell_of_left_over(program: &Program, pending: u64) {
    if pending > 0 {
        tracing::info!(pending, "going on with what an earlier run left");
    }
    let ours: u64 = program.mappings.iter().flat_map(|mapped| &mapped.targets).map(|target| target.pending).sum();
    let orphaned = pending.saturating_sub(ours);
    if orphaned > 0 {
        tracing::warn!(
            orphaned,
            "requests wait for targets that no mapping has any more, and so does what is behind them in their lanes; run the mappings that they belong to"
        );
    }
}

fn broken(error: JoinError) -> RunError {
    RunError::Broken(error.to_string())
}

/// The tasks of a run.
struct Crew {
    tasks: JoinSet<Result<Done, RunError>>,
    /// Tells the sources to end.
    stop: Shutdown,
    phase: watch::Sender<Phase>,
    summary: Summary,
}

/// What a task ends with.
enum Done {
    Dispatched(super::lanes::Dispatched),
    TakenIn(TakenIn),
    /// A source ended; its intake ends after it.
    Source,
}

impl Crew {
    async fn work(mut self, shutdown: &Shutdown) -> Result<Summary, RunError> {
        let mut failure = None;
        let mut told = false;
        // the dispatcher is one of the tasks; the others bring in what it works on
        let mut others = self.tasks.len() - 1;
        loop {
            if others == 0 {
                let phase = if told { Phase::Stopping } else { Phase::NothingMoreComes };
                self.phase.send_replace(phase);
            }
            tokio::select! {
                ended = self.tasks.join_next() => {
                    let Some(ended) = ended else { break };
                    match ended.map_err(broken).flatten() {
                        Ok(Done::Dispatched(dispatched)) => {
                            self.summary.tries = dispatched.tries;
                            self.summary.outcomes.add_all(&dispatched.outcomes);
                        }
                        Ok(Done::TakenIn(taken_in)) => {
                            others -= 1;
                            self.summary.received += taken_in.received;
                            self.summary.known += taken_in.known;
                            self.summary.outcomes.add_all(&taken_in.outcomes);
                        }
                        Ok(Done::Source) => others -= 1,
                        Err(error) => {
                            // the first one is the cause
                            failure.get_or_insert(error);
                            self.stop.trigger();
                            self.phase.send_replace(Phase::Stopping);
                            others = others.saturating_sub(1);
                            told = true;
                        }
                    }
                }
                () = shutdown.triggered(), if !told => {
                    told = true;
                    tracing::info!("stopping: no more is read, what is in flight is finished");
                    self.stop.trigger();
                    self.phase.send_replace(Phase::Stopping);
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(self.summary),
        }
    }
}

/// The sources, checked and not yet started.
enum Inlets {
    Hub { connector: Arc<Connector>, ack: bool, events: Vec<String> },
    Lines(Lines),
}

impl Inlets {
    fn new(source: Source, draft: &Draft) -> Result<Inlets, RunError> {
        let events = draft.events();
        match source {
            Source::Hub(hub) => {
                let connector =
                    Connector::new(&hub).map_err(|reason| RunError::HubUrl { url: shown(&hub.url), reason })?;
                let Hub { ack, .. } = hub;
                Ok(Inlets::Hub { connector: Arc::new(connector), ack, events: events.into_iter().collect() })
            }
            Source::Lines(lines) if events.contains(&lines.event) => Ok(Inlets::Lines(lines)),
            Source::Lines(lines) => {
                let known: Vec<String> = events.iter().map(|event| format!("\"{event}\"")).collect();
                Err(RunError::NobodyListens { event: lines.event, known: known.join(", ") })
            }
        }
    }

    fn source_names(&self) -> Vec<String> {
        match self {
            Inlets::Hub { events, .. } => events.clone(),
            Inlets::Lines(lines) => vec![lines.event.clone()],
        }
    }

    fn start(self, plumbing: &Plumbing, mut states: BTreeMap<String, SourceState>, crew: &mut Crew) {
        match self {
            Inlets::Lines(lines) => {
                let Some(state) = states.remove(&lines.event) else { return };
                let Some((outlet, _)) = plumbing.intake(&lines.event, state, false, &mut crew.tasks) else { return };
                let (limit, stop) = (plumbing.limits.event_bytes, crew.stop.clone());
                crew.tasks.spawn(async move {
                    let name = lines.name.clone();
                    let failed = |error: std::io::Error| RunError::Lines { name, reason: error.to_string() };
                    lines::read(lines, limit, outlet, stop).await.map_err(failed)?;
                    Ok(Done::Source)
                });
            }
            Inlets::Hub { connector, ack, events } => {
                for event in events {
                    let Some(state) = states.remove(&event) else { continue };
                    let Some((outlet, cursor)) = plumbing.intake(&event, state, true, &mut crew.tasks) else {
                        continue;
                    };
                    let subscription = Subscription {
                        connector: Arc::clone(&connector),
                        name: event.into(),
                        cursor,
                        ack,
                        end: plumbing.end,
                        limit: plumbing.limits.event_bytes,
                        pulse: Pulse::default(),
                        outlet,
                        observer: Arc::clone(&plumbing.observer),
                        shutdown: crew.stop.clone(),
                    };
                    crew.tasks.spawn(async move { listen(subscription).await.map(|()| Done::Source) });
                }
            }
        }
    }
}

/// What the intakes share.
struct Plumbing {
    program: Arc<Program>,
    store: StoreHandle,
    observer: Arc<dyn Observer>,
    limits: Limits,
    end: End,
    budget: Arc<Semaphore>,
}

impl Plumbing {
    /// Starts an intake; where its source puts frames, and the cursor that it can go on from.
    fn intake(
        &self,
        name: &str,
        state: SourceState,
        cursors: bool,
        tasks: &mut JoinSet<Result<Done, RunError>>,
    ) -> Option<(Outlet, watch::Receiver<Option<String>>)> {
        let listeners = self.program.listeners(name);
        let listen = self.program.mappings.get(*listeners.first()?)?.plan.mapping().listen.clone();
        let (sender, frames) = mpsc::channel(QUEUE);
        let (synced_cursor, cursor) = watch::channel(state.cursor.clone());
        let intake = Intake {
            subscription: name.into(),
            listen,
            listeners,
            program: Arc::clone(&self.program),
            source: state,
            cursors,
            store: self.store.clone(),
            frames,
            synced_cursor,
            observer: Arc::clone(&self.observer),
        };
        tasks.spawn(async move { Ok(Done::TakenIn(intake.run().await?)) });
        Some((Outlet::new(sender, Arc::clone(&self.budget)), cursor))
    }
}
