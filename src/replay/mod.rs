//! A delivery is handled once and never lost.

pub(crate) mod error;
pub(crate) mod key;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod shard;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub use self::error::{ReplayError, ReplayErrorKind};
pub use self::key::ReplayKey;
pub use self::memory::{MemoryReplayGuard, MemoryReplayGuardBuilder, WhenFull};
#[cfg(feature = "redis")]
pub use self::redis::{RedisReplayGuard, RedisReplayGuardBuilder};

/// The longest lease and the longest keep time: a hundred years.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Remembers deliveries, so that what a sender repeats is not handled again.
///
/// Senders deliver at least once: whatever they get no 2xx for, they send again, with the same
/// id. So a delivery must not be marked as seen before its handler has succeeded, or the retry,
/// the only copy left, is dropped. A guard therefore works in two steps: a delivery is *claimed*
/// for a while before it is handled, and *committed* after it was handled, or *released* if that
/// failed. A process that dies in between leaves a claim that ends by itself.
///
/// Claim only what has been verified, by a [`ReplayKey`] of what was signed.
///
/// # What this does not do
///
/// It does not make handling exactly-once. A process that dies between the success of its handler
/// and the commit, and a handler that takes longer than its lease, lead to a second run. Whatever
/// must not happen twice needs a handler that tolerates repetition, for instance one that stores
/// [`Verified::id`](crate::Verified::id) in the same transaction as its effect.
///
/// # Contract
///
/// Whoever implements this trait keeps these rules; whoever uses it relies on them.
///
/// - **A claim is atomic.** However many callers claim one key at the same time, in as many
///   processes as share the store, at most one gets [`Claim::Fresh`].
/// - **A claim ends.** After `lease` the key can be claimed again, and not before that unless it is
///   released. Choose a lease longer than the handler ever takes.
/// - **Only the owner commits and releases.** A [`Lease`] that has ended, or that another claim has
///   followed, changes nothing any more: `commit` says so with
///   [`ReplayErrorKind::LeaseLost`], `release` has nothing to do and succeeds.
/// - **A commit lasts.** For `keep` after the commit, claims get [`Claim::Done`]. After that the
///   key can be claimed again, so `keep` must be longer than the sender goes on retrying.
/// - **Repetition is harmless.** A second `commit` by the owner succeeds and changes nothing, nor
///   does a `release` after a `commit`. A call whose answer was lost can be made again.
/// - **A failure is not a verdict.** When `claim` fails, it is not known whether the delivery was
///   handled, nor whether the claim took effect. Do not handle it and do not acknowledge it: answer
///   503, so that the sender tries again. The retry gets [`Claim::InFlight`] at most until the
///   lease ends. When `commit` fails, the delivery was handled and may be handled again; when
///   `release` fails, the key stays claimed until the lease ends.
/// - **Nothing is forgotten in silence.** A store that has no room refuses with
///   [`ReplayErrorKind::Full`] unless its user chose otherwise.
/// - **Clocks go backwards.** That ends no lease early, and keeps no key forever.
///
/// Implementations write the methods as `async fn`; their futures must be `Send`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::Verified;
/// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayError, ReplayGuard, ReplayKey};
///
/// /// Tells the status to answer with.
/// async fn receive(guard: &impl ReplayGuard, verified: &Verified) -> Result<u16, ReplayError> {
///     let Some(key) = ReplayKey::of(verified, None) else { return Ok(handle().await) };
///     let lease = match guard.claim(&key, Duration::from_secs(60)).await? {
///         Claim::Fresh(lease) => lease,
///         Claim::Done => return Ok(200),
///         _ => return Ok(409),
///     };
///     let status = handle().await;
///     if status < 300 {
///         guard.commit(&key, &lease, Duration::from_secs(72 * 60 * 60)).await?;
///     } else {
///         guard.release(&key, &lease).await?;
///     }
///     Ok(status)
/// }
/// # async fn handle() -> u16 { 204 }
/// # use tower_webhook::Scheme;
/// # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// # let now = time::OffsetDateTime::now_utc();
/// # let headers = Scheme::STANDARD.signer(secret)?.sign("msg_1", now, b"{}")?;
/// # let verified = Scheme::STANDARD.verifier(secret)?.verify(&headers, b"{}")?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
///
/// let guard = MemoryReplayGuard::builder().build();
/// assert_eq!(receive(&guard, &verified).await?, 204);
/// assert_eq!(receive(&guard, &verified).await?, 200);
/// # Ok::<(), ReplayError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ReplayGuard: Send + Sync + 'static {
    /// Claims a delivery, to handle it within `lease`.
    ///
    /// A lease is at least a millisecond long, and may be cut to a hundred years.
    ///
    /// # Errors
    ///
    /// When the store cannot tell ([`ReplayErrorKind::Unavailable`]) or has no room
    /// ([`ReplayErrorKind::Full`]). Nothing is known about the delivery then.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the claim may have taken effect without an owner: the delivery
    /// is in flight until the lease ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().build();
    /// let (key, minute) = (ReplayKey::of_content(Scheme::GITHUB, None, b"{}"), Duration::from_secs(60));
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Fresh(_)));
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::InFlight));
    /// # Ok(())
    /// # }
    /// ```
    fn claim(
        &self,
        key: &ReplayKey,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, ReplayError>> + Send;

    /// Marks a delivery as handled for `keep` from now.
    ///
    /// It is at least a millisecond, and may be cut to a hundred years.
    ///
    /// # Errors
    ///
    /// [`ReplayErrorKind::LeaseLost`] when the lease has ended or was released: nothing has
    /// changed, and the delivery may be handled again. [`ReplayErrorKind::Unavailable`] when the
    /// store does not answer: it is not known whether the commit took effect.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the commit may or may not have taken effect. It can be made
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let guard = MemoryReplayGuard::builder().build();
    /// # let (key, minute) = (ReplayKey::of_content(Scheme::GITHUB, None, b"{}"), Duration::from_secs(60));
    /// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    /// guard.commit(&key, &lease, 60 * minute).await?;
    /// // It is harmless to say so again.
    /// guard.commit(&key, &lease, 60 * minute).await?;
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Done));
    /// # Ok(())
    /// # }
    /// ```
    fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send;

    /// Gives a delivery back, so that the sender's next try can claim it at once.
    ///
    /// Changes nothing when the lease has ended or is committed.
    ///
    /// # Errors
    ///
    /// [`ReplayErrorKind::Unavailable`] when the store does not answer: the delivery is in flight
    /// until the lease ends, at the latest.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the release may or may not have taken effect. It can be made
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let guard = MemoryReplayGuard::builder().build();
    /// # let (key, minute) = (ReplayKey::of_content(Scheme::GITHUB, None, b"{}"), Duration::from_secs(60));
    /// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    /// guard.release(&key, &lease).await?;
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Fresh(_)));
    /// # Ok(())
    /// # }
    /// ```
    fn release(
        &self,
        key: &ReplayKey,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send;
}

impl<G> ReplayGuard for Arc<G>
where
    G: ReplayGuard,
{
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        (**self).claim(key, lease).await
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        (**self).commit(key, lease, keep).await
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        (**self).release(key, lease).await
    }
}

/// The answer to [`ReplayGuard::claim`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::Scheme;
/// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = MemoryReplayGuard::builder().build();
/// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
/// let status = match guard.claim(&key, Duration::from_secs(60)).await? {
///     Claim::Fresh(lease) => {
///         // Handle it here.
///         guard.commit(&key, &lease, Duration::from_secs(3600)).await?;
///         204
///     }
///     Claim::Done => 200,
///     _ => 409,
/// };
/// assert_eq!(status, 204);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a fresh claim has to be committed or released"]
#[non_exhaustive]
pub enum Claim {
    /// The delivery is the caller's to handle, until the lease ends.
    Fresh(Lease),
    /// Someone else is handling the delivery. It is neither handled nor lost yet, so the sender
    /// has to try again.
    InFlight,
    /// The delivery was handled before.
    Done,
}

/// Ownership of a claimed delivery: 128 random bits that nobody else knows.
///
/// It is not `Clone`, because a delivery has one owner. Dropping it releases nothing: the claim
/// ends by itself.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::Scheme;
/// use tower_webhook::replay::{
///     Claim, MemoryReplayGuard, ReplayErrorKind, ReplayGuard as _, ReplayKey,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let guard = MemoryReplayGuard::builder().build();
/// # let (key, minute) = (ReplayKey::of_content(Scheme::GITHUB, None, b"{}"), Duration::from_secs(60));
/// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
/// guard.release(&key, &lease).await?;
///
/// // Who has given a delivery back cannot commit it any more.
/// let error = guard.commit(&key, &lease, minute).await.unwrap_err();
/// assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
/// # Ok(())
/// # }
/// ```
pub struct Lease([u8; 16]);

impl Lease {
    /// Makes a lease that is like no other, from the operating system's random numbers. For
    /// implementations of [`ReplayGuard`].
    ///
    /// # Errors
    ///
    /// [`ReplayErrorKind::Unavailable`] when the operating system has none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::Lease;
    ///
    /// assert_ne!(Lease::random()?.as_bytes(), Lease::random()?.as_bytes());
    /// # Ok::<(), tower_webhook::replay::ReplayError>(())
    /// ```
    pub fn random() -> Result<Self, ReplayError> {
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(ReplayError::unavailable)?;
        Ok(Self(token))
    }

    /// The bytes by which a store tells owners apart.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::Lease;
    ///
    /// let lease = Lease::random()?;
    /// assert_ne!(lease.as_bytes(), &[0; 16]);
    /// // They do not show.
    /// assert_eq!(format!("{lease:?}"), "Lease(..)");
    /// # Ok::<(), tower_webhook::replay::ReplayError>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease(..)")
    }
}

/// What every store can count to, and not so short that it rounds to nothing.
fn bounded(duration: Duration) -> Duration {
    duration.clamp(Duration::from_millis(1), LONGEST)
}
