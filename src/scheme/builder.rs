//! The builder of a scheme's description, which the compiler checks in a `const`.

use std::sync::{Mutex, PoisonError};

use crate::crypto::Algorithm;
use crate::scheme::definition::{Definition, Scheme};
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::handshake::Handshake;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::{IdShape, Part};
use crate::scheme::retries::Retries;
use crate::scheme::rules;
use crate::scheme::rules::{InvalidScheme, Tally};
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

/// Describes a [`Scheme`]; made by [`Scheme::custom`].
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::HeaderNames;
///
/// const ACME: Scheme =
///     Scheme::custom("acme").headers(&[HeaderNames::new("x-acme-signature")]).build();
/// let verifier = ACME.verifier("secret")?;
/// # assert_eq!(verifier.scheme(), ACME);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SchemeBuilder(pub(super) Definition);

impl SchemeBuilder {
    /// Sets the name, for presets: a shape is shared by many and leaves the name empty.
    pub(super) const fn named(mut self, name: &'static str) -> Self {
        self.0.name = name;
        self
    }

    /// Sets the header families, the preferred one first, default none. The first family whose
    /// signature header is in the request is used whole; families never mix.
    pub const fn headers(mut self, headers: &'static [HeaderNames]) -> Self {
        self.0.headers = headers;
        self
    }

    /// Sets the layout of the signature header's value, default one signature without a prefix.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Layout};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .layout(Layout::single("sha256="))
    ///     .build();
    /// let headers = ACME.signer("secret")?.sign(None, time::OffsetDateTime::now_utc(), b"{}")?;
    /// assert!(headers["acme-signature"].to_str()?.starts_with("sha256="));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.0.layout = layout;
        self.0.lists_timestamp = layout.lists_timestamp();
        self
    }

    /// Sets the encoding of a signature's bytes, default [`Encoding::Hex`].
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.0.encoding = encoding;
        self
    }

    /// Sets the algorithm that computes the signature, default [`Algorithm::HmacSha256`].
    pub const fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.0.algorithm = algorithm;
        self
    }

    /// Sets the signed content, in order, default the body alone.
    ///
    /// No byte of a delivery may be able to move from one part to another without changing the
    /// signed content. So an id needs a literal between itself and its neighbor on the side of the
    /// body, or [a shape that ends it](SchemeBuilder::id_shape), a path needs a literal there too, and
    /// a method or a URL needs a literal that cannot continue it, such as a newline. A timestamp ends
    /// itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Part};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").id("acme-id")])
    ///     .signed(&[Part::Id, Part::Literal("."), Part::Body])
    ///     .build();
    /// assert!(ACME.signs_id());
    /// ```
    pub const fn signed(mut self, parts: &'static [Part]) -> Self {
        self.0.signed = parts;
        let tally = Tally::of(parts);
        (self.0.before_body, self.0.after_body) = (tally.before_body, tally.after_body);
        self.0.signs_id = tally.id > 0;
        self.0.id_end = tally.id_end;
        self.0.signs_timestamp = tally.timestamp > 0;
        self.0.signs_request = tally.request + tally.url + tally.path > 0;
        self.0.signs_url = tally.url > 0;
        self.0.path_end = tally.path_end;
        self.0.signs_form = tally.form > 0;
        self.0.signs_digest = tally.digest > 0;
        self
    }

    /// Sets the shape of an id, default [`IdShape::Visible`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::{HeaderNames, IdShape, Part};
    /// use tower_webhook::{Field, Scheme, VerifyError};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").id("acme-id")])
    ///     .signed(&[Part::Id, Part::Body])
    ///     .id_shape(IdShape::Length(5))
    ///     .build();
    /// let now = time::OffsetDateTime::now_utc();
    /// let mut headers = ACME.signer("secret")?.sign("evt_1", now, b"2{}")?;
    /// headers.insert("acme-id", "evt_12".parse()?);
    /// let error = ACME.verifier("secret")?.verify(&headers, b"{}").unwrap_err();
    /// assert_eq!(error, VerifyError::Malformed(Field::Id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn id_shape(mut self, shape: IdShape) -> Self {
        self.0.id_shape = shape;
        self
    }

    /// Sets that the method, the URL and the fields of a form may touch each other and the body,
    /// default off, for a provider that signs them with nothing between.
    ///
    /// # Security
    ///
    /// Whoever has captured a signed delivery can send it again with bytes moved between the URL and
    /// the body, as far as both stay well formed; and if the fields of a form are signed, between those:
    /// what was the end of a value can become the next field, or the query. Answer only requests with exactly the path and the
    /// query that the provider was given, or set [`Verifier::exact_url`](crate::Verifier::exact_url):
    /// then there is only one way to cut a URL from a body.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// // Square signs the URL, and then the body.
    /// let signer = Scheme::SQUARE.signer("signature key")?;
    /// let now = time::OffsetDateTime::now_utc();
    /// let mut request = signer.request("https://example.com/hook", None, now, "1{}")?;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.public_url("https://example.com")?;
    /// *request.uri_mut() = "/hook1".parse()?;
    /// assert!(verifier.verify(&request, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn dangerous_movable_url(mut self) -> Self {
        self.0.movable_url = true;
        self
    }

    /// Sets the characters that the provider percent-decodes in the URL before it signs, default none,
    /// for a provider that may or may not do so.
    ///
    /// The URL is verified as it was called, and if that does not match and it contains one of these
    /// characters in encoded form, decoded.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// // HubSpot's documentation has a list of characters that it decodes.
    /// let signer = Scheme::HUBSPOT_V3.signer("client secret")?;
    /// let now = time::OffsetDateTime::now_utc();
    /// let mut request = signer.request("https://example.com/hook?at=a@b", None, now, "[]")?;
    /// *request.uri_mut() = "/hook?at=a%40b".parse()?;
    ///
    /// let verifier = Scheme::HUBSPOT_V3.verifier("client secret")?.public_url("https://example.com")?;
    /// assert!(verifier.verify(&request, b"[]").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn decoded_url(mut self, chars: &'static str) -> Self {
        self.0.decoded_url = chars;
        self
    }

    /// Sets that the provider signs nothing and sends the secret itself as the only signature, default
    /// off. [`Scheme::covers_body`] and [`Verified::covers_body`](crate::Verified::covers_body) then say
    /// so.
    ///
    /// # Security
    ///
    /// A token in a header proves that the sender has it, as a password does. It says nothing of the
    /// body, nor when it was sent: whoever has seen one delivery, in a log or at a proxy, can send any
    /// other. So nothing is remembered of such deliveries unless [`Replay::key_by`] says as what. Use TLS,
    /// keep the header out of logs, and prefer anything that the provider signs.
    ///
    /// [`Replay::key_by`]: https://docs.rs/tower-webhook/latest/tower_webhook/replay/struct.Replay.html#method.key_by
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Layout};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("authorization")])
    ///     .layout(Layout::single("Bearer "))
    ///     .dangerous_shared_token()
    ///     .build();
    /// let sent = ACME.signer("t0ken")?.sign(None, time::OffsetDateTime::now_utc(), b"{}")?;
    /// assert_eq!(sent["authorization"], "Bearer t0ken");
    ///
    /// let verified = ACME.verifier("t0ken")?.verify(&sent, b"anything at all")?;
    /// assert!(!verified.covers_body());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn dangerous_shared_token(mut self) -> Self {
        self.0.shared_token = true;
        self.0.algorithm = Algorithm::SharedToken;
        self.0.encoding = Encoding::Verbatim;
        self.signed(&[])
    }

    /// Sets that the provider may sign the URL with a port or without one, default off: whatever the
    /// port of the URL, it is also verified without it, and a URL without a port is also verified with
    /// the one of its scheme, 443 or 80.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "sha1")] {
    /// use tower_webhook::Scheme;
    ///
    /// let signer = Scheme::TWILIO.signer("auth token")?;
    /// let now = time::OffsetDateTime::now_utc();
    /// let request = signer.request("https://example.com:443/voice", None, now, "Digits=1")?;
    ///
    /// let verifier = Scheme::TWILIO.verifier("auth token")?.public_url("https://example.com")?;
    /// assert!(verifier.verify(&request, b"Digits=1").is_ok());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn optional_port(mut self) -> Self {
        self.0.optional_port = true;
        self
    }

    /// Sets the name of the parameter that a provider adds to the query of the signed URL with a body
    /// that is no form, default none: its value is the body's SHA-256 in hexadecimal digits, and the
    /// body is compared with it. Nothing else of such a body is signed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "sha1")] {
    /// use tower_webhook::Scheme;
    ///
    /// let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let url = format!("https://example.com/sms?bodySHA256={digest}");
    /// let signer = Scheme::TWILIO.signer("auth token")?;
    /// let request = signer.request(&url, None, time::OffsetDateTime::now_utc(), "{}")?;
    ///
    /// let verifier = Scheme::TWILIO.verifier("auth token")?.public_url("https://example.com")?;
    /// assert!(verifier.verify(&request, b"{}").is_ok());
    /// assert!(verifier.verify(&request, b"{ }").is_err());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn digest_in_query(mut self, name: &'static str) -> Self {
        self.0.digest_in_query = Some(name);
        self
    }

    /// Sets that the provider may sign the body with its non-ASCII characters escaped as in JSON,
    /// `\u00e9` for `é` and two surrogates for an emoji, default off.
    ///
    /// The body is verified as it was received, and if that does not match and it is UTF-8 with a
    /// character that is not ASCII, escaped: in lower case, and nothing else of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let now = time::OffsetDateTime::now_utc();
    /// let headers = Scheme::BOX.signer("key")?.sign(None, now, br#"{"name":"\ud83d\ude00"}"#)?;
    /// let verifier = Scheme::BOX.verifier("key")?;
    /// assert!(verifier.verify(&headers, r#"{"name":"😀"}"#.as_bytes()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn escaped_body(mut self) -> Self {
        self.0.escaped_body = true;
        self
    }

    /// Sets the format of the timestamp, default [`TimestampFormat::Seconds`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Part, TimestampFormat};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").timestamp("acme-time")])
    ///     .signed(&[Part::Timestamp, Part::Body])
    ///     .timestamp_format(TimestampFormat::Millis)
    ///     .build();
    /// let then = time::OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = ACME.signer("secret")?.sign(None, then, b"{}")?;
    /// assert_eq!(headers["acme-time"], "1700000000000");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn timestamp_format(mut self, format: TimestampFormat) -> Self {
        self.0.timestamp_format = format;
        self
    }

    /// Sets how far from now a timestamp may be, default 5 minutes both ways.
    pub const fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Sets what the provider does with the signature when it sends a delivery again, default
    /// [`Retries::NotStated`].
    pub const fn retries(mut self, retries: Retries) -> Self {
        self.0.retries = retries;
        self
    }

    /// Sets the format in which the provider prints a secret, default [`KeyFormat::Utf8`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Scheme};
    /// use tower_webhook::scheme::{HeaderNames, KeyFormat};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .key_format(KeyFormat::Hex)
    ///     .build();
    /// assert_eq!(ACME.verifier("secret").unwrap_err(), InvalidSecret::NotHex);
    /// ```
    pub const fn key_format(mut self, format: KeyFormat) -> Self {
        self.0.key_format = format;
        self
    }

    /// Sets the header with the provider's own id of a delivery, in lower case, default none, for a
    /// scheme that does not sign one.
    ///
    /// A replay guard uses it to tell two deliveries with the same signed content apart. A forged
    /// value can only make a delivery that was captured run once more.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .delivery_header("acme-delivery")
    ///     .build();
    /// ```
    pub const fn delivery_header(mut self, name: &'static str) -> Self {
        self.0.delivery_header = Some(name);
        self
    }

    /// Sets the size of the largest body that the provider sends, in bytes, default none. It
    /// becomes the default limit of a receiver.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.0.body_limit = Some(bytes);
        self
    }

    /// Sets the URL of the page that the scheme is taken from, and the kind of evidence it is,
    /// default none.
    pub const fn documentation(mut self, url: &'static str, evidence: Evidence) -> Self {
        self.0.documentation = Some((url, evidence));
        self
    }

    /// Sets what the provider asks of an endpoint before it delivers to it, default nothing.
    ///
    /// It only says so: a receiver answers the handshakes that it is told to.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{Handshake, HeaderNames};
    ///
    /// const SMARTSHEET: Scheme = Scheme::custom("smartsheet")
    ///     .headers(&[HeaderNames::new("smartsheet-hmac-sha256")])
    ///     .handshake(&Handshake::SMARTSHEET)
    ///     .build();
    /// ```
    pub const fn handshake(mut self, handshake: &'static Handshake) -> Self {
        self.0.handshake = Some(handshake);
        self
    }

    /// Sets that several signature headers in one request are read as one list, default off: a
    /// repeated signature header is an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret};
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .repeated_signature()
    ///     .build();
    /// let signer = ACME.signer("new")?.add_secret(Secret::utf8("old")?)?;
    /// let headers = signer.sign(None, time::OffsetDateTime::now_utc(), b"{}")?;
    /// assert_eq!(headers.get_all("acme-signature").iter().count(), 2);
    /// assert!(ACME.verifier("old")?.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn repeated_signature(mut self) -> Self {
        self.0.repeated_signature = true;
        self
    }

    /// Checks the description and makes the scheme, in a `const`.
    ///
    /// The scheme refers to the builder, which lives forever only in a `const`; anywhere else the
    /// compiler says that a temporary value does not live long enough. There, use an inline
    /// `const { … }` or [`SchemeBuilder::try_build`].
    ///
    /// # Panics
    ///
    /// Panics if the description contradicts itself. In a `const`, that is an error of the
    /// compiler:
    ///
    /// - a literal of the signed content is empty;
    /// - there is no header family, or a header name is not a valid one in lower case, or occurs
    ///   twice in a family;
    /// - what only a list has is set of [a layout](Layout) that is none;
    /// - the signed content does not contain the body, or the fields of its form, exactly once, or
    ///   contains the id or the timestamp more than once;
    /// - there is a [shared token](SchemeBuilder::dangerous_shared_token), and anything is signed or in a
    ///   list;
    /// - a signature is in DER that is not one of ECDSA;
    /// - the fields of a form are signed without
    ///   [`dangerous_movable_url`](SchemeBuilder::dangerous_movable_url), or escaped;
    /// - nothing ends the id, the method or the URL in [the signed content](SchemeBuilder::signed);
    /// - an id has the length 0, or more than 256;
    /// - an id is signed but not every family names its header, or the other way around;
    /// - a timestamp is signed but does not come from exactly one place, the header or the list;
    /// - a separator of a list is not ASCII, or two kinds of entries could be confused;
    /// - characters of the URL are decoded that are not visible ASCII, or no URL is signed whose
    ///   characters, port or query are said to have a meaning;
    /// - a body is escaped that is signed with anything but an HMAC.
    ///
    /// # Examples
    ///
    /// A contradiction does not compile:
    ///
    /// ```compile_fail,E0080
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Part};
    ///
    /// // An id is signed, but no header is named to read it from.
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .signed(&[Part::Id, Part::Body])
    ///     .build();
    /// # assert_eq!(ACME.name(), "acme");
    /// ```
    #[must_use]
    #[expect(clippy::panic, reason = "in a `const`, an error of the compiler")]
    pub const fn build(&'static self) -> Scheme {
        match rules::check(&self.0) {
            Ok(()) => Scheme(&self.0),
            Err(InvalidScheme(rule)) => panic!("{}", rule),
        }
    }

    /// Checks the description and makes the scheme at run time, for a description from a
    /// configuration file. It obeys the rules of a `const`, and nothing panics.
    ///
    /// The description is never freed, so that a [`Scheme`] stays as small as a reference; equal
    /// descriptions share one allocation. What it refers to is not freed either, because the program
    /// leaks it to make it `'static`, each time anew. So read the file once, at the start, and again only
    /// if it has changed: each reading leaks about the size of the file. Never describe a scheme by the
    /// contents of a request.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScheme`] if the description breaks one of the rules of
    /// [`SchemeBuilder::build`].
    ///
    /// # Examples
    ///
    /// Presets are found by [`Scheme::named`], and others described:
    ///
    /// ```
    /// use std::error::Error;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Layout, Part};
    ///
    /// /// As it comes out of a parser of configuration files.
    /// struct Described {
    ///     header: String,
    ///     timestamp: Option<String>,
    ///     prefix: String,
    ///     /// Such as `timestamp . body`.
    ///     signed: String,
    /// }
    ///
    /// fn scheme(described: Described) -> Result<Scheme, Box<dyn Error>> {
    ///     let mut names = HeaderNames::new(described.header.leak());
    ///     if let Some(timestamp) = described.timestamp {
    ///         names = names.timestamp(timestamp.leak());
    ///     }
    ///     let signed: &'static str = described.signed.leak();
    ///     let parts: Vec<_> = signed
    ///         .split(' ')
    ///         .map(|part| match part {
    ///             "timestamp" => Part::Timestamp,
    ///             "body" => Part::Body,
    ///             literal => Part::Literal(literal),
    ///         })
    ///         .collect();
    ///     let builder = Scheme::custom("acme")
    ///         .headers(vec![names].leak())
    ///         .layout(Layout::single(described.prefix.leak()))
    ///         .signed(parts.leak());
    ///     Ok(builder.try_build()?)
    /// }
    ///
    /// let described = |header: &str, signed: &str| Described {
    ///     header: header.to_owned(),
    ///     timestamp: Some("x-acme-time".to_owned()),
    ///     prefix: "v1=".to_owned(),
    ///     signed: signed.to_owned(),
    /// };
    /// let acme = scheme(described("x-acme-signature", "timestamp . body"))?;
    /// assert!(acme.verifier("secret").is_ok());
    ///
    /// let error = scheme(described("X-Acme-Signature", "timestamp . body")).unwrap_err();
    /// assert_eq!(error.to_string(), r#"header names are lower case: "x-signature""#);
    /// let error = scheme(described("x-acme-signature", "body")).unwrap_err();
    /// assert!(error.to_string().starts_with("a timestamp is named but not signed: add Part::Timestamp"));
    /// # Ok::<(), Box<dyn Error>>(())
    /// ```
    pub fn try_build(self) -> Result<Scheme, InvalidScheme> {
        rules::check(&self.0)?;
        // Poison is ignored: a panic under the lock would leave the list as it was.
        let mut described = DESCRIBED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = described.iter().find(|known| known.0 == &self.0) {
            return Ok(*known);
        }
        let scheme = Scheme(Box::leak(Box::new(self.0)));
        described.push(scheme);
        Ok(scheme)
    }
}

/// The schemes that were described at run time, each once.
static DESCRIBED: Mutex<Vec<Scheme>> = Mutex::new(Vec::new());

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: SchemeBuilder) -> &'static str {
        builder.try_build().unwrap_err().0
    }

    const PLAIN: &[HeaderNames] = &[HeaderNames::new("x-signature")];
    const STAMPED: &[HeaderNames] = &[HeaderNames::new("x-signature").timestamp("x-timestamp")];

    const NAMED: &[HeaderNames] = &[HeaderNames::new("x-signature").id("x-id")];

    const AMBIGUOUS: [&[HeaderNames]; 9] = [
        &[HeaderNames::new("x-signature").id("x-signature")],
        &[HeaderNames::new("x-signature").timestamp("x-signature")],
        &[HeaderNames::new("x-signature").id("x-id").timestamp("x-id")],
        &[HeaderNames::new("x-signature").more_signatures(&["x-signature"])],
        &[HeaderNames::new("x-signature").more_signatures(&["x-1", "x-2", "x-1"])],
        &[HeaderNames::new("x-signature").more_signatures(&["x-id"]).id("x-id")],
        &[HeaderNames::new("x-signature").fixed(&[("x-1", "1"), ("x-signature", "1")])],
        &[HeaderNames::new("x-signature").id("x-id").fixed(&[("x-id", "1")])],
        &[HeaderNames::new("x-signature").timestamp("x-time").fixed(&[("x-time", "1")])],
    ];

    const UPPER: &str = r#"header names are lower case: "x-signature""#;
    const CHARS: &str =
        r#"a header name is letters, digits and hyphens, without a colon: "x-signature""#;

    const MISNAMED: [(&[HeaderNames], &str); 6] = [
        (&[HeaderNames::new("X-Signature")], UPPER),
        (&[HeaderNames::new("")], r#"a header name is not empty: "x-signature""#),
        (&[HeaderNames::new("x signature")], CHARS),
        (&[HeaderNames::new("x-signature:")], CHARS),
        (&[HeaderNames::new("x-signatür")], CHARS),
        (&[HeaderNames::new("x-signature").fixed(&[("X-Fixed", "1")])], UPPER),
    ];

    #[test]
    fn contradictions_do_not_build() {
        let scheme = || Scheme::custom("test").headers(PLAIN);
        assert_eq!(
            refused(Scheme::custom("test")),
            r#"a scheme has a signature header: .headers(&[HeaderNames::new("x-signature")])"#
        );
        let body = "the body is signed exactly once: one Part::Body, Form or Digest in .signed(…)";
        assert_eq!(refused(scheme().signed(&[])), body);
        assert_eq!(refused(scheme().signed(&[Part::Body, Part::Body])), body);
        assert_eq!(
            refused(scheme().signed(&[Part::Literal(""), Part::Body])),
            r#"a literal is not empty: leave out Part::Literal("")"#
        );
        assert_eq!(
            refused(scheme().signed(&[Part::Id, Part::Body])),
            r#"the id is signed: add .id("…") to the HeaderNames"#
        );
        assert_eq!(
            refused(scheme().headers(NAMED)),
            "an id is named but not signed: add Part::Id to .signed(…)"
        );
        assert_eq!(
            refused(scheme().signed(&[Part::Timestamp, Part::Body])),
            r#"the timestamp is signed: add .timestamp("…") to the HeaderNames, or its key to the list"#
        );
        assert_eq!(
            refused(scheme().headers(STAMPED)),
            "a timestamp is named but not signed: add Part::Timestamp to .signed(…)"
        );
        let twice = scheme()
            .headers(STAMPED)
            .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
            .signed(&[Part::Timestamp, Part::Body]);
        assert_eq!(refused(twice), "the timestamp has one place: the HeaderNames or the list");
        let list = |layout| refused(scheme().layout(layout));
        assert_eq!(
            list(Layout::list(',', ',', "v1")),
            "the separator of entries and that of their keys differ"
        );
        assert_eq!(list(Layout::list('–', '=', "v1")), "separators are ASCII");
        let control = "separators are no control characters";
        assert_eq!(list(Layout::list('\n', '=', "v1")), control);
        assert_eq!(list(Layout::list(',', '\0', "v1")), control);
        let printable = "the text of a header is printable ASCII";
        assert_eq!(list(Layout::single("sha256\n")), printable);
        assert_eq!(list(Layout::single("sha256\u{fc}")), printable);
        assert_eq!(list(Layout::list(',', '=', "v\r")), printable);
        assert_eq!(list(Layout::list(',', '=', "v1").timestamp_key("\t")), printable);
        let more = Layout::list(',', '=', "v1").more_versions(&[("\x7f", Algorithm::Ed25519)]);
        assert_eq!(list(more), printable);
        assert_eq!(
            list(Layout::list(',', '=', "")),
            "a version is not empty: for signatures alone there is Layout::bare_list"
        );
        let keys = "only a list has keys, versions and spaces: begin with Layout::list(…)";
        for single in [Layout::single("v1="), Layout::bare_list(',')] {
            assert_eq!(list(single.timestamp_key("t")), keys);
            assert_eq!(list(single.more_versions(&[])), keys);
            assert_eq!(list(single.spaced()), keys);
        }
        assert_eq!(
            list(Layout::single("v1=").timestamp_first()),
            "only a bare list has a first entry: begin with Layout::bare_list(…)"
        );
        assert_eq!(
            list(Layout::list(',', '=', "t").timestamp_key("t")),
            "the keys of a list differ"
        );
        const UNPRINTABLE: &[HeaderNames] = &[HeaderNames::new("x").fixed(&[("x-fixed", "1\n")])];
        assert_eq!(refused(scheme().headers(UNPRINTABLE)), printable);
        for names in AMBIGUOUS {
            let signed: &'static [Part] = match (names[0].id_name(), names[0].timestamp_name()) {
                (None, None) => &[Part::Body],
                (Some(_), None) => &[Part::Id, Part::Body],
                (None, Some(_)) => &[Part::Timestamp, Part::Body],
                (Some(_), Some(_)) => &[Part::Id, Part::Timestamp, Part::Body],
            };
            assert_eq!(
                refused(scheme().headers(names).signed(signed)),
                "each header of a family has one meaning: give them different names"
            );
        }
        for (names, rule) in MISNAMED {
            assert_eq!(refused(scheme().headers(names)), rule, "{names:?}");
        }
    }

    #[test]
    fn what_nothing_ends_does_not_build() {
        const BOTH: &[HeaderNames] = &[HeaderNames::new("x").id("x-id").timestamp("x-time")];
        use Part::{Body, Id, Literal, Method, Path, Timestamp, Url};

        let id = |signed: &'static [Part]| Scheme::custom("test").headers(NAMED).signed(signed);
        let both = |signed: &'static [Part]| Scheme::custom("test").headers(BOTH).signed(signed);
        let url = |signed: &'static [Part]| Scheme::custom("test").headers(PLAIN).signed(signed);
        let no_id = "nothing ends the id: put a literal between it and the body, or set its shape";
        let no_method = "nothing ends the method: put a literal such as a space next to it";
        let no_url = "nothing ends the URL: put a literal such as a newline next to it";

        assert_eq!(refused(id(&[Id, Body])), no_id);
        assert_eq!(refused(id(&[Body, Id])), no_id);
        assert!(id(&[Id, Literal("."), Body]).try_build().is_ok());
        assert!(id(&[Body, Literal("."), Id]).try_build().is_ok());
        // A literal on the other side ends nothing.
        assert_eq!(refused(id(&[Literal("."), Id, Body])), no_id);
        assert_eq!(refused(id(&[Body, Id, Literal(".")])), no_id);
        assert!(id(&[Id, Body]).id_shape(IdShape::Length(36)).try_build().is_ok());
        assert_eq!(refused(id(&[Id, Body]).id_shape(IdShape::UrlSafe)), no_id);
        for length in [0, 257] {
            let shape = IdShape::Length(length);
            let rule = "an id has 1 to 256 bytes";
            assert_eq!(refused(id(&[Id, Body]).id_shape(shape)), rule);
        }

        let orders: [&[Part]; 2] = [&[Id, Timestamp, Body], &[Body, Timestamp, Id]];
        for order in orders {
            let rfc_3339 = both(order).timestamp_format(TimestampFormat::Rfc3339);
            assert!(rfc_3339.id_shape(IdShape::UrlSafe).try_build().is_ok());
            assert_eq!(refused(rfc_3339), no_id, "{order:?}");
            assert_eq!(refused(both(order).id_shape(IdShape::UrlSafe)), no_id, "{order:?}");
        }
        assert_eq!(refused(both(&[Timestamp, Id, Body]).id_shape(IdShape::UrlSafe)), no_id);

        assert_eq!(refused(url(&[Method, Literal("-"), Body])), no_method);
        assert_eq!(refused(url(&[Method, Url, Literal("\n"), Body])), no_method);
        assert_eq!(refused(url(&[Method, Literal(" "), Url, Literal("?"), Body])), no_url);
        assert_eq!(refused(url(&[Url, Body])), no_url);
        assert_eq!(refused(url(&[Body, Literal("\n."), Url])), no_url);
        let lines = &[Method, Literal(" "), Url, Literal("\n"), Body, Literal(".\n"), Url];
        assert!(url(lines).try_build().is_ok());
        assert!(url(&[Method, Url, Body]).dangerous_movable_url().try_build().is_ok());

        let no_path = "nothing ends the path: put a literal between it and the body";
        assert_eq!(refused(url(&[Path, Body])), no_path);
        assert_eq!(refused(url(&[Body, Path, Literal(":")])), no_path);
        assert_eq!(refused(url(&[Path, Url, Literal("\n"), Body])), no_path);
        assert!(url(&[Path, Literal(":"), Body]).try_build().is_ok());
        assert!(url(&[Body, Literal(":"), Path]).try_build().is_ok());
        assert!(url(&[Path, Body]).dangerous_movable_url().try_build().is_ok());
        let twice = url(&[Path, Literal(":"), Body, Literal("."), Path]);
        assert_eq!(refused(twice), "the path is signed once: one Part::Path at most");
        assert_eq!(refused(id(&[Id, Body]).dangerous_movable_url()), no_id);
    }

    #[test]
    fn readings_that_cannot_be_do_not_build() {
        let scheme = || Scheme::custom("test").headers(PLAIN);
        let url = || scheme().signed(&[Part::Url, Part::Literal("\n"), Part::Body]);
        assert!(url().decoded_url(":/?").try_build().is_ok());
        assert_eq!(refused(scheme().decoded_url(":")), "no URL is signed that could be decoded");
        for chars in ["%", " ", "\n", "é", "a\u{7f}"] {
            assert_eq!(
                refused(url().decoded_url(chars)),
                "only visible ASCII is decoded, and no %"
            );
        }
        const LISTED: Layout =
            Layout::list(',', '=', "v1").more_versions(&[("v2", Algorithm::Ed25519)]);
        let mac = "an escaped body needs an HMAC";
        assert!(scheme().algorithm(Algorithm::HmacSha512).escaped_body().try_build().is_ok());
        assert_eq!(refused(scheme().algorithm(Algorithm::Ed25519).escaped_body()), mac);
        assert_eq!(refused(scheme().layout(LISTED).escaped_body()), mac);
        let digest = scheme().signed(&[Part::Digest]);
        assert!(digest.try_build().is_ok());
        assert_eq!(refused(digest.escaped_body()), "only a body that is signed itself is escaped");
    }

    #[test]
    fn both_ways_of_building_obey_the_same_rules() {
        static EMPTY: SchemeBuilder = Scheme::custom("empty");
        let panic = std::panic::catch_unwind(|| EMPTY.build()).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), refused(EMPTY));
    }

    #[test]
    fn equal_descriptions_are_kept_once() {
        const ACME: SchemeBuilder = Scheme::custom("kept once").headers(PLAIN);
        let scheme = ACME.try_build().unwrap();
        assert!(std::ptr::eq(scheme.0, ACME.try_build().unwrap().0));
        const SAME: Scheme = ACME.build();
        assert!(scheme == SAME && !std::ptr::eq(scheme.0, SAME.0));
        let other = ACME.repeated_signature().try_build().unwrap();
        assert!(scheme != other);
        let kept = DESCRIBED.lock().unwrap();
        assert_eq!(kept.iter().filter(|kept| kept.name() == "kept once").count(), 2);
        assert_eq!(size_of::<Scheme>(), size_of::<usize>());
    }
}
