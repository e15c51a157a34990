//! The scheme: a reference to a description, and its getters.

use std::fmt;

use crate::crypto::Algorithm;
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::catalog;
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::handshake::Handshake;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::{Layout, LayoutKind};
use crate::scheme::part::{IdShape, Part};
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

/// How one provider signs its webhooks: which headers it sends, what it signs, and how it prints
/// its secrets.
///
/// A scheme is a reference to plain `'static` data, and two schemes are equal if their data are.
/// Presets are associated constants such as [`Scheme::STANDARD`] and [`Scheme::GITHUB`], listed
/// below by trade and [in a table](crate::manual::schemes#find-the-provider). [`Scheme::named`]
/// finds a preset by its name, and [`Scheme::custom`] describes any other scheme from the same
/// parts.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
///
/// let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
/// assert_eq!(verifier.scheme().name(), "github");
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy)]
pub struct Scheme(pub(crate) &'static Definition);

/// The description of a scheme, which obeys the [`rules`](crate::scheme::rules).
///
/// The fields from `before_body` to `signs_request` follow from `signed` and `layout`. They are
/// computed once, by the builder, because every delivery needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) headers: &'static [HeaderNames],
    pub(crate) layout: Layout,
    pub(crate) encoding: Encoding,
    pub(crate) algorithm: Algorithm,
    pub(crate) signed: &'static [Part],
    pub(crate) before_body: &'static [Part],
    pub(crate) after_body: &'static [Part],
    pub(crate) signs_id: bool,
    pub(crate) id_end: Option<u8>,
    pub(crate) signs_timestamp: bool,
    pub(crate) lists_timestamp: bool,
    pub(crate) signs_request: bool,
    pub(crate) signs_url: bool,
    pub(crate) path_end: Option<u8>,
    pub(crate) signs_form: bool,
    pub(crate) signs_digest: bool,
    pub(crate) id_shape: IdShape,
    pub(crate) movable_url: bool,
    pub(crate) decoded_url: &'static str,
    pub(crate) optional_port: bool,
    pub(crate) digest_in_query: Option<&'static str>,
    pub(crate) escaped_body: bool,
    pub(crate) timestamp_format: TimestampFormat,
    pub(crate) tolerance: Tolerance,
    pub(crate) retries: Retries,
    pub(crate) key_format: KeyFormat,
    pub(crate) repeated_signature: bool,
    pub(crate) shared_token: bool,
    pub(crate) delivery_header: Option<&'static str>,
    pub(crate) body_limit: Option<usize>,
    pub(crate) documentation: Option<(&'static str, Evidence)>,
    pub(crate) handshake: Option<&'static Handshake>,
}

impl Scheme {
    /// All presets, trade by trade.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let scheme = Scheme::ALL.iter().find(|scheme| scheme.name() == "stripe");
    /// assert_eq!(scheme, Some(&Scheme::STRIPE));
    /// ```
    pub const ALL: &'static [Self] = &catalog::ALL;

    /// The presets of each trade, in the order of [`Scheme::ALL`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let (_, payments) = Scheme::TRADES.iter().find(|(trade, _)| *trade == "payments").unwrap();
    /// assert!(payments.contains(&Scheme::STRIPE));
    /// ```
    pub const TRADES: &'static [(&'static str, &'static [Self])] = catalog::TRADES;

    /// Starts the description of a scheme that is not among the presets.
    ///
    /// By default the scheme has one hexadecimal HMAC-SHA-256 of the body, and the secret is text.
    /// Put the result into a `const`, so that a contradiction, such as a signed id without a header
    /// to read it from, is an error of the compiler. For a description that is only known at run
    /// time there is [`SchemeBuilder::try_build`].
    ///
    /// # Examples
    ///
    /// A plain header:
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Layout};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("x-acme-signature")])
    ///     .layout(Layout::single("sha256="))
    ///     .build();
    /// ```
    ///
    /// One header with `t=…,v1=…`:
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{HeaderNames, Layout, Part};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
    ///     .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
    ///     .build();
    /// ```
    ///
    /// Three headers:
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::{Encoding, HeaderNames, KeyFormat, Layout, Part};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").id("acme-id").timestamp("acme-timestamp")])
    ///     .layout(Layout::list(' ', ',', "v1"))
    ///     .encoding(Encoding::Base64)
    ///     .signed(&[
    ///         Part::Id,
    ///         Part::Literal("."),
    ///         Part::Timestamp,
    ///         Part::Literal("."),
    ///         Part::Body,
    ///     ])
    ///     .key_format(KeyFormat::Whsec)
    ///     .build();
    /// ```
    pub const fn custom(name: &'static str) -> SchemeBuilder {
        SchemeBuilder(Definition {
            name,
            headers: &[],
            layout: Layout::single(""),
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha256,
            signed: &[Part::Body],
            before_body: &[],
            after_body: &[],
            signs_id: false,
            id_end: None,
            signs_timestamp: false,
            lists_timestamp: false,
            signs_request: false,
            signs_url: false,
            path_end: None,
            signs_form: false,
            signs_digest: false,
            id_shape: IdShape::Visible,
            movable_url: false,
            decoded_url: "",
            optional_port: false,
            digest_in_query: None,
            escaped_body: false,
            timestamp_format: TimestampFormat::Seconds,
            tolerance: Tolerance::default_const(),
            retries: Retries::NotStated,
            key_format: KeyFormat::Utf8,
            repeated_signature: false,
            shared_token: false,
            delivery_header: None,
            body_limit: None,
            documentation: None,
            handshake: None,
        })
    }

    /// The scheme's name, as it appears in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.name
    }

    /// The header families of the scheme, the preferred one first.
    #[must_use]
    pub const fn headers(&self) -> &'static [HeaderNames] {
        self.0.headers
    }

    /// The layout of the signature header's value.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.0.layout
    }

    /// The encoding of a signature's bytes.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.0.encoding
    }

    /// The algorithm that computes the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// The signed content, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Part;
    ///
    /// assert_eq!(Scheme::GITHUB.signed(), [Part::Body]);
    /// assert_eq!(Scheme::SQUARE.signed(), [Part::Url, Part::Body]);
    /// ```
    #[must_use]
    pub const fn signed(&self) -> &'static [Part] {
        self.0.signed
    }

    /// Returns `false` if the sender only repeats the secret and signs nothing, so that whoever has seen
    /// a delivery can send any other; see [`SchemeBuilder::dangerous_shared_token`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert!(Scheme::GITLAB.covers_body());
    /// assert!(!Scheme::GITLAB_TOKEN.covers_body());
    /// ```
    #[must_use]
    pub const fn covers_body(&self) -> bool {
        !self.0.shared_token
    }

    /// The format of the timestamp, or `None` if the scheme does not sign one.
    #[must_use]
    pub const fn timestamp_format(&self) -> Option<TimestampFormat> {
        if self.0.signs_timestamp { Some(self.0.timestamp_format) } else { None }
    }

    /// Returns `true` if an id is part of the signed content, so that a retry can be told apart
    /// from a new delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert!(Scheme::STANDARD.signs_id());
    /// // GitHub sends an id (`X-GitHub-Delivery`), but does not sign it.
    /// assert!(!Scheme::GITHUB.signs_id());
    /// ```
    #[must_use]
    pub const fn signs_id(&self) -> bool {
        self.0.signs_id
    }

    /// The shape of an id.
    #[must_use]
    pub const fn id_shape(&self) -> IdShape {
        self.0.id_shape
    }

    /// Returns `true` if bytes can be moved between the URL and the body of a signed delivery, or
    /// between the fields of a form; see
    /// [`SchemeBuilder::dangerous_movable_url`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert!(Scheme::SQUARE.movable_url() && Scheme::TWILIO.movable_url());
    /// assert!(!Scheme::STRIPE.movable_url());
    /// ```
    #[must_use]
    pub const fn movable_url(&self) -> bool {
        self.0.movable_url
    }

    /// The characters that may have been percent-decoded in the signed URL; see
    /// [`SchemeBuilder::decoded_url`].
    #[must_use]
    pub const fn decoded_url(&self) -> &'static str {
        self.0.decoded_url
    }

    /// Returns `true` if the URL may have been signed with or without its port; see
    /// [`SchemeBuilder::optional_port`].
    #[must_use]
    pub const fn optional_port(&self) -> bool {
        self.0.optional_port
    }

    /// The parameter of the signed URL that is the digest of a body that is no form; see
    /// [`SchemeBuilder::digest_in_query`].
    #[must_use]
    pub const fn digest_in_query(&self) -> Option<&'static str> {
        self.0.digest_in_query
    }

    /// Returns `true` if the body may have been signed with its non-ASCII characters escaped; see
    /// [`SchemeBuilder::escaped_body`].
    #[must_use]
    pub const fn escaped_body(&self) -> bool {
        self.0.escaped_body
    }

    /// The default of [`Verifier::tolerance`](crate::Verifier::tolerance): how far from now a
    /// timestamp may be.
    #[must_use]
    pub const fn tolerance(&self) -> Tolerance {
        self.0.tolerance
    }

    /// What the provider does with the signature when it sends a delivery again.
    #[must_use]
    pub const fn retries(&self) -> Retries {
        self.0.retries
    }

    /// The format in which the provider prints a secret.
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.0.key_format
    }

    /// Returns `true` if several signature headers in one request are read as one list.
    #[must_use]
    pub const fn repeated_signature(&self) -> bool {
        self.0.repeated_signature
    }

    /// Returns `true` if the request's method, URL or path is part of the signed content, so that a
    /// verifier needs the whole request; and if it is the URL,
    /// [`Verifier::public_url`](crate::Verifier::public_url) or
    /// [`Verifier::exact_url`](crate::Verifier::exact_url).
    #[must_use]
    pub const fn signs_request(&self) -> bool {
        self.0.signs_request
    }

    /// Whether the URL is part of the signed content, so that it has to be configured.
    pub(crate) const fn signs_url(&self) -> bool {
        self.0.signs_url
    }

    /// The byte that ends the path in the signed content, if a literal does.
    pub(crate) const fn path_end(&self) -> Option<u8> {
        self.0.path_end
    }

    /// Whether the fields of a form are signed, and not the body's bytes.
    pub(crate) const fn signs_form(&self) -> bool {
        self.0.signs_form
    }

    /// Whether the digest of the body is signed, and not its bytes.
    pub(crate) const fn signs_digest(&self) -> bool {
        self.0.signs_digest
    }

    /// Whether what is signed follows from the body, and is not the body.
    pub(crate) const fn derives_body(&self) -> bool {
        self.0.signs_form || self.0.signs_digest
    }

    /// Whether a delivery may have to be read in other ways than as it was received.
    pub(crate) const fn has_readings(&self) -> bool {
        self.0.signs_url || self.0.escaped_body
    }

    /// The byte that ends the id in the signed content, if a literal does.
    pub(crate) const fn id_end(&self) -> Option<u8> {
        self.0.id_end
    }

    pub(crate) const fn layout_kind(&self) -> &'static LayoutKind {
        &self.0.layout.0
    }

    /// The parts before the body.
    pub(crate) const fn before_body(&self) -> &'static [Part] {
        self.0.before_body
    }

    /// The parts after the body.
    pub(crate) const fn after_body(&self) -> &'static [Part] {
        self.0.after_body
    }

    /// Whether the timestamp is an entry of the list of signatures.
    pub(crate) const fn lists_timestamp(&self) -> bool {
        self.0.lists_timestamp
    }

    /// Whether the timestamp may be in the list more than once, in sets of entries.
    pub(crate) fn has_sets(&self) -> bool {
        matches!(self.layout_kind(), LayoutKind::List(list) if list.divider().is_some())
    }

    /// The size of the largest body that a receiver accepts by default, in bytes, if it is not 2 MiB:
    /// what the provider says that it may send, or 25 MiB for a host of source code that says nothing,
    /// because a push has no largest size.
    #[must_use]
    pub const fn body_limit(&self) -> Option<usize> {
        self.0.body_limit
    }

    /// The header with the provider's own id of a delivery, which is not signed.
    ///
    /// A replay guard uses it to tell two deliveries with the same signed content apart, and for
    /// nothing else.
    #[must_use]
    pub const fn delivery_header(&self) -> Option<&'static str> {
        self.0.delivery_header
    }

    /// The URL of the page that the scheme is taken from.
    #[must_use]
    pub const fn documentation(&self) -> Option<&'static str> {
        match self.0.documentation {
            Some((url, _)) => Some(url),
            None => None,
        }
    }

    /// The evidence that the scheme rests on.
    #[must_use]
    pub const fn evidence(&self) -> Option<Evidence> {
        match self.0.documentation {
            Some((_, evidence)) => Some(evidence),
            None => None,
        }
    }

    /// What the provider asks of an endpoint before it delivers to it, if it asks anything that is
    /// not a delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Handshake;
    ///
    /// assert_eq!(Scheme::META.handshake(), Some(Handshake::META));
    /// assert_eq!(Scheme::GITHUB.handshake(), None);
    /// ```
    #[must_use]
    pub const fn handshake(&self) -> Option<Handshake> {
        match self.0.handshake {
            Some(handshake) => Some(*handshake),
            None => None,
        }
    }

    /// Returns `true` if the scheme reads signatures of this algorithm.
    pub(crate) fn knows(&self, algorithm: Algorithm) -> bool {
        let more = match self.0.layout.0 {
            LayoutKind::List(list) => list.more_versions,
            LayoutKind::Single { .. } | LayoutKind::Bare(_) => &[],
        };
        self.0.algorithm == algorithm || more.iter().any(|(_, more)| *more == algorithm)
    }
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        // By address first, because a scheme is mostly compared with itself. But a preset may have
        // several addresses, since a `const` is evaluated wherever it is used.
        std::ptr::eq(self.0, other.0) || self.0 == other.0
    }
}

impl Eq for Scheme {}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.0.name).finish()
    }
}
