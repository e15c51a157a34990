//! Every order of events, for two workers that handle one delivery: first in a machine of a few lines, which
//! can be gone through to its end, and then, event by event, in the databases, which have to answer as the
//! machine does.

use std::collections::{BTreeMap, VecDeque};

use tower_webhook::replay::{Claim, Lease, ReplayError, ReplayErrorKind, ReplayGuard as _};
use tower_webhook_sqlx::SqlxReplayGuard;

use crate::contract::{HOUR, key};
use crate::database::{Database, InPostgres, InSqlite};

/// The length of a lease, in hours.
const LEASE: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    row: Option<Row>,
    workers: [Worker; 2],
    effects: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// `None` if whoever had the lease is gone.
    owner: Option<usize>,
    done: bool,
    /// The hours until it ends. A delivery that is done stays for longer than its sender comes again.
    left: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worker {
    Idle,
    /// It has had a lease, which may have ended, and does not know what became of its transaction.
    Has,
    /// In a transaction with the effect and the commit. Whoever else wants the row waits.
    Commits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Claim(usize),
    /// Writes the effect and the commit in a transaction.
    Begin(usize),
    /// Commits the transaction.
    End(usize),
    RollBack(usize),
    Extend(usize),
    Release(usize),
    /// The process dies, and is started again.
    Crash(usize),
    Hour,
    Sweep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Fresh,
    InFlight,
    Done,
    Yes,
    Lost,
}

impl Event {
    fn all() -> impl Iterator<Item = Self> {
        let of = |worker| {
            use Event::*;
            [
                Claim(worker),
                Begin(worker),
                End(worker),
                RollBack(worker),
                Extend(worker),
                Release(worker),
                Crash(worker),
            ]
        };
        (0..2).flat_map(of).chain([Self::Hour, Self::Sweep])
    }
}

impl State {
    const START: Self = Self { row: None, workers: [Worker::Idle; 2], effects: 0 };

    fn is_locked(self) -> bool {
        self.workers.contains(&Worker::Commits)
    }

    /// What comes of an event. `None` if it cannot be now, or has to wait.
    fn after(mut self, event: Event) -> Option<(Self, Said)> {
        use Worker::{Commits, Has, Idle};
        let can = match event {
            Event::Claim(it) => self.workers[it] == Idle && !self.is_locked(),
            Event::Begin(it) | Event::Extend(it) | Event::Release(it) => {
                self.workers[it] == Has && !self.is_locked()
            }
            Event::End(it) | Event::RollBack(it) => self.workers[it] == Commits,
            Event::Crash(it) => self.workers[it] != Idle,
            Event::Hour => true,
            Event::Sweep => !self.is_locked(),
        };
        if !can {
            return None;
        }
        let alive = self.row.filter(|row| row.done || row.left > 0);
        let owned = |it| alive.filter(|row| row.owner == Some(it) && !row.done);
        let said = match event {
            Event::Claim(it) => match alive {
                Some(row) if row.done => Said::Done,
                Some(_) => Said::InFlight,
                None => {
                    self.row = Some(Row { owner: Some(it), done: false, left: LEASE });
                    self.workers[it] = Has;
                    Said::Fresh
                }
            },
            Event::Begin(it) if owned(it).is_some() => {
                self.workers[it] = Commits;
                Said::Yes
            }
            Event::Begin(_) => Said::Lost,
            Event::End(it) => {
                // Also if its lease ends before the transaction does.
                self.row = Some(Row { owner: Some(it), done: true, left: 0 });
                self.effects += 1;
                self.workers[it] = Has;
                Said::Nothing
            }
            Event::RollBack(it) => {
                self.workers[it] = Has;
                Said::Nothing
            }
            Event::Extend(it) => match owned(it) {
                Some(row) => {
                    self.row = Some(Row { left: LEASE, ..row });
                    Said::Yes
                }
                None => Said::Lost,
            },
            Event::Release(it) => {
                if self.row.is_some_and(|row| row.owner == Some(it) && !row.done) {
                    self.row = None;
                }
                self.leaves(it);
                Said::Nothing
            }
            Event::Crash(it) => {
                self.leaves(it);
                Said::Nothing
            }
            Event::Hour => {
                self.row.iter_mut().for_each(|row| row.left = row.left.saturating_sub(1));
                Said::Nothing
            }
            Event::Sweep => {
                self.row = alive;
                Said::Nothing
            }
        };
        Some((self, said))
    }

    fn leaves(&mut self, it: usize) {
        self.workers[it] = Worker::Idle;
        self.row.iter_mut().filter(|row| row.owner == Some(it)).for_each(|row| row.owner = None);
    }
}

/// All states that can be reached, each with the shortest way to it.
fn reachable(is_allowed: impl Fn(State, Event) -> bool) -> BTreeMap<State, Vec<Event>> {
    let mut ways = BTreeMap::from([(State::START, Vec::new())]);
    let mut next = VecDeque::from([State::START]);
    while let Some(state) = next.pop_front() {
        for event in Event::all().filter(|event| is_allowed(state, *event)) {
            let Some((after, _)) = state.after(event) else { continue };
            if !ways.contains_key(&after) {
                let way = ways[&state].iter().copied().chain([event]).collect();
                ways.insert(after, way);
                next.push_back(after);
            }
        }
    }
    ways
}

#[test]
fn no_order_of_events_gives_two_effects_or_none() {
    let states = reachable(|_, _| true);
    assert!(states.len() > 40, "{}", states.len());
    for (state, way) in &states {
        assert!(state.effects <= 1, "{way:?}");
        // What is said to be done has its effect, and what has its effect is said to be done.
        assert_eq!(state.row.is_some_and(|row| row.done), state.effects == 1, "{way:?}");

        // Whatever happened: all processes die, a lease goes by, the sender comes again.
        let mut rest = [0, 1].map(Event::Crash).to_vec();
        rest.extend([Event::Hour; LEASE as usize]);
        rest.push(Event::Claim(0));
        let (mut state, mut said) = (*state, Said::Nothing);
        for event in rest {
            (state, said) = state.after(event).unwrap_or((state, said));
        }
        if said == Said::Fresh {
            (state, said) = state.after(Event::Begin(0)).unwrap();
            assert_eq!(said, Said::Yes);
            (state, _) = state.after(Event::End(0)).unwrap();
        } else {
            assert_eq!(said, Said::Done, "{way:?}");
        }
        assert_eq!(state.effects, 1, "{way:?}");
    }
}

/// Goes each way in a database, and each event at its end.
async fn it_answers_as_the_machine_does<D: Database>(database: D) {
    let guard = (**database.guard()).clone().sweep_by_hand();
    // The row is locked for the test too, which lets the time pass.
    let is_allowed = |state: State, event| event != Event::Hour || !state.is_locked();
    let mut ways = 0;
    for (state, way) in reachable(is_allowed) {
        for event in Event::all().filter(|event| is_allowed(state, *event)) {
            let Some((after, _)) = state.after(event) else { continue };
            ways += 1;
            let mut stage = Stage { database: &database, guard: &guard, workers: [None, None] };
            let (mut state, mut done) = (State::START, Vec::new());
            for event in way.iter().chain([&event]) {
                let said;
                (state, said) = state.after(*event).unwrap();
                done.push(*event);
                assert_eq!(stage.play(*event).await, said, "{done:?}");
            }
            drop(stage);
            assert_eq!(database.count("effects").await, i64::from(after.effects), "{done:?}");
            database.clear().await;
        }
    }
    assert!(ways > 200, "{ways}");
}

/// What a worker has: its lease, and the transaction if it is in one.
type Held<D> = (Lease, Option<sqlx::Transaction<'static, D>>);

struct Stage<'s, D: Database> {
    database: &'s D,
    guard: &'s SqlxReplayGuard<D::Kind>,
    workers: [Option<Held<D::Kind>>; 2],
}

impl<D: Database> Stage<'_, D> {
    async fn play(&mut self, event: Event) -> Said {
        let (key, lease) = (key(1), LEASE * HOUR);
        let said = |done: Result<(), ReplayError>| match done {
            Ok(()) => Said::Yes,
            Err(error) => {
                assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
                Said::Lost
            }
        };
        match event {
            Event::Claim(it) => match self.guard.claim(&key, lease).await.unwrap() {
                Claim::Fresh(lease) => {
                    self.workers[it] = Some((lease, None));
                    Said::Fresh
                }
                Claim::InFlight => Said::InFlight,
                Claim::Done => Said::Done,
                _ => unreachable!(),
            },
            Event::Begin(it) => {
                let (lease, transaction) = self.workers[it].as_mut().unwrap();
                let mut begun = self.database.begin().await;
                D::execute(&mut begun, "INSERT INTO effects VALUES (1)").await;
                match D::commit_in(&mut begun, &key, lease, 99 * HOUR).await {
                    1 => *transaction = Some(begun),
                    _ => begun.rollback().await.unwrap(),
                }
                transaction.as_ref().map_or(Said::Lost, |_| Said::Yes)
            }
            Event::End(it) | Event::RollBack(it) => {
                let transaction = self.workers[it].as_mut().unwrap().1.take().unwrap();
                match event {
                    Event::End(_) => transaction.commit().await.unwrap(),
                    _ => transaction.rollback().await.unwrap(),
                }
                Said::Nothing
            }
            Event::Extend(it) => {
                let (own, _) = self.workers[it].as_ref().unwrap();
                said(self.guard.extend(&key, own, lease).await)
            }
            Event::Release(it) => {
                let (lease, _) = self.workers[it].take().unwrap();
                self.guard.release(&key, &lease).await.unwrap();
                Said::Nothing
            }
            Event::Crash(it) => {
                // As the database sees it once it has noticed.
                if let Some((_, Some(transaction))) = self.workers[it].take() {
                    transaction.rollback().await.unwrap();
                }
                Said::Nothing
            }
            Event::Hour => {
                self.database.pass(&key, HOUR).await;
                Said::Nothing
            }
            Event::Sweep => {
                self.guard.sweep(10).await.unwrap();
                Said::Nothing
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_answers_as_the_machine_does() {
    if let Some(database) = InPostgres::start().await {
        it_answers_as_the_machine_does(database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_answers_as_the_machine_does() {
    it_answers_as_the_machine_does(InSqlite::start().await.unwrap()).await;
}
