//! One fetch: its turn, its deadline, its retries.

use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use crate::fetch::SecretFetcher;
use crate::fetch::cache::pause::Pause;
use crate::fetch::cache::policy::Policy;
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};

/// The shortest pause before the first retry; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Further in the future than any process lives, and not too far for the runtime's timer.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Asks until there is an answer, no retry is left, or the timeout expires, which begins with the
/// turn. Asks nothing while the provider wants to be left alone, and notes in `hold` if it does.
pub(super) async fn fetch<F>(
    fetcher: &F,
    policy: &Policy,
    turns: &Semaphore,
    hold: &Pause,
    endpoint: &EndpointId,
) -> Result<Endpoint, FetchError>
where
    F: SecretFetcher,
{
    let Ok(_turn) = turns.acquire().await else {
        return Err(FetchErrorKind::Unavailable.into());
    };
    check_hold(hold, policy.now())?;
    // Not the policy's clock: the runtime's timer is what wakes this task.
    let deadline = Instant::now() + policy.timeout.min(FAR);
    let answer = async {
        let mut retries = policy.retries;
        let mut pause = PAUSE;
        loop {
            let error = match fetcher.fetch(endpoint).await {
                Err(error) => error,
                answer => return answer,
            };
            hold.extend(policy.now().saturating_add(Policy::asked(&error)));
            if !error.is_transient() || retries == 0 {
                return Err(error);
            }
            let wait = error.retry_after().unwrap_or_else(|| pause + jitter(pause));
            if wait >= deadline.saturating_duration_since(Instant::now()) {
                return Err(error);
            }
            sleep(wait).await;
            retries -= 1;
            pause = pause.saturating_mul(2);
        }
    };
    // Only a panic shows that the runtime has no timer.
    let Ok(answer) = catch_unwind(AssertUnwindSafe(|| timeout_at(deadline, answer))) else {
        return Err(FetchError::new(FetchErrorKind::Unavailable)
            .with_message("timers are not enabled: call `enable_time` on the runtime's builder"));
    };
    match answer.await {
        Ok(answer) => answer,
        Err(_) => Err(FetchErrorKind::Timeout.into()),
    }
}

/// Returns an error as long as the provider wants to be left alone.
pub(super) fn check_hold(hold: &Pause, now: Duration) -> Result<(), FetchError> {
    let left = hold.left(now);
    if left.is_zero() {
        return Ok(());
    }
    Err(FetchError::new(FetchErrorKind::Unavailable)
        .with_message("asked to wait")
        .with_retry_after(left))
}

/// Returns a random time below `most`, so that receivers whose fetches failed together do not retry
/// together.
fn jitter(most: Duration) -> Duration {
    // A new hasher has a random seed, which is random enough to spread retries, without a
    // dependency.
    let random = RandomState::new().hash_one(0) & 0xffff;
    most.mul_f64(f64::from(u32::try_from(random).unwrap_or_default()) / 65536.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_spread_over_the_whole_pause() {
        let waits: Vec<_> = (0..1000).map(|_| jitter(PAUSE)).collect();
        assert!(waits.iter().all(|wait| *wait < PAUSE));
        assert!(waits.iter().any(|wait| *wait < PAUSE / 2));
        assert!(waits.iter().any(|wait| *wait >= PAUSE / 2));
    }
}
