//! A delivery that was rejected, and the order in which explanations are tried.

use time::OffsetDateTime;

use crate::diagnose::doctor::Doctor;
use crate::diagnose::finding::Finding;
use crate::diagnose::lens::{Claims, Pairs};
use crate::diagnose::trial::{Budget, Change, Trial};
use crate::diagnose::url::Url;
use crate::diagnose::{body, head, lens, secret, time as times};
use crate::error::VerifyError;
use crate::scheme::timestamp::TimestampFormat;

/// A delivery that was rejected.
#[derive(Clone, Copy)]
pub(super) struct Patient<'p> {
    pub(super) doctor: &'p Doctor,
    pub(super) pairs: &'p Pairs<'p>,
    pub(super) url: &'p Url<'p>,
    /// `None` if it was not read.
    pub(super) body: Option<&'p [u8]>,
    pub(super) now: OffsetDateTime,
}

impl<'p> Patient<'p> {
    /// The first change that explains the delivery, or the first two that do together.
    pub(super) fn proofs(self, budget: &mut Budget) -> Vec<Finding> {
        let Self { doctor, pairs, url, .. } = self;
        let body = self.body.unwrap_or_default();
        let own = lens::claims(doctor.scheme, pairs);
        let base = Trial {
            keys: None,
            claims: own.as_ref(),
            url_scheme: url.scheme,
            host: url.host,
            path: &url.path,
            method: url.method,
            body,
        };
        if base.matches(doctor, budget) {
            return self.late(own.as_ref()).into_iter().map(proved).collect();
        }
        let schemes: Vec<_> = head::schemes(doctor.scheme, pairs).collect();
        let signs_url =
            |change: &Change<'_>| change.claims().is_some_and(|it| it.scheme.signs_request());
        let urls = (doctor.scheme.signs_request() || schemes.iter().any(signs_url))
            .then(|| url.changes(pairs, &doctor.urls));
        let heads = head::changes(doctor.scheme, pairs);
        let secrets = secret::changes(doctor.scheme, &doctor.texts);
        let mut small: Vec<_> = heads.chain(secrets).chain(urls.into_iter().flatten()).collect();

        // Neither the body nor the rest may use up what there is for the other.
        let mut half = budget.half();
        let mut singles = small.iter();
        if let Some(change) = singles.find(|it| base.with(it).matches(doctor, &mut half)) {
            return self.explained([change], base.claims);
        }
        budget.join(half);
        for change in body::changes(body) {
            if base.with(&change).matches(doctor, budget) {
                return self.explained([&change], base.claims);
            }
            if budget.is_spent() {
                break;
            }
        }
        let mut singles = schemes.iter();
        if let Some(change) = singles.find(|it| base.with(it).matches(doctor, budget)) {
            return self.explained([change], base.claims);
        }

        // Two changes.
        small.extend(schemes);
        let mut half = budget.half();
        for (index, first) in small.iter().enumerate() {
            for second in small.iter().skip(index + 1).filter(|it| it.goes_with(first)) {
                if base.with(first).with(second).matches(doctor, &mut half) {
                    return self.explained([first, second], base.claims);
                }
            }
        }
        budget.join(half);
        for first in body::changes(body) {
            for second in &small {
                if base.with(&first).with(second).matches(doctor, budget) {
                    return self.explained([&first, second], base.claims);
                }
            }
            if budget.is_spent() {
                break;
            }
        }
        Vec::new()
    }

    /// The findings of what was changed, and of the time, which is a change as well.
    fn explained<const N: usize>(
        self,
        changes: [&Change<'_>; N],
        own: Option<&Claims<'_>>,
    ) -> Vec<Finding> {
        let claims = changes.iter().find_map(|change| change.claims()).or(own);
        let late = self.late(claims);
        let mut findings: Vec<_> = changes
            .iter()
            .map(|change| {
                let others = changes.iter().map(|it| it.code).filter(|code| *code != change.code);
                let with = others.chain(late.as_ref().map(|late| late.code)).next();
                change.proved(with)
            })
            .collect();
        let code = changes.first().map(|change| change.code);
        findings.extend(late.map(|late| match N {
            1 => Finding { together_with: code, ..proved(late) },
            _ => late,
        }));
        findings
    }

    fn late(self, claims: Option<&Claims<'_>>) -> Option<Finding> {
        let claims = claims?;
        let (at, _) = claims.time.as_ref()?;
        let format = claims.scheme.timestamp_format().unwrap_or(TimestampFormat::Seconds);
        times::outside(self.doctor.tolerance, format, *at, self.now)
    }

    /// What is to be seen without a signature that matches, the likeliest first.
    pub(super) fn observed(self, error: VerifyError) -> Vec<Finding> {
        let late = matches!(error, VerifyError::TimestampTooOld | VerifyError::TimestampTooNew)
            .then(|| self.late(lens::claims(self.doctor.scheme, self.pairs).as_ref()))
            .flatten();
        let findings = [
            secret::observed(self.doctor.scheme, &self.doctor.texts),
            head::observed(self.doctor.scheme, error, self.pairs),
            self.body.and_then(|body| body::observed(body, self.pairs)),
            late,
        ];
        findings.into_iter().flatten().collect()
    }
}

fn proved(finding: Finding) -> Finding {
    Finding { proved: true, ..finding }
}
