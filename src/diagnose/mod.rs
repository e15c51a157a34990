//! Why a delivery does not verify.
//!
//! A [`Doctor`] has what a verifier has, and the *text* of the secret. It changes one thing of a
//! delivery that was rejected, or two things together, and computes the signature again: if it
//! matches then, that was it. What it cannot prove it reports as observed.
//!
//! It is for development and for the command line, and never on the way of a delivery. The chapter
//! [`troubleshooting`](crate::manual::troubleshooting) has all codes.
//!
//! # Examples
//!
//! ```
//! use time::OffsetDateTime;
//! use tower_webhook::Scheme;
//! use tower_webhook::diagnose::Doctor;
//!
//! // Signed as compact JSON, and printed again by a middleware.
//! let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), br#"{"a":1}"#)?;
//! let doctor = Doctor::new(Scheme::GITHUB).secret("live", "secret");
//! let diagnosis = doctor.diagnose(&headers, b"{ \"a\": 1 }");
//!
//! assert!(diagnosis.verdict().is_err());
//! let finding = &diagnosis.findings()[0];
//! assert_eq!(finding.code(), "body-reserialised");
//! assert!(finding.is_proved());
//! println!("{diagnosis}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How much work it is
//!
//! At most 64 MiB are hashed for one diagnosis, and a body is read as JSON up to 1 MiB. The single
//! changes are tried first, all of them for a body of up to 64 KiB; [`Diagnosis::is_complete`] says
//! whether everything was tried.

mod body;
pub(crate) mod diagnosis;
pub(crate) mod doctor;
mod finding;
mod head;
mod json;
mod lens;
mod patient;
mod secret;
mod time;
mod trial;
mod url;

pub use self::diagnosis::Diagnosis;
pub use self::doctor::Doctor;
pub use self::finding::Finding;
