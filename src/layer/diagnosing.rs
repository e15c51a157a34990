//! Diagnoses of the deliveries that a layer refuses, for development.

#[cfg(feature = "diagnose")]
use std::collections::VecDeque;
use std::fmt;
#[cfg(feature = "diagnose")]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "diagnose")]
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(feature = "diagnose")]
use std::thread;
#[cfg(feature = "diagnose")]
use std::time::Duration;

#[cfg(feature = "diagnose")]
use http::Request;
use http::request::Parts;

#[cfg(feature = "diagnose")]
use crate::clock::{Clock as _, SystemClock};
#[cfg(feature = "diagnose")]
use crate::diagnose::diagnosis::Diagnosis;
#[cfg(feature = "diagnose")]
use crate::diagnose::doctor::Doctor;
#[cfg(feature = "diagnose")]
use crate::event::diagnosed;
use crate::receive::arriving::Arriving;
use crate::receive::rejection::Rejection;
#[cfg(feature = "diagnose")]
use crate::receive::rejection::RejectionKind;

/// Whom to tell why a delivery was refused. By default nobody.
#[derive(Clone, Default)]
pub(super) struct Diagnosing(#[cfg(feature = "diagnose")] Option<Arc<Clinic>>);

/// As many diagnoses are made in one minute: each may take a part of a second, and whoever sends
/// forgeries causes it.
#[cfg(feature = "diagnose")]
const PER_MINUTE: usize = 3;

#[cfg(feature = "diagnose")]
struct Clinic {
    report: Box<dyn Fn(&Diagnosis) + Send + Sync>,
    busy: AtomicBool,
    /// When the last ones began.
    begun: Mutex<VecDeque<Duration>>,
}

/// Writes a diagnosis to `tracing`, at the level `debug`, for
/// [`WebhookLayer::diagnose`](crate::WebhookLayer::diagnose). Without the feature `tracing` it does
/// nothing.
///
/// # Examples
///
/// ```
/// use tower_webhook::layer::log_diagnosis;
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).diagnose(log_diagnosis);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[cfg(feature = "diagnose")]
pub fn log_diagnosis(diagnosis: &Diagnosis) {
    diagnosed(diagnosis);
}

impl Diagnosing {
    #[cfg(feature = "diagnose")]
    pub(super) fn to(report: impl Fn(&Diagnosis) + Send + Sync + 'static) -> Self {
        let (busy, begun) = (AtomicBool::new(false), Mutex::default());
        Self(Some(Arc::new(Clinic { report: Box::new(report), busy, begun })))
    }

    /// Diagnoses a delivery that could not be verified, on a thread of its own, if there is a permit.
    /// Nothing is copied before that is taken.
    #[cfg_attr(not(feature = "diagnose"), expect(clippy::unused_self, unused_variables))]
    pub(super) fn refused(&self, rejection: &Rejection, parts: &Parts, arriving: &Arriving) {
        #[cfg(feature = "diagnose")]
        if let Some(clinic) = &self.0
            && let RejectionKind::Unverified(error) = rejection.kind()
            && let Some(permit) = Permit::take(clinic)
        {
            let receiver = arriving.receiver();
            // Without the body, unless all of it was read.
            let arriving = Some(arriving).filter(|it| it.is_read() && !error.is_setup());
            let verifier = match arriving {
                Some(arriving) => arriving.verifier(),
                None => receiver.verifier(),
            };
            let doctor = match verifier {
                Some(verifier) => Doctor::from(&**verifier),
                None => Doctor::new(receiver.scheme()),
            };
            let body = arriving.map(Arriving::copy_body);
            let mut request = Request::new(());
            *request.method_mut() = parts.method.clone();
            *request.uri_mut() = parts.uri.clone();
            *request.headers_mut() = parts.headers.clone();
            let work = move || {
                let diagnosis = match body {
                    Some(body) => doctor.diagnose(&request, &body),
                    None => doctor.diagnose_head(&request, error),
                };
                (permit.0.report)(&diagnosis);
            };
            // Without threads, as on some platforms, there is no diagnosis.
            _ = thread::Builder::new().name("webhook-doctor".to_owned()).spawn(work);
        }
    }
}

/// The right to make a diagnosis, which one at a time has.
#[cfg(feature = "diagnose")]
struct Permit(Arc<Clinic>);

#[cfg(feature = "diagnose")]
impl Permit {
    fn take(clinic: &Arc<Clinic>) -> Option<Self> {
        if clinic.busy.swap(true, Ordering::Acquire) {
            return None;
        }
        let permit = Self(Arc::clone(clinic));
        let now = SystemClock.elapsed();
        let mut begun = clinic.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|then| now.saturating_sub(*then) < Duration::from_secs(60));
        if begun.len() >= PER_MINUTE {
            return None;
        }
        begun.push_back(now);
        drop(begun);
        Some(permit)
    }
}

/// Also if the report panics.
#[cfg(feature = "diagnose")]
impl Drop for Permit {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

impl fmt::Debug for Diagnosing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnosing").finish_non_exhaustive()
    }
}
