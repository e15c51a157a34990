//! Work that goes on after the request that began it is gone.

use std::future::{Future, poll_fn};
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Sleep;

use crate::replay::erased::BoxFuture;

/// The most tasks in the background at the same time. Beyond that, work is given up, and its claim
/// ends with the lease.
const MOST: usize = 1024;

/// Counts and bounds the tasks in the background, and counts what may begin one. Clones share the counts.
///
/// The `TaskTracker` of tokio-util counts too, but it would add ten packages, among them a parser of
/// Rust.
#[derive(Clone)]
pub(crate) struct Background {
    counts: watch::Sender<Counts>,
    /// How long each task may run.
    limit: Duration,
    /// The request's, in which its tasks write their events.
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[derive(Default)]
struct Counts {
    /// The tasks.
    running: usize,
    /// What becomes a task if it is dropped.
    open: usize,
}

impl Counts {
    fn is_zero(&self) -> bool {
        self.running == 0 && self.open == 0
    }
}

impl Background {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            counts: watch::Sender::default(),
            limit,
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    /// The same for the request that is being handled here. It is known now; when its future is
    /// dropped, nothing need say so.
    #[cfg_attr(not(feature = "receive"), allow(dead_code, reason = "only a receiver claims"))]
    pub(super) fn of_request(&self) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::current(),
            ..self.clone()
        }
    }

    pub(super) fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    pub(crate) fn detached<T>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Detached<T>
    where
        T: Send + 'static,
    {
        let (background, open) = (self.clone(), self.open());
        Detached { future: Some(Box::pin(future)), background, _open: open }
    }

    /// Waits until no task runs, and nothing is open that may begin one. A server may say that it has
    /// stopped a moment before it drops the last request.
    pub(super) async fn drained(&self) {
        // It fails only if there is no sender, and `self` is one.
        let _ = self.counts.subscribe().wait_for(Counts::is_zero).await;
    }

    /// Counts what may begin a task when it is dropped, and is dropped after that.
    pub(super) fn open(&self) -> Open {
        self.counts.send_if_modified(|counts| {
            counts.open += 1;
            // Nobody waits for more.
            false
        });
        Open(self.counts.clone())
    }

    /// Returns `None` if too many tasks run already.
    fn begin(&self) -> Option<Running> {
        let mut has_room = false;
        self.counts.send_if_modified(|counts| {
            has_room = counts.running < MOST;
            counts.running += usize::from(has_room);
            false
        });
        has_room.then(|| Running(self.counts.clone()))
    }
}

/// One task in the background, until it is dropped.
struct Running(watch::Sender<Counts>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_if_modified(|counts| {
            counts.running -= 1;
            counts.is_zero()
        });
    }
}

/// One claim, or one future that does not stop when it is dropped, until it is dropped.
pub(super) struct Open(watch::Sender<Counts>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_if_modified(|counts| {
            counts.open -= 1;
            counts.is_zero()
        });
    }
}

/// Waits for a future no longer than `limit`, where there is a timer. What is ready at once needs none.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        return Some(output);
    }
    let Some(timer) = timer(limit) else { return Some(future.await) };
    // Boxed, because whoever waits for nothing would have a place for it.
    let mut timer = Box::pin(timer);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Returns `None` outside of a tokio runtime, and in one without a timer, which only a panic shows.
pub(super) fn timer(limit: Duration) -> Option<Sleep> {
    Handle::try_current().ok()?;
    catch_unwind(|| tokio::time::sleep(limit)).ok()
}

/// A future that does not stop when it is dropped, but goes on in the background where there is a
/// tokio runtime.
pub(crate) struct Detached<T: Send + 'static> {
    /// `None` once it has completed or panicked.
    future: Option<BoxFuture<'static, T>>,
    background: Background,
    /// Dropped last, when what becomes of it in the background is counted there.
    _open: Open,
}

impl<T: Send + 'static> Future for Detached<T> {
    type Output = T;

    #[expect(clippy::expect_used, reason = "a caller's mistake that would hang otherwise")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Taken out while it is polled, so that a future that panics is not polled again by `drop`.
        let mut future = self.future.take().expect("`Detached` polled after completion");
        let output = future.as_mut().poll(cx);
        if output.is_pending() {
            self.future = Some(future);
        }
        output
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        if let Some((future, runtime)) = self.future.take().zip(Handle::try_current().ok()) {
            let Some(running) = self.background.begin() else { return };
            let limit = self.background.limit;
            let task = async move {
                // Declared first, so dropped last: the drop of the output may begin further work,
                // which has to be counted before this task is not.
                let _running = running;
                drop(within(limit, future).await);
            };
            #[cfg(feature = "tracing")]
            let task = tracing::Instrument::instrument(task, self.background.span.clone());
            runtime.spawn(task);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::panic::{self, AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Waker;
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;

    fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn running(background: &Background) -> usize {
        background.counts.borrow().running
    }

    #[tokio::test]
    async fn what_is_dropped_goes_on_whether_or_not_it_has_begun() {
        for begun in [false, true] {
            let background = Background::new(Duration::from_secs(60));
            let (allow, allowed) = oneshot::channel::<()>();
            let (done, mut ended) = oneshot::channel();
            let mut detached = background.detached(async move {
                allowed.await.unwrap();
                done.send(()).unwrap();
            });
            assert!(!begun || poll(&mut detached).is_pending());
            assert_eq!(running(&background), 0);
            drop(detached);
            assert_eq!(running(&background), 1);
            assert!(ended.try_recv().is_err());
            allow.send(()).unwrap();
            background.drained().await;
            ended.try_recv().unwrap();
        }
    }

    #[tokio::test]
    async fn what_completes_leaves_nothing_in_the_background() {
        let background = Background::new(Duration::from_secs(60));
        assert_eq!(background.detached(ready(1)).await, 1);
        assert_eq!(running(&background), 0);
        background.drained().await;
    }

    #[tokio::test]
    async fn drained_waits_for_what_the_background_begins() {
        let background = Background::new(Duration::from_secs(60));
        let (allow, allowed) = oneshot::channel::<()>();
        let (done, mut ended) = oneshot::channel();
        let last = background.detached(async move {
            allowed.await.unwrap();
            done.send(()).unwrap();
        });
        // Its output is a future that is dropped in its turn.
        drop(background.detached(ready(last)));
        let mut drained = Box::pin(background.drained());
        for _ in 0..10 {
            assert!(poll(&mut drained).is_pending());
            tokio::task::yield_now().await;
        }
        allow.send(()).unwrap();
        drained.await;
        ended.try_recv().unwrap();
    }

    #[tokio::test]
    async fn drained_waits_for_what_may_still_begin_a_task() {
        let background = Background::new(Duration::from_secs(60));
        let (allow, allowed) = oneshot::channel::<()>();
        let detached = background.detached(allowed);
        let mut drained = Box::pin(background.drained());
        assert!(poll(&mut drained).is_pending());
        drop(detached);
        assert!(poll(&mut drained).is_pending());
        allow.send(()).unwrap();
        drained.await;
    }

    #[tokio::test]
    async fn a_panic_in_the_background_is_over() {
        let background = Background::new(Duration::from_secs(60));
        drop(background.detached(async { panic!("the guard") }));
        assert_eq!(running(&background), 1);
        background.drained().await;
    }

    #[tokio::test]
    async fn a_future_that_panicked_is_not_tried_again() {
        let background = Background::new(Duration::from_secs(60));
        let mut detached = background.detached(async { panic!("the guard") });
        catch_unwind(AssertUnwindSafe(|| poll(&mut detached))).unwrap_err();
        drop(detached);
        assert_eq!(running(&background), 0);
    }

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn a_future_that_is_polled_too_often_says_so() {
        let mut detached = Background::new(Duration::from_secs(60)).detached(ready(()));
        assert!(poll(&mut detached).is_ready());
        let _ = poll(&mut detached);
    }

    #[test]
    fn what_is_ready_at_once_needs_no_timer() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let panics = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&panics);
        let hook = panic::take_hook();
        let here = thread::current().id();
        panic::set_hook(Box::new(move |what| match thread::current().id() == here {
            true => _ = counter.fetch_add(1, Ordering::SeqCst),
            false => hook(what),
        }));
        assert_eq!(runtime.block_on(within(Duration::from_secs(60), ready(1))), Some(1));
        assert_eq!(panics.load(Ordering::SeqCst), 0);
        // What waits is waited for.
        let waiting = async {
            tokio::task::yield_now().await;
            2
        };
        assert_eq!(runtime.block_on(within(Duration::from_secs(60), waiting)), Some(2));
        assert_eq!(panics.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn without_a_runtime_it_ends() {
        let background = Background::new(Duration::from_secs(60));
        drop(background.detached(pending::<()>()));
        assert_eq!(running(&background), 0);
    }

    #[test]
    fn a_runtime_that_ends_takes_the_background_with_it() {
        let background = Background::new(Duration::from_secs(60));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { drop(background.detached(pending::<()>())) });
        assert_eq!(running(&background), 1);
        drop(runtime);
        assert_eq!(running(&background), 0);
    }
}
