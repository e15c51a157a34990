//! A delivery with something changed, and whether its signature matches then.

use std::borrow::Cow;

use crate::crypto::key::VerifyingKey;
use crate::crypto::{Algorithm, Candidates as _};
use crate::diagnose::finding::{Code, Finding};
use crate::diagnose::lens::Claims;
use crate::diagnose::secret::Key;
use crate::head::derived::BodyDigest;
use crate::head::form;
use crate::scheme::definition::Scheme;
use crate::scheme::part::Part;

/// A hypothesis: what may be wrong with a delivery, and what it would be otherwise.
pub(super) struct Change<'d> {
    pub(super) code: &'static Code,
    pub(super) found: Cow<'static, str>,
    pub(super) to: To<'d>,
}

/// What is otherwise. Two changes can be made together if they are of different kinds.
pub(super) enum To<'d> {
    Keys(Vec<Key>),
    Claims(Claims<'d>),
    UrlScheme(&'static str),
    Host(String),
    Path(String),
    Method(String),
    Body(Cow<'d, [u8]>),
}

impl<'d> Change<'d> {
    pub(super) fn new(
        code: &'static Code,
        found: impl Into<Cow<'static, str>>,
        to: To<'d>,
    ) -> Self {
        Self { code, found: found.into(), to }
    }

    /// Whether the other one is not undone by this one.
    pub(super) fn goes_with(&self, other: &Change<'_>) -> bool {
        std::mem::discriminant(&self.to) != std::mem::discriminant(&other.to)
    }

    pub(super) fn claims(&self) -> Option<&Claims<'d>> {
        match &self.to {
            To::Claims(claims) => Some(claims),
            _ => None,
        }
    }

    pub(super) fn proved(&self, together_with: Option<&'static Code>) -> Finding {
        let found = self.found.clone().into_owned();
        Finding { code: self.code, proved: true, found, together_with }
    }
}

/// The keys that are configured, by the scheme that a delivery is read by.
pub(super) trait Keys {
    fn keys(&self, scheme: Scheme) -> Cow<'_, [Key]>;
}

/// A delivery as it would have to be for its signature to match.
#[derive(Clone, Copy)]
pub(super) struct Trial<'t> {
    /// `None` for those that are configured.
    pub(super) keys: Option<&'t [Key]>,
    pub(super) claims: Option<&'t Claims<'t>>,
    pub(super) url_scheme: &'t str,
    pub(super) host: Option<&'t str>,
    pub(super) path: &'t str,
    pub(super) method: &'t str,
    pub(super) body: &'t [u8],
}

impl<'t> Trial<'t> {
    pub(super) fn with(self, change: &'t Change<'t>) -> Self {
        match &change.to {
            To::Keys(keys) => Self { keys: Some(keys), ..self },
            To::Claims(claims) => Self { claims: Some(claims), ..self },
            To::UrlScheme(url_scheme) => Self { url_scheme, ..self },
            To::Host(host) => Self { host: Some(host), ..self },
            To::Path(path) => Self { path, ..self },
            To::Method(method) => Self { method, ..self },
            To::Body(body) => Self { body, ..self },
        }
    }

    /// Whether one of the signatures is valid, as far as there is work left for it.
    pub(super) fn matches(self, configured: &impl Keys, budget: &mut Budget) -> bool {
        let Some(claims) = self.claims else { return false };
        let Some(content) = self.content(claims) else { return false };
        let content: Vec<_> = content.iter().map(|piece| &**piece).collect();
        let size = content.iter().map(|piece| piece.len()).sum();
        let configured = self.keys.map_or_else(|| configured.keys(claims.scheme), Cow::Borrowed);
        configured.iter().filter_map(|key| key.verifying(claims.algorithm)).any(
            |key: VerifyingKey| {
                let signatures = claims.signatures.as_slice();
                let mut count = 0;
                signatures.each(key.algorithm(), |_| count += 1);
                let count = match key.algorithm() {
                    Algorithm::Ed25519 | Algorithm::EcdsaP256 => count,
                    _ => count.min(1),
                };
                count > 0
                    && budget.allows(key.algorithm(), count, size)
                    && key.verifies(&*content, signatures)
            },
        )
    }

    /// The signed content, if all of it is known.
    fn content(&self, claims: &'t Claims<'t>) -> Option<Vec<Cow<'t, [u8]>>> {
        let mut content: Vec<Cow<'t, [u8]>> = Vec::new();
        for part in &claims.signed {
            content.push(Cow::Borrowed(match part {
                Part::Literal(text) => text.as_bytes(),
                Part::Id => claims.id?,
                Part::Timestamp => claims.time.as_ref()?.1.as_ref(),
                Part::Body => self.body,
                Part::Digest => {
                    content.push(BodyDigest::of(&self.body).to_vec().into());
                    continue;
                }
                Part::Form => {
                    content.push(self.form(claims.scheme)?.into());
                    continue;
                }
                Part::Method => self.method.as_bytes(),
                Part::Path => self.path.split('?').next().unwrap_or_default().as_bytes(),
                Part::Url => {
                    let pieces = [self.url_scheme, "://", self.host?, self.path];
                    content.extend(pieces.map(|piece| Cow::Borrowed(piece.as_bytes())));
                    continue;
                }
            }));
        }
        Some(content)
    }

    /// The fields of the body, unless the URL has its digest. Whether that is right, the verdict says.
    fn form(&self, scheme: Scheme) -> Option<Vec<u8>> {
        match scheme.digest_in_query() {
            Some(name) if self.path.contains(name) => None,
            _ => form::written(self.body),
        }
    }
}

/// How much may still be hashed.
pub(super) struct Budget {
    left: usize,
    /// Whether something was too much.
    skipped: bool,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: bytes, skipped: false }
    }

    fn allows(&mut self, algorithm: Algorithm, count: usize, size: usize) -> bool {
        // What else a trial takes, in bytes that could be hashed meanwhile.
        let more = match algorithm {
            Algorithm::Ed25519 => 64 << 10,
            Algorithm::EcdsaP256 => 256 << 10,
            _ => 512,
        };
        let cost = size.saturating_add(more).saturating_mul(count);
        let fits = cost <= self.left;
        self.skipped |= !fits;
        // After the first that does not fit nothing is tried, so that nothing is made either.
        self.left = if fits { self.left - cost } else { 0 };
        fits
    }

    /// Takes one half of what is left.
    pub(super) fn half(&mut self) -> Self {
        let half = Self::new(self.left / 2);
        self.left -= half.left;
        half
    }

    /// Adds what is left of that half.
    pub(super) fn join(&mut self, half: Self) {
        self.left += half.left;
        self.skipped |= half.skipped;
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.skipped
    }
}
