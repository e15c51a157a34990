//! Two receivers that share a Redis, and a sender that retries, while all of them fail.
//!
//! The receivers are processes of their own. Their handlers answer 500, panic, hang, or kill the
//! process before or after they have succeeded; the Redis is restarted, frozen, cut off, and loses
//! its answers. What a handler has done is written to a file outside of all that. In the end the
//! files tell whether each delivery was handled, and how often.
//!
//! A second success of one delivery needs an excuse: its owner was killed between the success and
//! the commit; or there was no commit, since the store was away or the lease had ended, and the
//! sender had hung up before the answer. `TOWER_WEBHOOK_LONG` makes it ten times as many deliveries.

#![cfg(all(feature = "axum", feature = "redis"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[macro_use]
#[path = "../../support/pass_on.rs"]
mod pass_on;
mod audit;
mod fate;
mod journal;
mod link;
mod receiver;
mod sender;
#[path = "../../support/redis.rs"]
mod server;
#[path = "../../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use audit::{Audit, Outcome};
use fate::draw;
use journal::{Event, name_of};
use link::{Fault, Link};
use receiver::Receivers;
use sender::{Answer, Sender};
use server::Server;
use tokio::task::JoinSet;

/// How many deliveries are on their way at the same time.
const IN_FLIGHT: usize = 64;

/// Far longer than all of it takes, so that what is stuck fails.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_delivery_is_lost_or_handled_twice() {
    receiver::be_one().await;
    let Some(server) = Server::start_durable() else { return };
    let (deliveries, faults) = match std::env::var_os("TOWER_WEBHOOK_LONG") {
        Some(_) => (10_000, 20),
        None => (1000, 4),
    };
    let directory = Directory::create();
    let receivers = Arc::new(Receivers::new(&directory.0, "no_delivery_is_lost_or_handled_twice"));
    let link = Link::to(server.port()).await;
    let store = format!("redis://127.0.0.1:{}/", link.port());
    tokio::select! {
        () = run(&receivers, server, link, deliveries, faults) => {}
        never = receivers.keep_up(0, &store) => never,
        never = receivers.keep_up(1, &store) => never,
        () = tokio::time::sleep(PATIENCE) => panic!("it is stuck"),
    }
}

async fn run(
    receivers: &Arc<Receivers>,
    mut server: Server,
    link: Link,
    deliveries: usize,
    faults: usize,
) {
    let started = Instant::now();
    let sender = Arc::new(Sender::new(Arc::clone(receivers)));
    let ids = (0..deliveries).map(|number| format!("msg_{number}").into()).collect();
    let delivering = for_all(ids, &sender, |sender, id| async move { sender.deliver(&id).await });
    let disturbing = async {
        for number in 0..faults {
            while sender.delivered() < deliveries * (number + 1) / (faults + 1) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let time = Duration::from_millis(200 + draw("fault", &number.to_string(), 0, 1000));
            let fault = Fault::ALL[number % Fault::ALL.len()];
            fault.happen(time, &link, &mut server).await;
        }
    };
    let (endings, ()) = tokio::join!(delivering, disturbing);
    let (time, answers) = (started.elapsed(), sender.answers());
    let audit = Audit::of(&receivers.journals());
    let mut books = Books::default();
    for (id, ending) in endings {
        books.enter(id, ending, &audit, &sender);
    }

    // From now on nothing fails, and nothing that is committed is handled again.
    let committed = books.committed.clone();
    let again =
        for_all(committed, &sender, |sender, id| async move { sender.deliver_again(&id).await });
    for (id, answer) in again.await {
        if answer != Answer::Duplicate {
            books.wrong.push(format!("{id}: committed, and answered {answer:?} when sent again"));
        }
    }

    // Not `eprintln`, which the runner hides where the test passes.
    let mut output = std::io::stderr();
    for (what, counts) in [
        ("deliveries", format!("{deliveries}, in {time:.1?}")),
        ("faults of the store", format!("{faults}, in turn {:?}", Fault::ALL)),
        ("answers", format!("{answers:?}")),
        ("journals", format!("{:?}", audit.events())),
        ("last successes, and what acknowledged them", format!("{:?}", books.last)),
        ("successes before those, and their answers", format!("{:?}", books.repeated)),
        ("duplicates when sent again after the commit", format!("{}", books.committed.len())),
    ] {
        writeln!(output, "{what}: {counts}").unwrap();
    }
    assert!(books.wrong.is_empty(), "{:#?}", books.wrong);

    // It was as bad as it was meant to be.
    assert!(Event::ALL.into_iter().any(|event| event.is_kill() && audit.count(event) > 0));
    assert!(audit.count(Event::CommitUnanswered) > 0);
}

/// What the journals say beside what the sender was told.
#[derive(Default)]
struct Books {
    /// How the last successes ended, and the answer that was the sender's last.
    last: BTreeMap<(Outcome, Answer), usize>,
    /// How the successes before the last ones ended, each with an answer of its own.
    repeated: BTreeMap<(Outcome, Answer), usize>,
    committed: Vec<Arc<str>>,
    wrong: Vec<String>,
}

impl Books {
    fn enter(&mut self, id: Arc<str>, ending: Answer, audit: &Audit, sender: &Sender) {
        let successes = audit.successes(&name_of(&id));
        let Some((last, earlier)) = successes.split_last() else {
            return self.wrong.push(format!("{id}: lost, and acknowledged as {ending:?}"));
        };
        for success in earlier {
            let answer = sender.answer(&id, success.attempt);
            *self.repeated.entry((success.outcome, answer)).or_default() += 1;
            if !success.outcome.excuses_another(answer) {
                self.wrong.push(format!("{id}: handled again, {successes:?}, {answer:?}"));
            }
        }
        *self.last.entry((last.outcome, ending)).or_default() += 1;
        if !last.outcome.may_be_acknowledged(ending) {
            self.wrong.push(format!("{id}: acknowledged as {ending:?}, {successes:?}"));
        }
        if last.outcome == Outcome::Committed {
            self.committed.push(id);
        }
    }
}

/// Does the same for all deliveries, [`IN_FLIGHT`] at a time.
async fn for_all<F, A>(ids: Vec<Arc<str>>, sender: &Arc<Sender>, send: F) -> Vec<(Arc<str>, Answer)>
where
    F: Fn(Arc<Sender>, Arc<str>) -> A + Copy + Send + 'static,
    A: Future<Output = Answer> + Send,
{
    let (ids, next): (Arc<[_]>, _) = (ids.into(), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (ids, next, sender) = (Arc::clone(&ids), Arc::clone(&next), Arc::clone(sender));
        workers.spawn(async move {
            let mut endings = Vec::new();
            while let Some(id) = ids.get(next.fetch_add(1, Ordering::SeqCst)) {
                endings.push((Arc::clone(id), send(Arc::clone(&sender), Arc::clone(id)).await));
            }
            endings
        });
    }
    let mut endings = Vec::new();
    while let Some(done) = workers.join_next().await {
        endings.extend(done.unwrap());
    }
    endings
}

/// Where the journals are. They stay there if the test fails.
struct Directory(PathBuf);

impl Directory {
    fn create() -> Self {
        let name = format!("end-to-end-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
