//! The verdict: in one call, or while the body arrives.
//!
//! | | time is read from the clock | time is given |
//! |---|---|---|
//! | the body is complete | [`Verifier::verify`](crate::Verifier::verify) | [`Verifier::verify_at`](crate::Verifier::verify_at) |
//! | the body is arriving | [`Verifier::begin`](crate::Verifier::begin) | [`Verifier::begin_at`](crate::Verifier::begin_at) |
//!
//! All of them accept whatever a [`Head`](crate::Head) is made from, and give the same verdict:
//!
//! ```
//! use time::OffsetDateTime;
//! use tower_webhook::Scheme;
//!
//! let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let (signer, verifier) = (Scheme::STANDARD.signer(secret)?, Scheme::STANDARD.verifier(secret)?);
//! let now = OffsetDateTime::now_utc();
//! let request = signer.request("https://hooks.example.com/", "msg_1", now, "{}")?;
//!
//! let verified = verifier.verify(&request, request.body().as_bytes())?;
//! assert_eq!(verified.id(), Some("msg_1"));
//!
//! let mut verification = verifier.begin(request.headers())?;
//! verification.update(b"{");
//! verification.update(b"}");
//! assert_eq!(verification.finish()?.id(), Some("msg_1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod attempt;
pub(crate) mod url;
pub(crate) mod verification;
pub(crate) mod verified;
pub(crate) mod verifier;

pub use self::url::InvalidPublicUrl;
