//! The secrets of one endpoint, current and replaced.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use subtle::ConstantTimeEq as _;

use crate::fetch::cache::pause::Pause;
use crate::fetch::cache::policy::{Age, Policy};
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::{InvalidSecret, MAX_SECRETS, Secret};
use crate::verify::verifier::Verifier;

/// The verifier for a delivery, and the canonical id of its endpoint.
#[derive(Clone)]
pub(crate) struct Resolved {
    entry: Arc<Entry>,
    /// Which of the entry's verifiers it is. A handle to that would be one more count that all threads
    /// write.
    overlap: usize,
}

impl Resolved {
    pub(crate) fn verifier(&self) -> &Arc<Verifier> {
        let Entry { overlaps, last, .. } = &*self.entry;
        overlaps.get(self.overlap).map_or(last, |(_, verifier)| verifier)
    }

    /// Returns `true` if the last fetch brought a secret that `seen` does not have.
    pub(super) fn exceeds(&self, seen: &Verifier) -> bool {
        self.entry.current.iter().any(|secret| !seen.holds(secret))
    }

    #[cfg(feature = "receive")]
    pub(crate) fn endpoint(&self) -> &EndpointId {
        &self.entry.endpoint
    }
}

/// The secrets of one endpoint from one fetch, with those that it replaced until they expire.
pub(super) struct Entry {
    #[cfg_attr(not(feature = "receive"), expect(dead_code, reason = "only a receiver remembers"))]
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
    /// Whether the last answer had no secrets.
    emptied: AtomicBool,
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
            return Err(before.map_or(FetchErrorKind::NotFound.into(), Self::emptied));
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
            emptied: AtomicBool::new(false),
        })
    }

    pub(super) fn age(&self, policy: &Policy, now: Duration) -> Age {
        policy.age(self.fetched, now)
    }

    /// Returns `true` if a refresh in the background should have come to its end long ago.
    pub(super) fn is_overdue(&self, policy: &Policy, now: Duration) -> bool {
        now.saturating_sub(self.fetched) >= policy.fresh_for.saturating_mul(2)
    }

    /// The error of an answer without secrets. One such answer may be a mistake, and two are a no.
    fn emptied(&self) -> FetchError {
        match self.emptied.swap(true, Relaxed) {
            true => FetchErrorKind::NotFound.into(),
            false => FetchError::new(FetchErrorKind::Malformed)
                .with_message("no secrets, which is believed if the next answer has none either"),
        }
    }

    /// The verifier with the secrets that are accepted now.
    pub(super) fn resolve(self: Arc<Self>, now: Duration) -> Resolved {
        let overlap = self.overlaps.iter().position(|(until, _)| now < *until);
        Resolved { overlap: overlap.unwrap_or(self.overlaps.len()), entry: self }
    }

    /// Returns `true` if this fetch brought other secrets than the one before.
    #[cfg(feature = "tracing")]
    pub(super) fn differs(&self, before: &Self) -> bool {
        let has = |entry: &Self, other: &Self| {
            entry.current.iter().all(|secret| contains(&other.current, secret))
        };
        !(has(self, before) && has(before, self))
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
