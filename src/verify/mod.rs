//! Verification without a framework: of a complete body, or of one that is still arriving.
//!
//! A [`Verifier`](crate::Verifier) holds the secrets of one endpoint and is made once. Each
//! delivery takes one of four calls:
//!
//! | | the time is read from the clock | the time is passed in |
//! |---|---|---|
//! | the body is complete | [`Verifier::verify`](crate::Verifier::verify) | [`Verifier::verify_at`](crate::Verifier::verify_at) |
//! | the body is arriving | [`Verifier::begin`](crate::Verifier::begin) | [`Verifier::begin_at`](crate::Verifier::begin_at) |
//!
//! All of them accept anything that converts into a [`Head`](crate::Head) and reach the same
//! verdict: a [`Verified`](crate::Verified), or a [`VerifyError`](crate::VerifyError). For a single
//! delivery there are [`verify()`](crate::verify()) and [`verify_at`].
//!
//! On `wasm32-unknown-unknown`, where reading the system's clock ends the program, pass the time in
//! or set a [`Clock`](crate::clock::Clock). A scheme that signs no time needs neither: the clock is
//! read only for what has well-formed headers and a signed time.
//!
//! # Examples
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
pub(crate) mod verification;
pub(crate) mod verified;
pub(crate) mod verifier;

pub use self::verifier::verify_at;
pub use crate::head::url::InvalidPublicUrl;
