//! What a worker does that is compiled to WebAssembly without an operating system. Reading the
//! system's clock traps there, as does a panic, and then the host sees an error.

mod worker;

use std::error::Error;

use http::HeaderMap;
use time::{Duration, OffsetDateTime};
use tower_webhook::clock::ManualClock;
use tower_webhook::verify::verify_at;
use tower_webhook::{Scheme, Secret, VerifyError};

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn main() -> Result<(), Box<dyn Error>> {
    without_a_time()?;
    with_a_time()?;
    worker::check()
}

/// Nothing that signs no time needs a clock, and neither does what is refused for its headers.
fn without_a_time() -> Result<(), Box<dyn Error>> {
    let signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", signed.parse()?);
    let text = "It's a Secret to Everybody";
    let verifier = Scheme::GITHUB.verifier(text)?;
    verifier.verify(&headers, b"Hello, World!")?;
    tower_webhook::verify(Scheme::GITHUB, &Secret::utf8(text)?, &headers, b"Hello, World!")?;
    let forged = verifier.verify(&headers, b"Hello, world!");
    assert_eq!(forged.err(), Some(VerifyError::Mismatch));
    let unsigned = Scheme::STANDARD.verifier(WHSEC)?.verify(&HeaderMap::new(), b"{}");
    assert!(matches!(unsigned, Err(VerifyError::Missing(_))));
    Ok(())
}

fn with_a_time() -> Result<(), Box<dyn Error>> {
    let now = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    let headers = Scheme::STANDARD.signer(WHSEC)?.sign("msg_1", now, b"{}")?;
    let secret = Secret::whsec(WHSEC)?;
    verify_at(Scheme::STANDARD, &secret, &headers, b"{}", now)?;
    let late = now + Duration::hours(1);
    let stale = verify_at(Scheme::STANDARD, &secret, &headers, b"{}", late);
    assert_eq!(stale.err(), Some(VerifyError::TimestampTooOld));

    let verifier = Scheme::STANDARD.verifier(WHSEC)?.clock(ManualClock::new(now));
    let mut verification = verifier.begin(&headers)?;
    verification.update(b"{}");
    assert_eq!(verification.finish()?.id(), Some("msg_1"));
    Ok(())
}
