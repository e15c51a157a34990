//! The result of a diagnosis.

use std::fmt;

use crate::diagnose::finding::Finding;
use crate::error::VerifyError;
use crate::verify::verified::Verified;

/// What a [`Doctor`](crate::diagnose::Doctor) has found out about one delivery.
///
/// Neither `Debug` nor `Display` shows a secret, a signature, or more than 40 characters of the
/// delivery.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::diagnose::{Diagnosis, Doctor};
/// use tower_webhook::{Field, Scheme, VerifyError};
///
/// let doctor = Doctor::new(Scheme::GITHUB).secret("live", "secret");
/// let diagnosis: Diagnosis = doctor.diagnose(&HeaderMap::new(), b"{}");
/// assert_eq!(diagnosis.verdict().unwrap_err(), VerifyError::Missing(Field::Signature));
/// assert_eq!(diagnosis.findings()[0].code(), "header-missing");
/// assert!(diagnosis.to_string().contains("x-hub-signature-256"));
/// ```
#[derive(Clone)]
pub struct Diagnosis {
    pub(super) verdict: Result<Verified, VerifyError>,
    pub(super) findings: Vec<Finding>,
    pub(super) complete: bool,
}

impl Diagnosis {
    /// The verdict of a [`Verifier`](crate::Verifier) with the first secret. A text that is no secret matches nothing.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`] as [`Verifier::verify`](crate::Verifier::verify) does.
    pub fn verdict(&self) -> Result<&Verified, VerifyError> {
        self.verdict.as_ref().map_err(|error| *error)
    }

    /// What was found, the likeliest first: nothing if the delivery verifies.
    ///
    /// The search ends with the first change that explains the delivery, so the proved findings belong
    /// together. If there are any, what was only observed is left out.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns `true` if everything was tried, as far as it was needed, and `false` if the
    /// [work](crate::diagnose#how-much-work-it-is) was enough before.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

impl fmt::Display for Diagnosis {
    /// Writes the verdict and the findings, for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verdict {
            Ok(_) => return f.write_str("verified"),
            Err(error) => write!(f, "not verified: {error}")?,
        }
        if self.findings.is_empty() {
            f.write_str("\nNothing explains it: most likely it was signed with another secret.")?;
        }
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnosis")
            .field("verdict", &self.verdict.as_ref().map(|_| ()))
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}
