//! The secrets of one endpoint, current and replaced.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use subtle::ConstantTimeEq as _;

use crate::fetch::cache::policy::{Age, Policy};
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::{InvalidSecret, MAX_SECRETS, Secret};
use crate::verify::verifier::Verifier;

/// The verifier for a delivery, and the canonical id of its endpoint.
#[derive(Clone)]
pub(crate) struct Resolved {
    pub(crate) verifier: Arc<Verifier>,
    #[cfg_attr(
        not(any(feature = "tower", all(feature = "receive", feature = "replay"))),
        expect(dead_code, reason = "only a receiver remembers")
    )]
    pub(crate) endpoint: EndpointId,
}

/// The secrets of one endpoint from one fetch, with those that it replaced until they expire.
pub(super) struct Entry {
    endpoint: EndpointId,
    fetched: Duration,
    current: Vec<Secret>,
    /// Still accepted, each until its time; the last to expire comes first.
    replaced: Vec<(Secret, Duration)>,
    /// The verifiers that also accept replaced secrets, each until its time; the first to expire
    /// comes first. All are made with the entry, so that no key is computed when a secret expires.
    overlaps: Vec<(Duration, Arc<Verifier>)>,
    /// The verifier without any replaced secret.
    last: Arc<Verifier>,
    pub(super) refresh: Pause,
    pub(super) mismatch: Pause,
}

impl Entry {
    /// `before` is the entry that is replaced, if it could still be served.
    pub(super) fn new(
        policy: &Policy,
        asked_for: &EndpointId,
        found: &Endpoint,
        now: Duration,
        before: Option<&Self>,
    ) -> Result<Self, FetchError> {
        if found.secrets.is_empty() {
            return Err(FetchErrorKind::NotFound.into());
        }
        let malformed = |error| FetchError::new(FetchErrorKind::Malformed).with_source(error);
        if found.secrets.len() > MAX_SECRETS {
            return Err(malformed(InvalidSecret::TooManySecrets));
        }
        let mut current: Vec<Secret> = Vec::with_capacity(found.secrets.len());
        for secret in &found.secrets {
            if !contains(&current, secret) {
                current.push(secret.clone());
            }
        }
        let until = now.saturating_add(policy.overlap);
        let mut replaced = before.map_or_else(Vec::new, |before| before.replaced_until(until));
        replaced.retain(|(secret, until)| *until > now && !contains(&current, secret));
        replaced.truncate(MAX_SECRETS.saturating_sub(current.len()));

        let verifier = |older: &[(Secret, Duration)]| {
            let secrets = current.iter().chain(older.iter().map(|(secret, _)| secret));
            verifier(policy, found, secrets).map(Arc::new).map_err(malformed)
        };
        let mut overlaps = Vec::with_capacity(replaced.len());
        let mut left = replaced.as_slice();
        while let [rest @ .., (_, until)] = left {
            overlaps.push((*until, verifier(left)?));
            left = rest;
        }
        let last = verifier(&[])?;
        Ok(Self {
            endpoint: found.canonical_id.as_ref().unwrap_or(asked_for).clone(),
            fetched: now,
            current,
            replaced,
            overlaps,
            last,
            refresh: Pause::default(),
            mismatch: before.map_or_else(Pause::default, |before| before.mismatch.clone()),
        })
    }

    pub(super) fn age(&self, policy: &Policy, now: Duration) -> Age {
        policy.age(self.fetched, now)
    }

    /// The verifier with the secrets that are accepted now.
    pub(super) fn verifier(&self, now: Duration) -> &Arc<Verifier> {
        let overlap = self.overlaps.iter().find(|(until, _)| now < *until);
        overlap.map_or(&self.last, |(_, verifier)| verifier)
    }

    pub(super) fn resolve(&self, now: Duration) -> Resolved {
        Resolved { verifier: Arc::clone(self.verifier(now)), endpoint: self.endpoint.clone() }
    }

    /// Returns `true` if the last fetch brought a secret that `seen` does not have.
    pub(super) fn exceeds(&self, seen: &Verifier) -> bool {
        self.current.iter().any(|secret| !seen.holds(secret))
    }

    /// Returns `true` if this fetch brought other secrets than the one before.
    #[cfg(feature = "tracing")]
    pub(super) fn differs(&self, before: &Self) -> bool {
        let has = |entry: &Self, other: &Self| {
            entry.current.iter().all(|secret| contains(&other.current, secret))
        };
        !(has(self, before) && has(before, self))
    }

    /// Delays the next fetch after a refresh that failed.
    pub(super) fn hold_off(&self, policy: &Policy, error: &FetchError, now: Duration) {
        let until = now.saturating_add(policy.pause(error));
        self.refresh.set(until);
        if error.retry_after().is_some_and(|wait| !wait.is_zero()) {
            self.mismatch.extend(until);
        }
    }

    /// The secrets that a fetch replaces, with the time until which each is accepted; the last to
    /// expire comes first.
    fn replaced_until(&self, until: Duration) -> Vec<(Secret, Duration)> {
        let current = self.current.iter().map(|secret| (secret.clone(), until));
        let mut all: Vec<_> = current.chain(self.replaced.iter().cloned()).collect();
        all.sort_by_key(|(_, until)| Reverse(*until));
        all
    }
}

/// A time before which something is not done again, in nanoseconds of [`Clock::elapsed`]. It is
/// atomic, because requests share an entry without a lock.
///
/// [`Clock::elapsed`]: crate::clock::Clock::elapsed
#[derive(Default)]
pub(super) struct Pause(AtomicU64);

impl Pause {
    /// Returns `true` to one caller, and `false` to all others for as long as `wait`.
    pub(super) fn claim(&self, now: Duration, wait: Duration) -> bool {
        let due = self.0.load(Relaxed);
        let next = nanos(now.saturating_add(wait));
        due <= nanos(now) && self.0.compare_exchange(due, next, Relaxed, Relaxed).is_ok()
    }

    fn set(&self, until: Duration) {
        self.0.store(nanos(until), Relaxed);
    }

    fn extend(&self, until: Duration) {
        self.0.fetch_max(nanos(until), Relaxed);
    }
}

impl Clone for Pause {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Relaxed)))
    }
}

fn nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

fn contains(secrets: &[Secret], secret: &Secret) -> bool {
    secrets.iter().any(|other| other.expose().ct_eq(secret.expose()).into())
}

fn verifier<'a>(
    policy: &Policy,
    found: &Endpoint,
    mut secrets: impl Iterator<Item = &'a Secret>,
) -> Result<Verifier, InvalidSecret> {
    let newest = secrets.next().ok_or(InvalidSecret::Empty)?;
    let public_url = found.public_url.as_ref().or(policy.public_url.as_ref());
    let verifier = Verifier::new(policy.scheme, newest.clone())?
        .tolerance(policy.tolerance)
        .with_public_url(public_url.cloned());
    let verifier = match &policy.clock {
        Some(clock) => verifier.clock(Arc::clone(clock)),
        None => verifier,
    };
    secrets.try_fold(verifier, |verifier, secret| verifier.add_secret(secret.clone()))
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::*;
    use crate::scheme::definition::Scheme;

    #[test]
    fn entries_differ_by_what_the_provider_lists() {
        let policy = Policy::new(Scheme::GITHUB);
        let entry = |texts: &[&str], before: Option<&Entry>| {
            let secrets: Vec<_> = texts.iter().map(|text| Secret::utf8(text).unwrap()).collect();
            let (found, id) = (Endpoint::from(secrets), EndpointId::from(1));
            Entry::new(&policy, &id, &found, Duration::ZERO, before).unwrap()
        };
        let before = entry(&["a", "b"], None);
        for same in [&["a", "b"][..], &["b", "a"], &["a", "b", "a"]] {
            assert!(!entry(same, Some(&before)).differs(&before), "{same:?}");
        }
        for other in [&["a"][..], &["a", "b", "c"], &["a", "c"], &["c"]] {
            assert!(entry(other, Some(&before)).differs(&before), "{other:?}");
        }
    }
}
