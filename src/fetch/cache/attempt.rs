//! One fetch: its turn, its deadline, its retries.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use crate::fetch::SecretFetcher;
use crate::fetch::cache::policy::Policy;
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};

/// The shortest pause before the first retry; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Further in the future than any process lives, and not too far for the runtime's timer.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Asks until there is an answer, no retry is left, or the timeout expires, which begins with the
/// turn.
pub(super) async fn fetch<F>(
    fetcher: &F,
    policy: &Policy,
    turns: &Semaphore,
    endpoint: &EndpointId,
) -> Result<Endpoint, FetchError>
where
    F: SecretFetcher,
{
    let Ok(_turn) = turns.acquire().await else {
        return Err(FetchErrorKind::Unavailable.into());
    };
    // Not the policy's clock: the runtime's timer is what wakes this task.
    let deadline = Instant::now() + policy.timeout.min(FAR);
    let answer = async {
        let mut retries = policy.retries;
        let mut pause = PAUSE;
        loop {
            let error = match fetcher.fetch(endpoint).await {
                Err(error) if error.is_transient() && retries > 0 => error,
                answer => return answer,
            };
            let wait = error.retry_after().unwrap_or_else(|| pause + jitter(pause));
            if wait >= deadline.saturating_duration_since(Instant::now()) {
                return Err(error);
            }
            sleep(wait).await;
            retries -= 1;
            pause = pause.saturating_mul(2);
        }
    };
    match timeout_at(deadline, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(FetchErrorKind::Timeout.into()),
    }
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
