//! The store's owner: one thread that groups what the tasks of a run ask into transactions, and a second one
//! that brings what is committed to the disk.
//!
//! *Written* is a commit (it survives a kill); *synced* is after `fdatasync` (it survives a power cut). A full
//! disk keeps everything waiting, outcomes first, until there is room; any other failure ends the store, and
//! each later question is answered with it.

mod room;
mod sync;

use super::{
    Allowance, Appended, Asked, NewEvent, PlanId, Settled, Settlement, SourceId, Store, StoreError, TargetId, Turns,
    WorkId,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use sync::Syncing;
use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc, oneshot, watch};

/// Questions that wait; more make the askers wait.
const QUEUE: usize = 256;

/// Questions answered in one transaction.
const GROUP: usize = 64;

/// What a batch led to.
#[derive(Debug)]
pub struct Written {
    pub appended: Appended,
    pub batch: Vec<NewEvent>,
    /// The commit that wrote it; compare with [`StoreHandle::synced`].
    pub commit: u64,
}

enum Question {
    Append {
        source: SourceId,
        expected: u64,
        batch: Vec<NewEvent>,
        cursor: Option<String>,
        /// The batch's share of the bytes that may be held.
        budget: Option<OwnedSemaphorePermit>,
        reply: oneshot::Sender<Written>,
    },
    Turns {
        target: TargetId,
        held: HashSet<WorkId>,
        allowance: Allowance,
        reply: oneshot::Sender<Turns>,
    },
    Settle {
        settlement: Settlement,
        reply: oneshot::Sender<Settled>,
    },
    LookUp {
        event: u64,
        asked: Vec<Asked>,
        reply: oneshot::Sender<Vec<Option<String>>>,
    },
    PlanText {
        plan: PlanId,
        reply: oneshot::Sender<Option<String>>,
    },
    Pending {
        reply: oneshot::Sender<u64>,
    },
}

/// The answer to a question, kept until the commit.
enum Answer {
    Appended(Appended),
    Turns(Turns),
    Settled(Settled),
    LookedUp(Vec<Option<String>>),
    PlanText(Option<String>),
    Pending(u64),
}

/// What the threads and the handles share.
#[derive(Debug, Default)]
struct Shared {
    failure: OnceLock<StoreError>,
    woken: Mutex<HashSet<TargetId>>,
    wake: Notify,
    room: room::Room,
}

/// Asks the store; clones ask the same one.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    questions: mpsc::Sender<Question>,
    synced: watch::Receiver<u64>,
    shared: Arc<Shared>,
}

/// The store's thread. It ends when the last handle is gone.
#[derive(Debug)]
pub struct Desk {
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Desk {
    /// Starts the store's threads.
    ///
    /// # Errors
    /// The syncing cannot be set up.
    pub fn start(store: Box<dyn Store>) -> Result<(Desk, StoreHandle), StoreError> {
        let shared = Arc::new(Shared::default());
        let (questions, queue) = mpsc::channel(QUEUE);
        let (syncing, synced) = Syncing::start(store.syncer()?)?;
        let mut serving = Serving { store, queue, group: Vec::new(), commits: 0, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let served = serving.serve(&syncing);
                let result = served.and(syncing.end());
                let Serving { store, queue, group, shared, .. } = serving;
                match result {
                    Ok(()) => store.close(),
                    Err(error) => {
                        let _ = shared.failure.set(error.clone());
                        shared.wake.notify_waiters();
                        drop((queue, group));
                        Err(error)
                    }
                }
            })
            .map_err(|error| StoreError::Failed { what: "start its thread", reason: error.to_string() })?;
        Ok((Desk { thread }, StoreHandle { questions, synced, shared }))
    }

    /// Waits for the end of the store; all handles must be gone, or it failed.
    ///
    /// # Errors
    /// What the store failed with.
    pub fn join(self) -> Result<(), StoreError> {
        self.thread.join().unwrap_or_else(|_| {
            Err(StoreError::Failed { what: "go on", reason: "its thread ended unexpectedly".to_owned() })
        })
    }
}

impl StoreHandle {
    /// Answers when the batch is written.
    pub async fn append(
        &self,
        source: SourceId,
        expected: u64,
        batch: Vec<NewEvent>,
        cursor: Option<String>,
        budget: Option<OwnedSemaphorePermit>,
    ) -> Result<oneshot::Receiver<Written>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.put(Question::Append { source, expected, batch, cursor, budget, reply }).await?;
        Ok(answer)
    }

    pub async fn turns(
        &self,
        target: TargetId,
        held: HashSet<WorkId>,
        allowance: Allowance,
    ) -> Result<Turns, StoreError> {
        self.ask(|reply| Question::Turns { target, held, allowance, reply }).await
    }

    pub async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.ask(|reply| Question::Settle { settlement, reply }).await
    }

    /// What an event's look-ups find, kept with the event before it is answered.
    pub async fn look_up(&self, event: u64, asked: Vec<Asked>) -> Result<Vec<Option<String>>, StoreError> {
        self.ask(|reply| Question::LookUp { event, asked, reply }).await
    }

    pub async fn plan_text(&self, plan: PlanId) -> Result<Option<String>, StoreError> {
        self.ask(|reply| Question::PlanText { plan, reply }).await
    }

    pub async fn pending(&self) -> Result<u64, StoreError> {
        self.ask(|reply| Question::Pending { reply }).await
    }

    /// The last commit that is synced.
    pub fn synced(&self) -> watch::Receiver<u64> {
        self.synced.clone()
    }

    /// Waits until lanes got a new head, and answers with their targets.
    pub async fn woken(&self) -> Result<HashSet<TargetId>, StoreError> {
        loop {
            let wake = self.shared.wake.notified();
            if let Some(failure) = self.shared.failure.get() {
                return Err(failure.clone());
            }
            let woken = std::mem::take(&mut *self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner));
            if !woken.is_empty() {
                return Ok(woken);
            }
            wake.await;
        }
    }

    /// Whether outcomes can be written; while not, no request begins.
    pub fn has_room(&self) -> bool {
        self.shared.room.is_there()
    }

    /// What ended the store, else that it is closed.
    pub fn failure(&self) -> StoreError {
        self.shared.failure.get().cloned().unwrap_or(StoreError::Closed)
    }

    async fn put(&self, question: Question) -> Result<(), StoreError> {
        self.questions.send(question).await.map_err(|_| self.failure())
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.put(question(reply)).await?;
        answer.await.map_err(|_| self.failure())
    }
}

/// What the store's thread owns. It is dropped, and with it the askers' replies, only after a failure is told.
struct Serving {
    store: Box<dyn Store>,
    queue: mpsc::Receiver<Question>,
    group: Vec<Question>,
    commits: u64,
    shared: Arc<Shared>,
}

impl Serving {
    /// Until the last asker is gone.
    fn serve(&mut self, syncing: &Syncing) -> Result<(), StoreError> {
        while let Some(first) = self.queue.blocking_recv() {
            self.group.push(first);
            self.fill();
            while !self.group.is_empty() {
                match transact(self.store.as_mut(), &self.group) {
                    Ok(answers) => {
                        self.shared.room.regained();
                        self.answer(answers);
                    }
                    Err(StoreError::Full) => self.wait_for_room()?,
                    Err(error) => return Err(error),
                }
                if !syncing.committed(self.commits) {
                    // how it failed is told by its end
                    return Ok(());
                }
            }
            self.store.tidy()?;
        }
        Ok(())
    }

    fn fill(&mut self) {
        while self.group.len() < GROUP
            && let Ok(question) = self.queue.try_recv()
        {
            self.group.push(question);
        }
    }

    /// On a full disk: settles what can be settled, then waits.
    fn wait_for_room(&mut self) -> Result<(), StoreError> {
        self.store.rollback()?;
        self.shared.room.lost();
        // stable, so that each kind stays in its order
        self.group.sort_by_key(|question| !matches!(question, Question::Settle { .. }));
        let outcomes = self.group.partition_point(|question| matches!(question, Question::Settle { .. }));
        if outcomes > 0 && outcomes < self.group.len() {
            match transact(self.store.as_mut(), &self.group[..outcomes]) {
                Ok(answers) => self.answer(answers),
                Err(StoreError::Full) => self.store.rollback()?,
                Err(error) => return Err(error),
            }
        }
        self.shared.room.wait();
        self.fill();
        Ok(())
    }

    /// Answers the first questions, after their commit.
    fn answer(&mut self, answers: Vec<Answer>) {
        self.commits += 1;
        let answered = self.group.drain(..answers.len());
        answer(answered, answers, self.commits, &self.shared);
    }
}

/// One transaction; the questions stay, so that it can be done again.
fn transact(store: &mut dyn Store, group: &[Question]) -> Result<Vec<Answer>, StoreError> {
    let epoch = store.epoch();
    store.begin()?;
    let mut answers = Vec::with_capacity(group.len());
    for question in group {
        answers.push(match question {
            Question::Append { source, expected, batch, cursor, .. } => {
                Answer::Appended(store.append(*source, epoch, *expected, batch, cursor.as_deref())?)
            }
            Question::Turns { target, held, allowance, .. } => {
                Answer::Turns(store.turns(epoch, *target, held, *allowance)?)
            }
            Question::Settle { settlement, .. } => Answer::Settled(store.settle(epoch, settlement)?),
            Question::LookUp { event, asked, .. } => Answer::LookedUp(store.look_up(epoch, *event, asked)?),
            Question::PlanText { plan, .. } => Answer::PlanText(store.plan_text(*plan)?),
            Question::Pending { .. } => Answer::Pending(store.pending()?),
        });
    }
    store.commit()?;
    Ok(answers)
}

/// Answers after the commit. An asker that is gone misses nothing: the store has it.
fn answer(questions: impl Iterator<Item = Question>, answers: Vec<Answer>, commit: u64, shared: &Shared) {
    let mut woken: HashSet<TargetId> = HashSet::new();
    for (question, answer) in questions.zip(answers) {
        match (question, answer) {
            (Question::Append { batch, budget, reply, .. }, Answer::Appended(appended)) => {
                if let Appended::Stored { woken: targets, .. } = &appended {
                    woken.extend(targets);
                }
                let _ = reply.send(Written { appended, batch, commit });
                drop(budget);
            }
            (Question::Turns { reply, .. }, Answer::Turns(turns)) => drop(reply.send(turns)),
            (Question::Settle { reply, .. }, Answer::Settled(settled)) => {
                woken.extend(&settled.woken);
                let _ = reply.send(settled);
            }
            (Question::LookUp { reply, .. }, Answer::LookedUp(found)) => drop(reply.send(found)),
            (Question::PlanText { reply, .. }, Answer::PlanText(text)) => drop(reply.send(text)),
            (Question::Pending { reply }, Answer::Pending(count)) => drop(reply.send(count)),
            // answers are made one for one from the questions; an asker without answer sees a closed store
            _ => debug_assert!(false, "an answer to another question"),
        }
    }
    if !woken.is_empty() {
        shared.woken.lock().unwrap_or_else(PoisonError::into_inner).extend(woken);
        shared.wake.notify_one();
    }
}

#[cfg(test)]
mod tests;
