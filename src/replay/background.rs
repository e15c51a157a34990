//! Work that goes on after the request that began it is gone.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::replay::erased::BoxFuture;

/// Counts the tasks in the background. Clones share the count.
///
/// The `TaskTracker` of tokio-util does the same, but it would add ten packages, among them a
/// parser of Rust.
#[derive(Clone)]
pub(super) struct Background(watch::Sender<usize>);

impl Background {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn detached<T>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Detached<T>
    where
        T: Send + 'static,
    {
        Detached { future: Some(Box::pin(future)), background: self.clone() }
    }

    /// Waits until no task runs.
    pub(super) async fn drained(&self) {
        // It fails only if there is no sender, and `self` is one.
        let _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }

    fn begin(&self) -> Running {
        self.0.send_modify(|running| *running += 1);
        Running(self.clone())
    }
}

/// One task in the background, until it is dropped.
struct Running(Background);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

/// A future that does not stop when it is dropped, but goes on in the background where there is a
/// tokio runtime.
pub(super) struct Detached<T: Send + 'static> {
    /// `None` once it has completed or panicked.
    future: Option<BoxFuture<'static, T>>,
    background: Background,
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
            let running = self.background.begin();
            runtime.spawn(async move {
                // Declared first, so dropped last: the drop of the output may begin further work,
                // which has to be counted before this task is not.
                let _running = running;
                drop(future.await);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::task::Waker;

    use tokio::sync::oneshot;

    use super::*;

    fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn running(background: &Background) -> usize {
        *background.0.borrow()
    }

    #[tokio::test]
    async fn what_is_dropped_goes_on_whether_or_not_it_has_begun() {
        for begun in [false, true] {
            let background = Background::new();
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
        let background = Background::new();
        assert_eq!(background.detached(ready(1)).await, 1);
        assert_eq!(running(&background), 0);
        background.drained().await;
    }

    #[tokio::test]
    async fn drained_waits_for_what_the_background_begins() {
        let background = Background::new();
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
    async fn a_panic_in_the_background_is_over() {
        let background = Background::new();
        drop(background.detached(async { panic!("the guard") }));
        assert_eq!(running(&background), 1);
        background.drained().await;
    }

    #[tokio::test]
    async fn a_future_that_panicked_is_not_tried_again() {
        let background = Background::new();
        let mut detached = background.detached(async { panic!("the guard") });
        catch_unwind(AssertUnwindSafe(|| poll(&mut detached))).unwrap_err();
        drop(detached);
        assert_eq!(running(&background), 0);
    }

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn a_future_that_is_polled_too_often_says_so() {
        let mut detached = Background::new().detached(ready(()));
        assert!(poll(&mut detached).is_ready());
        let _ = poll(&mut detached);
    }

    #[test]
    fn without_a_runtime_it_ends() {
        let background = Background::new();
        drop(background.detached(pending::<()>()));
        assert_eq!(running(&background), 0);
    }

    #[test]
    fn a_runtime_that_ends_takes_the_background_with_it() {
        let background = Background::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { drop(background.detached(pending::<()>())) });
        assert_eq!(running(&background), 1);
        drop(runtime);
        assert_eq!(running(&background), 0);
    }
}
