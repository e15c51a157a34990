//! The key by which a delivery is remembered.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::scheme::definition::Scheme;
use crate::verify::verified::Verified;

/// The key by which a delivery is remembered: a SHA-256 over the scheme's name, the endpoint and
/// the signed id, or the signed content if no id is signed. A receiver adds the path, the operator's
/// name for the endpoint, and the provider's own id of a delivery, where they tell deliveries apart;
/// and it takes what [`Replay::key_by`](crate::replay::Replay::key_by) says instead of id and content.
///
/// A delivery has the same key each time it is sent, no matter which of the secrets signed it and
/// what its other headers say. The key reveals nothing about the secret, and every key has 32
/// bytes, however long the id is.
///
/// The layer puts the key of a delivery that is remembered into the extensions of its request, beside
/// [`Verified`](crate::Verified).
///
/// `endpoint` separates the deliveries of several senders with one scheme, such as the tenants of a
/// service. It is the receiver's own name for the sender, never text from an unsigned header.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
/// use tower_webhook::replay::ReplayKey;
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let (signer, verifier) = (Scheme::SVIX.signer(secret)?, Scheme::SVIX.verifier(secret)?);
/// let now = OffsetDateTime::now_utc();
///
/// let first = verifier.verify(&signer.sign("msg_1", now, b"{}")?, b"{}")?;
/// let later = now + std::time::Duration::from_secs(5);
/// let retry = verifier.verify(&signer.sign("msg_1", later, b"{}")?, b"{}")?;
/// assert_eq!(ReplayKey::of(&first, None), ReplayKey::of(&retry, None));
/// assert_ne!(ReplayKey::of(&first, Some("acme")), ReplayKey::of(&first, Some("umbrella")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// Makes the key of a verified delivery from its id. Returns `None` if its scheme signs no id.
    #[must_use]
    pub fn of(verified: &Verified, endpoint: Option<&str>) -> Option<Self> {
        Some(Self::of_id(verified.scheme().name(), Apart::by(endpoint), verified.id()?))
    }

    /// Makes the key of a delivery whose scheme signs no id from its signed content.
    ///
    /// `content` is everything that the signature covers, including the timestamp if the scheme
    /// signs one. Two deliveries with the same content count as one, so a scheme that signs the
    /// body alone needs bodies that differ. Pass it only after the delivery was verified.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::ReplayKey;
    ///
    /// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"Hello, World!");
    /// assert_ne!(key, ReplayKey::of_content(Scheme::GITHUB, None, b"Hello, world!"));
    /// ```
    #[must_use]
    pub fn of_content(scheme: Scheme, endpoint: Option<&str>, content: &[u8]) -> Self {
        let mut key = ContentKey::begin(scheme.name(), Apart::by(endpoint));
        key.update(content);
        key.finish()
    }

    pub(crate) fn of_id(scheme_name: &str, apart: Apart<'_>, id: &str) -> Self {
        let mut hash = begin(Kind::Id, scheme_name, apart);
        field(&mut hash, id.as_bytes());
        Self(hash.finalize().into())
    }

    /// Makes the key of a delivery by what its receiver's own function says of it.
    pub(crate) fn of_own(scheme_name: &str, apart: Apart<'_>, own: &[u8]) -> Self {
        let mut hash = begin(Kind::Own, scheme_name, apart);
        field(&mut hash, own);
        Self(hash.finalize().into())
    }

    /// Makes a key from its [bytes](ReplayKey::as_bytes), for a tool that has kept them.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the key, for implementations of [`ReplayGuard`](crate::replay::ReplayGuard).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({})", hex::encode(self.0))
    }
}

/// The key of a delivery whose signed content arrives in pieces.
pub(crate) struct ContentKey(Sha256);

impl ContentKey {
    pub(crate) fn begin(scheme_name: &str, apart: Apart<'_>) -> Self {
        Self(begin(Kind::Content, scheme_name, apart))
    }

    /// Adds the next piece. The sizes of the pieces do not matter.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> ReplayKey {
        ReplayKey(self.0.finalize().into())
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Id = 1,
    Content = 2,
    Own = 3,
}

/// What tells deliveries apart whose signed id or content is the same. Nothing of it joins two that
/// would be apart without it, so part of it may be what a stranger says.
#[derive(Clone, Copy, Default)]
pub(crate) struct Apart<'a> {
    /// The operator's name for the endpoint.
    pub(crate) scope: Option<&'a str>,
    /// The provider's name for the endpoint.
    pub(crate) endpoint: Option<&'a str>,
    /// The path that was called.
    pub(crate) path: Option<&'a str>,
    /// The provider's name for the delivery.
    pub(crate) delivery: Option<&'a [u8]>,
}

impl<'a> Apart<'a> {
    fn by(endpoint: Option<&'a str>) -> Self {
        Self { endpoint, ..Self::default() }
    }
}

/// Hashes everything before the id or the content. It is unambiguous, since each field is preceded
/// by its size, or left out; so the content, whose size is not known before its end, can go last
/// without one.
fn begin(kind: Kind, scheme_name: &str, apart: Apart<'_>) -> Sha256 {
    let Apart { scope, endpoint, path, delivery } = apart;
    let fields = [
        Some(scheme_name.as_bytes()),
        scope.map(str::as_bytes),
        endpoint.map(str::as_bytes),
        path.map(str::as_bytes),
        delivery,
    ];
    let mut hash = Sha256::new_with_prefix(b"tower-webhook replay key 2");
    hash.update([kind as u8]);
    hash.update(fields.map(|it| u8::from(it.is_some())));
    fields.into_iter().flatten().for_each(|bytes| field(&mut hash, bytes));
    hash
}

fn field(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn boundaries_between_fields_cannot_be_moved() {
        let mut keys = HashSet::new();
        let mut count = 0;
        for whole in ["abcabc", "aaaaaa"] {
            for cut in 0..=whole.len() {
                let (scheme, rest) = whole.split_at(cut);
                for cut in 0..=rest.len() {
                    let (endpoint, last) = rest.split_at(cut);
                    keys.insert(ReplayKey::of_id(scheme, Apart::by(Some(endpoint)), last));
                    let mut content = ContentKey::begin(scheme, Apart::by(Some(endpoint)));
                    content.update(last.as_bytes());
                    keys.insert(content.finish());
                    count += 2;
                }
                keys.insert(ReplayKey::of_id(scheme, Apart::by(None), rest));
                let mut content = ContentKey::begin(scheme, Apart::by(None));
                content.update(rest.as_bytes());
                keys.insert(content.finish());
                count += 2;
            }
        }
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn whatever_tells_apart_is_a_field_of_its_own() {
        let some = Some("x");
        let mut keys = HashSet::new();
        for bits in 0..16_u8 {
            let is = |bit: u8| some.filter(|_| bits & bit != 0);
            let apart = Apart {
                scope: is(1),
                endpoint: is(2),
                path: is(4),
                delivery: is(8).map(str::as_bytes),
            };
            keys.insert(ReplayKey::of_id("acme", apart, "1"));
            keys.insert(ReplayKey::of_own("acme", apart, b"1"));
            keys.insert(ContentKey::begin("acme", apart).finish());
        }
        assert_eq!(keys.len(), 48);
    }

    #[test]
    fn content_can_hold_what_looks_like_a_field() {
        let mut content = ContentKey::begin("acme", Apart::by(None));
        content.update(&5_u64.to_be_bytes());
        content.update(b"msg_1");
        assert_ne!(content.finish(), ReplayKey::of_id("acme", Apart::by(None), "msg_1"));
    }

    #[test]
    fn where_the_content_is_cut_makes_no_difference() {
        let whole = ReplayKey::of_content(Scheme::GITHUB, Some("acme"), b"Hello, World!");
        for cut in 0..=13 {
            let mut key = ContentKey::begin("github", Apart::by(Some("acme")));
            let (first, second) = b"Hello, World!".split_at(cut);
            key.update(first);
            key.update(second);
            assert_eq!(key.finish(), whole);
        }
    }

    // A key that changes between versions makes every store forget.
    #[test]
    fn the_derivation_is_stable() {
        let shown = format!("{:?}", ReplayKey::of_id("standard", Apart::by(Some("acme")), "msg_1"));
        assert_eq!(
            shown,
            "ReplayKey(1c42ceb0d16e77bd989c55f1f9c3a1b3c9b6890a367b1306caef0485018455be)"
        );
        let shown = format!("{:?}", ReplayKey::of_content(Scheme::GITHUB, None, b"{}"));
        assert_eq!(
            shown,
            "ReplayKey(bed5a93e2905ef59e11e8cdb9df8297968767c1db2960f5a604ff90f4a6f74fd)"
        );
    }
}
