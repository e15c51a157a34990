//! The pieces of the signed content, and how an id among them ends.

/// The longest id that is accepted, in bytes.
pub(crate) const MAX_ID: usize = 256;

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
    /// The delivery's id, as received. An id that contains the nearest byte of the literal between
    /// it and the body is rejected, so that no two deliveries have the same signed content.
    Id,
    /// The timestamp, as received.
    Timestamp,
    /// The raw body.
    Body,
    /// The fields of the form that is the body, instead of the body: each name and value, decoded,
    /// sorted by name and then by value, with nothing between. A field that comes twice with the same
    /// value counts once, and a form with more than 1,000 fields is rejected.
    ///
    /// A verdict needs the whole form. While it is made, the body is also there in one piece, decoded, and
    /// as it is signed: in all up to 4.25 times its size and 64 KiB, where another body takes 1.25 times.
    ///
    /// # Security
    ///
    /// The order of the fields is not signed, nor where one ends and the next begins: see
    /// [`SchemeBuilder::dangerous_movable_url`](crate::scheme::SchemeBuilder::dangerous_movable_url),
    /// which this part needs.
    Form,
    /// The SHA-256 of the body in lower-case hexadecimal digits, instead of the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Part};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").timestamp("acme-time")])
    ///     .signed(&[Part::Timestamp, Part::Literal("."), Part::Digest])
    ///     .build();
    /// let now = time::OffsetDateTime::now_utc();
    /// let headers = ACME.signer("secret")?.sign(None, now, b"{}")?;
    ///
    /// let mut verification = ACME.verifier("secret")?.begin(&headers)?;
    /// verification.update(b"{");
    /// verification.update(b"}");
    /// assert!(verification.finish().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Digest,
    /// The request's method, in upper case.
    Method,
    /// The URL that the sender called: the [public URL](crate::Verifier::public_url) of the
    /// verifier, followed by the request's path and query as received, or the
    /// [exact URL](crate::Verifier::exact_url).
    Url,
    /// The path of the URL as the receiver sees it, without the query. What is mounted below a base that
    /// the sender does not sign has to see the path without that base, as what is inside of axum's
    /// `nest` does. A path that contains the nearest byte of the literal between it and the body is
    /// rejected.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower_webhook::{Field, Scheme, VerifyError};
    /// use tower_webhook::scheme::{HeaderNames, Part};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .signed(&[Part::Path, Part::Literal(":"), Part::Body])
    ///     .build();
    /// let now = time::OffsetDateTime::now_utc();
    /// let url = "https://acme.example/orders?page=2";
    /// let mut sent = ACME.signer("secret")?.request(url, None, now, "a:b")?;
    /// let verifier = ACME.verifier("secret")?;
    /// *sent.uri_mut() = "/orders".parse()?;
    /// assert!(verifier.verify(&sent, b"a:b").is_ok());
    ///
    /// *sent.uri_mut() = "/orders:a".parse()?;
    /// assert_eq!(verifier.verify(&sent, b"b").unwrap_err(), VerifyError::Malformed(Field::Path));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Path,
    /// Fixed text.
    Literal(&'static str),
}

/// The shape of an id: what it may contain, and so what ends it in the signed content.
///
/// An id has 1 to 256 bytes of visible ASCII in any case.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::{HeaderNames, IdShape, Part};
///
/// const NAMES: &[HeaderNames] = &[HeaderNames::new("acme-signature").id("acme-id")];
///
/// // With nothing between them, `evt_12` and `{}` would be signed as `evt_1` and `2{}` are.
/// let acme = Scheme::custom("acme").headers(NAMES).signed(&[Part::Id, Part::Body]);
/// assert!(acme.try_build().is_err());
/// assert!(acme.id_shape(IdShape::Length(36)).try_build().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdShape {
    /// Visible ASCII. Only a literal ends it.
    Visible,
    /// ASCII letters and digits, `-`, `_` and `=`, as in UUIDs and base64url. A literal ends it, and
    /// so does a timestamp in RFC 3339, by the places of its colons.
    UrlSafe,
    /// Exactly so many bytes. It ends itself.
    Length(usize),
}
