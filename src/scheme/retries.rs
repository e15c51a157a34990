//! What a provider does with a signature when it sends a delivery again.

/// What a provider does with the signature when it sends a delivery again, after an answer that was
/// no 2xx.
///
/// It matters where a time is signed: a retry that is not signed anew is as old as the first attempt,
/// and a receiver whose [tolerance](crate::Scheme::tolerance) is shorter than the retries go on never
/// sees it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::scheme::{HeaderNames, Layout, Part, Retries};
/// use tower_webhook::{Scheme, Tolerance};
///
/// assert_eq!(Scheme::STRIPE.retries(), Retries::Fresh);
///
/// // A sender that retries for an hour, with the headers of the first attempt.
/// const ACME: Scheme = Scheme::custom("acme")
///     .headers(&[HeaderNames::new("acme-signature")])
///     .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
///     .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
///     .retries(Retries::First)
///     .tolerance(Tolerance::new(Duration::from_secs(3_900), Duration::from_secs(300)))
///     .build();
/// assert_eq!(ACME.retries(), Retries::First);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retries {
    /// Each attempt has a time and a signature of its own.
    Fresh,
    /// Each attempt has the time and the signature of the first. The tolerance has to be as long as
    /// the retries go on, and what was captured can be sent again for as long: use a
    /// [replay guard](crate::Receiver#method.replay).
    First,
    /// The provider does not say.
    #[default]
    NotStated,
}
