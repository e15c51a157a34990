//! What is kept of one endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use subtle::ConstantTimeEq as _;

use crate::fetch::cache::builder::Policy;
use crate::fetch::cache::moment::Moment;
use crate::secret::InvalidSecret;
use crate::secret::MAX_SECRETS;
use crate::secret::Secret;
use crate::verify::verifier::Verifier;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Fresh,
    Stale,
    Expired,
}

/// The secrets of one endpoint as one fetch brought them, with what is left of those before.
pub(super) struct Entry {
    fetched: Moment,
    current: Vec<Secret>,
    /// Still accepted, each until its moment; the last to expire first.
    replaced: Vec<(Secret, Moment)>,
    /// A verifier for each set of replaced secrets that are left, down to none. They are all made
    /// at once so that a secret runs out without anything to be done.
    overlaps: Vec<(Moment, Arc<Verifier>)>,
    last: Arc<Verifier>,
    /// How many overlaps are over. It only grows: not even a clock that is set back brings a
    /// secret back.
    over: AtomicUsize,
    refresh_at: AtomicI64,
    mismatch_at: AtomicI64,
}

impl Entry {
    /// `before` is what is replaced, if it could still be served.
    pub(super) fn new(
        policy: &Policy,
        secrets: Vec<Secret>,
        now: Moment,
        before: Option<&Self>,
    ) -> Result<Self, InvalidSecret> {
        let mut current: Vec<Secret> = Vec::with_capacity(secrets.len());
        for secret in secrets {
            if !contains(&current, &secret) {
                current.push(secret);
            }
        }
        let mut replaced = before.map(|before| before.replaced(now.after(policy.overlap)));
        let mut replaced = replaced.take().unwrap_or_default();
        replaced.retain(|(secret, until)| *until > now && !contains(&current, secret));
        replaced.truncate(MAX_SECRETS.saturating_sub(current.len()));

        let verifier = |older: &[(Secret, Moment)]| {
            let older = older.iter().map(|(secret, _)| secret);
            verifier(policy, current.iter().chain(older)).map(Arc::new)
        };
        let mut overlaps = Vec::with_capacity(replaced.len());
        let mut left = replaced.as_slice();
        while let [rest @ .., (_, until)] = left {
            overlaps.push((*until, verifier(left)?));
            left = rest;
        }
        let last = verifier(&[])?;
        let mismatch_at =
            before.map_or(Moment::LONG_AGO.0, |before| before.mismatch_at.load(Relaxed));
        Ok(Self {
            fetched: now,
            current,
            replaced,
            overlaps,
            last,
            over: AtomicUsize::new(0),
            refresh_at: AtomicI64::new(Moment::LONG_AGO.0),
            mismatch_at: AtomicI64::new(mismatch_at),
        })
    }

    pub(super) fn age(&self, policy: &Policy, now: Moment) -> Age {
        match now.since(self.fetched) {
            Some(age) if age >= policy.stale_for => Age::Expired,
            Some(age) if age < policy.fresh_for => Age::Fresh,
            _ => Age::Stale,
        }
    }

    /// The verifier with the secrets that are accepted now.
    pub(super) fn verifier(&self, now: Moment) -> &Arc<Verifier> {
        let over = self.overlaps.iter().take_while(|(until, _)| *until <= now).count();
        let over = self.over.fetch_max(over, Relaxed).max(over);
        self.overlaps.get(over).map_or(&self.last, |(_, verifier)| verifier)
    }

    /// Tells whether the last fetch brought a secret that `seen` does not have.
    pub(super) fn exceeds(&self, seen: &Verifier) -> bool {
        self.current.iter().any(|secret| !seen.holds(secret))
    }

    /// Whether this fetch brought other secrets than the one before.
    #[cfg(feature = "tracing")]
    pub(super) fn differs(&self, before: &Self) -> bool {
        let has = |entry: &Self, other: &Self| {
            entry.current.iter().all(|secret| contains(&other.current, secret))
        };
        !(has(self, before) && has(before, self))
    }

    /// Lets one caller refresh. Nobody else may for as long as that can take.
    pub(super) fn claim_refresh(&self, policy: &Policy, now: Moment) -> bool {
        claim(&self.refresh_at, policy, now, policy.timeout)
    }

    /// Lets one caller fetch because of a mismatch, once per cooldown.
    pub(super) fn claim_mismatch(&self, policy: &Policy, now: Moment) -> bool {
        claim(&self.mismatch_at, policy, now, policy.cooldown)
    }

    /// After a refresh that failed.
    pub(super) fn hold_off(&self, until: Moment, asked: bool) {
        self.refresh_at.store(until.0, Relaxed);
        if asked {
            self.mismatch_at.fetch_max(until.0, Relaxed);
        }
    }

    /// What a fetch replaces, until when it is still accepted, the last to expire first.
    fn replaced(&self, until: Moment) -> Vec<(Secret, Moment)> {
        let over = self.overlaps.len().min(self.over.load(Relaxed));
        let left = self.replaced.len() - over;
        let current = self.current.iter().map(|secret| (secret.clone(), until));
        let older = self.replaced.iter().take(left).cloned();
        let mut all: Vec<_> = current.chain(older).collect();
        all.sort_by_key(|(_, until)| std::cmp::Reverse(*until));
        all
    }
}

fn claim(at: &AtomicI64, policy: &Policy, now: Moment, wait: Duration) -> bool {
    let due = at.load(Relaxed);
    // A moment further ahead than any wait is from before the clock was set back.
    let allowed = due <= now.0 || due > now.after(policy.longest_wait()).0;
    allowed && at.compare_exchange(due, now.after(wait).0, Relaxed, Relaxed).is_ok()
}

fn contains(secrets: &[Secret], secret: &Secret) -> bool {
    secrets.iter().any(|other| other.expose().ct_eq(secret.expose()).into())
}

fn verifier<'a>(
    policy: &Policy,
    mut secrets: impl Iterator<Item = &'a Secret>,
) -> Result<Verifier, InvalidSecret> {
    let newest = secrets.next().ok_or(InvalidSecret::Empty)?;
    let clock = Arc::clone(&policy.clock);
    let verifier = Verifier::new(policy.scheme, newest.clone())?
        .tolerance(policy.tolerance)
        .with_public_url(policy.public_url.clone())
        .clock(clock);
    secrets.try_fold(verifier, |verifier, secret| verifier.add_secret(secret.clone()))
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::*;
    use crate::fetch::SecretCache;
    use crate::scheme::definition::Scheme;

    #[test]
    fn entries_differ_by_what_the_provider_lists() {
        let cache = SecretCache::builder(Scheme::GITHUB, ()).build();
        let now = cache.0.now();
        let entry = |texts: &[&str], before: Option<&Entry>| {
            let secrets = texts.iter().map(|text| Secret::utf8(text).unwrap()).collect();
            Entry::new(&cache.0.policy, secrets, now, before).unwrap()
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
