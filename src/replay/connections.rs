//! The connection of a guard, which is replaced when it no longer serves.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use redis::{RedisError, RedisResult};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::replay::erased::BoxFuture;

/// The time after an attempt that failed before which there is no other.
const PAUSE: Duration = Duration::from_millis(100);

/// One connection that all calls share. It is made when it is first needed, and again after it was
/// lost; one attempt at a time, however many calls wait for it.
pub(super) struct Connections<C>(Arc<Shared<C>>);

struct Shared<C> {
    make: Box<dyn Fn() -> BoxFuture<'static, RedisResult<C>> + Send + Sync>,
    /// How long an attempt may take.
    limit: Duration,
    line: watch::Sender<Line<C>>,
}

struct Line<C> {
    /// How many attempts have begun.
    attempts: u64,
    state: State<C>,
}

enum State<C> {
    Absent,
    Connecting,
    Connected(C),
    Failed(RedisError, Instant),
}

impl<C> Connections<C>
where
    C: Clone + Send + Sync + 'static,
{
    pub(super) fn new<F, M>(make: M, limit: Duration) -> Self
    where
        M: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        Self(Arc::new(Shared {
            make: Box::new(move || Box::pin(make())),
            limit,
            line: watch::Sender::new(Line { attempts: 0, state: State::Absent }),
        }))
    }

    /// The connection and its number, once there is one. It fails only if an attempt fails that has
    /// begun after this call, so a server that is back is found.
    pub(super) async fn get(&self) -> RedisResult<(C, u64)> {
        let mut line = self.0.line.subscribe();
        let seen = line.borrow().attempts;
        loop {
            let pause = match &*line.borrow_and_update() {
                Line { state: State::Connected(connection), attempts } => {
                    return Ok((connection.clone(), *attempts));
                }
                Line { state: State::Failed(error, _), attempts } if *attempts > seen => {
                    return Err(error.clone());
                }
                Line { state: State::Failed(_, until), .. } => Some(*until),
                Line { state: State::Absent | State::Connecting, .. } => None,
            };
            if let Some(until) = pause {
                sleep_until(until).await;
            }
            // Unless an attempt is under way, there is one now: either way the line will change.
            self.connect();
            // It fails only if there is no sender, and `self` has one.
            let _ = line.changed().await;
        }
    }

    /// Says that the connection with this number no longer serves.
    pub(super) fn lose(&self, number: u64) {
        self.0.line.send_if_modified(|line| {
            let lost = line.attempts == number && matches!(line.state, State::Connected(_));
            if lost {
                line.state = State::Absent;
            }
            lost
        });
    }

    /// Begins an attempt, unless one is due later, is under way or has succeeded.
    fn connect(&self) {
        let mut number = 0;
        let begun = self.0.line.send_if_modified(|line| {
            let due = match &line.state {
                State::Absent => true,
                State::Failed(_, until) => *until <= Instant::now(),
                State::Connecting | State::Connected(_) => false,
            };
            if due {
                line.attempts += 1;
                line.state = State::Connecting;
                number = line.attempts;
            }
            due
        });
        if begun {
            // A task of its own, so that no call that gives up takes it along.
            tokio::spawn(Attempt { shared: Arc::clone(&self.0), number }.run());
        }
    }
}

/// An attempt to connect. It has failed when it is dropped, if not before, and so also if it panics
/// or the runtime ends.
struct Attempt<C> {
    shared: Arc<Shared<C>>,
    number: u64,
}

impl<C> Attempt<C> {
    async fn run(self) {
        let made = timeout(self.shared.limit, (self.shared.make)()).await;
        self.end(made.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into())));
    }

    fn end(&self, made: RedisResult<C>) {
        self.shared.line.send_if_modified(|line| {
            let current = line.attempts == self.number && matches!(line.state, State::Connecting);
            if current {
                line.state = match made {
                    Ok(connection) => State::Connected(connection),
                    Err(error) => State::Failed(error, Instant::now() + PAUSE),
                };
            }
            current
        });
    }
}

impl<C> Drop for Attempt<C> {
    fn drop(&mut self) {
        let end = if thread::panicking() {
            "the attempt to connect panicked"
        } else {
            "the attempt to connect was abandoned"
        };
        self.end(Err(io::Error::other(end).into()));
    }
}

/// Whether a call failed because of its connection: it is lost or silent, or leads to a server that
/// cannot serve, while another connection may lead to one that can.
pub(super) fn is_lost(error: &RedisError) -> bool {
    let elsewhere = ["CLUSTERDOWN", "LOADING", "MASTERDOWN", "NOAUTH", "READONLY"];
    error.is_unrecoverable_error()
        || error.is_timeout()
        || elsewhere.iter().any(|code| says(error, code))
}

/// Whether a server answered with the error `code`, which those before Redis 7 wrap where it comes from
/// a script.
pub(super) fn says(error: &RedisError, code: &str) -> bool {
    let is_wrapped = |detail: &str| detail.contains(&format!("-{code} "));
    error.code() == Some(code) || error.detail().is_some_and(is_wrapped)
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// Fails or hangs or panics as often as it is told, and then connects.
    fn after<F>(fault: fn() -> F, times: usize) -> (Connections<usize>, Arc<AtomicUsize>)
    where
        F: Future<Output = RedisResult<usize>> + Send + 'static,
    {
        let attempts = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&attempts);
        let make = move || {
            let attempt = counter.fetch_add(1, Ordering::SeqCst);
            async move { if attempt < times { fault().await } else { Ok(attempt) } }
        };
        (Connections::new(make, HOUR), attempts)
    }

    async fn refused() -> RedisResult<usize> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionRefused).into())
    }

    #[tokio::test(start_paused = true)]
    async fn many_calls_share_one_attempt() {
        let (connections, attempts) = after(refused, 1);
        let connections = Arc::new(connections);
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let connections = Arc::clone(&connections);
                tokio::spawn(async move { connections.get().await.is_err() })
            })
            .collect();
        let mut failed = 0;
        for call in calls {
            failed += usize::from(call.await.unwrap());
        }
        // Only the first one has seen that attempt begin; the others have waited for the next.
        assert_eq!(failed, 1);
        assert_eq!(connections.get().await.unwrap(), (1, 2));
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_panics_or_hangs_is_over() {
        let (panics, _) = after(|| async { panic!("no provider of cryptography") }, 1);
        let error = panics.get().await.unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
        assert_eq!(panics.get().await.unwrap().0, 1);

        let (hangs, _) = after(pending, 1);
        let begun = Instant::now();
        assert!(hangs.get().await.unwrap_err().is_timeout());
        assert!(begun.elapsed() >= HOUR);
        assert_eq!(hangs.get().await.unwrap().0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_gives_up_takes_no_attempt_along() {
        let slow = || async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(7)
        };
        let (connections, attempts) = after(slow, 1);
        assert!(timeout(Duration::from_secs(1), connections.get()).await.is_err());
        assert_eq!(timeout(Duration::from_secs(2), connections.get()).await.unwrap().unwrap().0, 7);
        assert_eq!(attempts.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_lost_once() {
        let (connections, attempts) = after(refused, 0);
        let (_, number) = connections.get().await.unwrap();
        connections.lose(number);
        let (_, next) = connections.get().await.unwrap();
        // What another call has lost with it was replaced since.
        connections.lose(number);
        assert_eq!(connections.get().await.unwrap().1, next);
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
    }
}
