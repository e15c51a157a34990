//! Two receivers that share a PostgreSQL, and a sender that repeats everything, while all of them fail.
//!
//! The receivers are processes of their own. The effect of a delivery is a row, which is in the
//! transaction that commits the claim. Their handlers answer 500, panic, hang, or kill the process, before,
//! in and after that transaction; whatever they do, the processes are killed, and stopped for longer than
//! a lease; the server is stopped in the midst of everything and started again, and its connections are
//! frozen, cut, and lose their answers. In the end there are as many rows as deliveries, one for each.
//!
//! `TOWER_WEBHOOK_LONG` makes it 10,000 deliveries instead of 1,000, for 20 seeds instead of one, or for as
//! many as its value says.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../../../../tests/system/end_to_end/fate.rs"]
mod fate;
#[path = "../../../../tests/system/end_to_end/link.rs"]
mod link;
mod receiver;
#[allow(dead_code)]
#[path = "../../../../tests/system/end_to_end/sender.rs"]
mod sender;
#[path = "../support/postgres.rs"]
mod server;
mod support {
    /// The key that Standard Webhooks has in its documentation.
    pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
}

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fate::draw;
use link::{Fault, Link};
use receiver::Receivers;
use sender::{Answer, Sender};
use server::Server;
use sqlx::{Connection as _, PgConnection};
use tokio::task::{JoinSet, block_in_place};

/// How many deliveries are on their way at the same time.
const IN_FLIGHT: usize = 64;

/// Far longer than all of it takes, so that what is stuck fails.
const PATIENCE: Duration = Duration::from_secs(900);

const TEST: &str = "there_are_as_many_effects_as_deliveries";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_as_many_effects_as_deliveries() {
    receiver::be_one().await;
    let (deliveries, faults, seeds) = match std::env::var("TOWER_WEBHOOK_LONG") {
        Ok(seeds) => (10_000, 20, seeds.parse().unwrap_or(20)),
        Err(_) => (1000, 4, 1),
    };
    for seed in 1..=seeds {
        fate::set_seed(seed);
        let Some(server) = block_in_place(Server::start) else { return };
        let direct = server.url();
        receiver::prepare(&direct).await;
        let receivers = Arc::new(Receivers::new(TEST, seed));
        let link = Link::to(server.port()).await;
        let store = server::url(link.port());
        tokio::select! {
            () = run(&receivers, server, link, deliveries, faults, seed) => {}
            never = receivers.keep_up(0, &store) => never,
            never = receivers.keep_up(1, &store) => never,
            () = tokio::time::sleep(PATIENCE) => panic!("it is stuck, with the seed {seed}"),
        }
    }
}

async fn run(
    receivers: &Arc<Receivers>,
    mut server: Server,
    link: Link,
    deliveries: usize,
    faults: usize,
    seed: u32,
) {
    let started = Instant::now();
    let sender = Arc::new(Sender::new(Arc::clone(receivers)));
    let ids: Arc<[Arc<str>]> =
        (0..deliveries).map(|number| format!("msg_{number}").into()).collect();
    let delivering = for_all(&ids, &sender, |sender, id| async move { sender.deliver(&id).await });
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
    let (acknowledged, ()) = tokio::join!(delivering, disturbing);
    let time = started.elapsed();
    // From now on the store does not fail, and everything is sent once more.
    let again =
        for_all(&ids, &sender, |sender, id| async move { sender.deliver_again(&id).await }).await;

    let mut database = PgConnection::connect(&server.url()).await.unwrap();
    let count = "SELECT count(*), count(DISTINCT id) FROM effects";
    let (effects, of_deliveries): (i64, i64) =
        sqlx::query_as(count).fetch_one(&mut database).await.unwrap();
    let notes = "SELECT what, count(*) FROM notes GROUP BY what ORDER BY what";
    let notes: Vec<(String, i64)> = sqlx::query_as(notes).fetch_all(&mut database).await.unwrap();

    // Not `eprintln`, which the runner hides where the test passes.
    let mut output = std::io::stderr();
    for (what, counts) in [
        ("seed", seed.to_string()),
        ("deliveries", format!("{deliveries}, in {time:.1?}")),
        ("effects", format!("{effects}, of {of_deliveries} deliveries")),
        ("faults of the store", format!("{faults}, in turn {:?}", Fault::ALL)),
        ("answers", format!("{:?}", sender.answers())),
        ("processes", format!("{receivers:?}")),
        ("what handlers say", format!("{notes:?}")),
    ] {
        writeln!(output, "{what}: {counts}").unwrap();
    }
    let counts = [effects, of_deliveries].map(|count| usize::try_from(count).unwrap());
    assert_eq!(counts, [deliveries; 2]);
    assert!(acknowledged.iter().all(|answer| *answer <= Answer::Duplicate));
    assert!(again.iter().all(|answer| *answer == Answer::Duplicate), "one was handled again");

    // It was as bad as it was meant to be.
    assert!(receivers.killed() + receivers.stopped() + receivers.died() > 0);
    assert!(notes.iter().any(|(what, _)| what == "LeaseLost"), "nobody has lost a lease");
}

/// Does the same for all deliveries, [`IN_FLIGHT`] at a time.
async fn for_all<F, A>(ids: &Arc<[Arc<str>]>, sender: &Arc<Sender>, send: F) -> Vec<Answer>
where
    F: Fn(Arc<Sender>, Arc<str>) -> A + Copy + Send + 'static,
    A: Future<Output = Answer> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (ids, next, sender) = (Arc::clone(ids), Arc::clone(&next), Arc::clone(sender));
        workers.spawn(async move {
            let mut answers = Vec::new();
            while let Some(id) = ids.get(next.fetch_add(1, Ordering::SeqCst)) {
                answers.push(send(Arc::clone(&sender), Arc::clone(id)).await);
            }
            answers
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = workers.join_next().await {
        answers.extend(done.unwrap());
    }
    answers
}
