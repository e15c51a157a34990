//! The ownership of a claimed delivery.

use std::fmt;

use crate::replay::error::ReplayError;

/// Ownership of a claimed delivery: 128 random bits that nobody else knows.
///
/// It is not `Clone`, because a delivery has one owner. Dropping it does not release the claim,
/// which ends when the lease expires.
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
/// let guard = MemoryReplayGuard::builder().build();
/// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
/// let minute = Duration::from_secs(60);
///
/// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
/// guard.release(&key, &lease).await?;
/// // A delivery that was released can no longer be committed.
/// let error = guard.commit(&key, &lease, minute).await.unwrap_err();
/// assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
/// # Ok(())
/// # }
/// ```
pub struct Lease([u8; 16]);

impl Lease {
    /// Makes a unique lease from the operating system's random numbers, for an implementation of
    /// [`ReplayGuard`](crate::replay::ReplayGuard).
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the operating system
    /// has no random numbers.
    pub fn random() -> Result<Self, ReplayError> {
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(ReplayError::unavailable)?;
        Ok(Self(token))
    }

    /// Makes a lease from its [bytes](Self::as_bytes), for an implementation of
    /// [`ReplayGuard`](crate::replay::ReplayGuard) whose store makes the random numbers, or for a
    /// job that ends the claim of another process.
    ///
    /// # Security
    ///
    /// Anyone who can guess the bytes can commit the delivery, so they must be random.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes by which a store tells owners apart.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Shows none of the bytes: they are what proves ownership.
impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease(..)")
    }
}
