//! The pieces of the signed content.

/// One piece of the signed content.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::Part;
///
/// let parts = [Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body];
/// assert_eq!(Scheme::SLACK.signed(), parts);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The delivery's id, as received. An id that contains the literal after it is rejected, so
    /// that no two deliveries have the same signed content.
    Id,
    /// The timestamp, as received.
    Timestamp,
    /// The raw body.
    Body,
    /// The request's method, in upper case.
    Method,
    /// The URL that the sender called: the [public URL](crate::Verifier::public_url) of the
    /// verifier, followed by the request's path and query as received.
    Url,
    /// Fixed text.
    Literal(&'static str),
}
