//! Clocks: the system's, and one that tests set.
//!
//! What the time decides is decided by a [`Clock`], which is the system's unless another one is set,
//! for instance with [`Verifier::clock`](crate::Verifier::clock). Only timeouts and pauses are the
//! business of the runtime's timer. A clock has two readings, because neither can replace the other:
//!
//! - [`Clock::now`], the wall clock, is compared with the timestamps of deliveries;
//! - [`Clock::elapsed`], which is monotonic, measures how long something has been kept.
//!
//! # Examples
//!
//! A test that sets the time:
//!
//! ```
//! use std::time::Duration;
//! use time::OffsetDateTime;
//! use tower_webhook::clock::ManualClock;
//! use tower_webhook::{Scheme, VerifyError};
//!
//! let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
//! let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
//!
//! let clock = ManualClock::new(then);
//! let verifier = Scheme::SLACK.verifier("secret")?.clock(clock.clone());
//! assert!(verifier.verify(&headers, b"{}").is_ok());
//!
//! clock.advance(Duration::from_secs(301));
//! assert_eq!(verifier.verify(&headers, b"{}").unwrap_err(), VerifyError::TimestampTooOld);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;

/// A source of the current time.
///
/// # Examples
///
/// For a machine whose clock is slow by a known amount and cannot be set:
///
/// ```
/// use std::time::Duration;
/// use time::OffsetDateTime;
/// use tower_webhook::clock::{Clock, SystemClock};
///
/// struct Behind(Duration);
///
/// impl Clock for Behind {
///     fn now(&self) -> OffsetDateTime {
///         SystemClock.now() + self.0
///     }
///
///     fn elapsed(&self) -> Duration {
///         SystemClock.elapsed()
///     }
/// }
/// # assert!(Behind(Duration::from_secs(3)).now() > SystemClock.now());
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time, in UTC. The timestamps of deliveries are compared with it.
    fn now(&self) -> OffsetDateTime;

    /// The time since a fixed moment of the clock's own choice.
    ///
    /// It must never decrease, and setting the wall clock must not change it.
    fn elapsed(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> OffsetDateTime {
        (**self).now()
    }

    fn elapsed(&self) -> Duration {
        (**self).elapsed()
    }
}

/// The operating system's clocks, used unless another clock is set.
///
/// # Examples
///
/// ```
/// use tower_webhook::clock::{Clock as _, SystemClock};
///
/// assert!(SystemClock.now().unix_timestamp() > 1_700_000_000);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn elapsed(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// A clock that moves only when it is told to, for tests.
///
/// Clones share one clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use time::OffsetDateTime;
/// use tower_webhook::clock::{Clock as _, ManualClock};
///
/// let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().unix_timestamp(), 60);
///
/// // The wall clock is set back, but no time has elapsed.
/// clock.set(OffsetDateTime::UNIX_EPOCH);
/// assert_eq!(clock.elapsed(), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<(OffsetDateTime, Duration)>>);

impl ManualClock {
    /// Makes a clock whose wall clock reads `now` and whose elapsed time is zero.
    #[must_use]
    pub fn new(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new((now, Duration::ZERO))))
    }

    /// Advances both the wall clock and the elapsed time.
    ///
    /// # Panics
    ///
    /// Panics if the wall clock would leave the range of [`OffsetDateTime`].
    pub fn advance(&self, by: Duration) {
        let mut times = self.times();
        times.0 += by;
        times.1 += by;
    }

    /// Sets the wall clock, as an operator does. The elapsed time stays the same.
    pub fn set(&self, now: OffsetDateTime) {
        self.times().0 = now;
    }

    fn times(&self) -> MutexGuard<'_, (OffsetDateTime, Duration)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        self.times().0
    }

    fn elapsed(&self) -> Duration {
        self.times().1
    }
}

/// A wall-clock time as a number, which is read and compared without computing a calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnixTime {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
}

impl UnixTime {
    /// The time of [`SystemClock`], without the detour through a calendar date.
    pub(crate) fn now() -> Self {
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self {
                seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
                nanos: since.subsec_nanos(),
            },
            // The clock is before 1970: rare enough for the detour.
            Err(_) => OffsetDateTime::now_utc().into(),
        }
    }

    pub(crate) fn to_offset_date_time(self) -> Option<OffsetDateTime> {
        let at = OffsetDateTime::from_unix_timestamp(self.seconds).ok()?;
        at.replace_nanosecond(self.nanos).ok()
    }

    /// Nanoseconds since 1970: too many for 64 bits by the year 2262, and never for 128.
    pub(crate) fn as_nanos(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)
    }
}

impl From<OffsetDateTime> for UnixTime {
    fn from(at: OffsetDateTime) -> Self {
        Self { seconds: at.unix_timestamp(), nanos: at.nanosecond() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_times_are_times_of_the_calendar() {
        for nanos in [0, 1, 999_999_999] {
            for seconds in [-1, 0, 1_731_705_121, 253_402_300_799] {
                let there = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
                let there = there.replace_nanosecond(nanos).unwrap();
                assert_eq!(UnixTime::from(there).to_offset_date_time(), Some(there));
            }
        }
        let (before, now, after) =
            (OffsetDateTime::now_utc(), UnixTime::now(), OffsetDateTime::now_utc());
        let now = now.to_offset_date_time().unwrap();
        assert!(before <= now && now <= after);
    }

    #[test]
    fn setting_the_wall_clock_lets_no_time_pass() {
        let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
        let same = clock.clone();
        clock.advance(Duration::from_secs(5));
        same.set(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(
            (clock.now(), clock.elapsed()),
            (OffsetDateTime::UNIX_EPOCH, Duration::from_secs(5))
        );
        assert!(SystemClock.elapsed() <= SystemClock.elapsed());
    }
}
