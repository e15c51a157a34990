//! What a scheme is, and what it says.

use std::fmt;

use crate::crypto::Algorithm;
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::catalog;
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::{Layout, LayoutKind};
use crate::scheme::part::Part;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

/// How one provider signs its webhooks: which headers it sends, what it signs, and how it prints
/// its secrets.
///
/// A scheme is a reference to plain `'static` data, and two of them are equal if their data are.
/// Presets are associated constants such as [`Scheme::STANDARD`] and [`Scheme::GITHUB`], listed
/// below by trade and [in a table](crate::manual::schemes#find-the-provider). [`Scheme::named`]
/// finds one by its name, and [`Scheme::custom`] describes any other from the same parts.
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

/// The description of a scheme, which obeys the [`rules`].
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
    pub(crate) id_end: &'static str,
    pub(crate) signs_timestamp: bool,
    pub(crate) lists_timestamp: bool,
    pub(crate) signs_request: bool,
    pub(crate) timestamp_format: TimestampFormat,
    pub(crate) tolerance: Tolerance,
    pub(crate) key_format: KeyFormat,
    pub(crate) repeated_signature: bool,
    pub(crate) body_limit: Option<usize>,
    pub(crate) documentation: Option<(&'static str, Evidence)>,
}

impl Scheme {
    /// Every preset, in the order of the manual's table: trade by trade.
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

    /// Starts the description of a scheme that is not among the presets.
    ///
    /// Unless told otherwise, the scheme is one hexadecimal HMAC-SHA-256 of the body, and the
    /// secret is text. The result goes into a `const`, so that a contradiction, such as a signed id
    /// without a header to read it from, is an error of the compiler. For a description that is
    /// only known at run time there is [`SchemeBuilder::try_build`].
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
            id_end: "",
            signs_timestamp: false,
            lists_timestamp: false,
            signs_request: false,
            timestamp_format: TimestampFormat::Seconds,
            tolerance: Tolerance::default_const(),
            key_format: KeyFormat::Utf8,
            repeated_signature: false,
            body_limit: None,
            documentation: None,
        })
    }

    /// The scheme's name, as it appears in logs.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::STANDARD.name(), "standard-webhooks");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.name
    }

    /// The header families that the scheme knows, the preferred one first.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// // `webhook-*` and `svix-*`.
    /// assert_eq!(Scheme::STANDARD.headers().len(), 2);
    /// ```
    #[must_use]
    pub const fn headers(&self) -> &'static [HeaderNames] {
        self.0.headers
    }

    /// How the value of the signature header is laid out.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Layout;
    ///
    /// assert_eq!(Scheme::GITHUB.layout(), Layout::single("sha256="));
    /// ```
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.0.layout
    }

    /// How the bytes of a signature are written.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Encoding;
    ///
    /// assert_eq!(Scheme::STANDARD.encoding(), Encoding::Base64);
    /// ```
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.0.encoding
    }

    /// What computes the signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Algorithm;
    ///
    /// assert_eq!(Scheme::STANDARD.algorithm(), Algorithm::HmacSha256);
    /// ```
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

    /// How the timestamp is written, for a scheme that signs one.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::TimestampFormat;
    ///
    /// assert_eq!(Scheme::STRIPE.timestamp_format(), Some(TimestampFormat::Seconds));
    /// assert_eq!(Scheme::GITHUB.timestamp_format(), None);
    /// ```
    #[must_use]
    pub const fn timestamp_format(&self) -> Option<TimestampFormat> {
        if self.0.signs_timestamp { Some(self.0.timestamp_format) } else { None }
    }

    /// Whether an id is part of the signed content, so that a retry can be told from a new
    /// delivery.
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

    /// How far from now a timestamp may be unless the verifier is told otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, Tolerance};
    ///
    /// assert_eq!(Scheme::STRIPE.tolerance(), Tolerance::default());
    /// assert_eq!(Scheme::PADDLE.tolerance().past(), Duration::from_secs(5));
    /// ```
    #[must_use]
    pub const fn tolerance(&self) -> Tolerance {
        self.0.tolerance
    }

    /// How the provider prints a secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::KeyFormat;
    ///
    /// assert_eq!(Scheme::VELT.key_format(), KeyFormat::Whsec);
    /// ```
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.0.key_format
    }

    /// Whether several signature headers in one request are read as one list.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let several: Vec<_> = Scheme::ALL.iter().filter(|scheme| scheme.repeated_signature()).collect();
    /// assert!(!several.is_empty() && !several.contains(&&Scheme::GITHUB));
    /// ```
    #[must_use]
    pub const fn repeated_signature(&self) -> bool {
        self.0.repeated_signature
    }

    /// Whether the request's method or URL is part of the signed content, so that a verifier needs
    /// the whole request and [`Verifier::public_url`](crate::Verifier::public_url).
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert!(Scheme::SQUARE.signs_request());
    /// assert!(!Scheme::GITHUB.signs_request());
    /// ```
    #[must_use]
    pub const fn signs_request(&self) -> bool {
        self.0.signs_request
    }

    /// The literal that ends the id in the signed content, or nothing.
    pub(crate) const fn id_end(&self) -> &'static str {
        self.0.id_end
    }

    pub(crate) const fn layout_kind(&self) -> &'static LayoutKind {
        &self.0.layout.0
    }

    /// The parts that come before the body.
    pub(crate) const fn before_body(&self) -> &'static [Part] {
        self.0.before_body
    }

    /// The parts that come after the body.
    pub(crate) const fn after_body(&self) -> &'static [Part] {
        self.0.after_body
    }

    /// Whether the timestamp is an entry of the list of signatures.
    pub(crate) const fn lists_timestamp(&self) -> bool {
        self.0.lists_timestamp
    }

    /// The size of the largest body that the provider sends, in bytes, where that is more than
    /// the default of a layer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// // Up to 25 MB, says GitHub.
    /// assert!(Scheme::GITHUB.body_limit().is_some_and(|bytes| bytes >= 25_000_000));
    /// assert_eq!(Scheme::STRIPE.body_limit(), None);
    /// ```
    #[must_use]
    pub const fn body_limit(&self) -> Option<usize> {
        self.0.body_limit
    }

    /// The page that the scheme is taken from.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::STRIPE.documentation(), Some("https://docs.stripe.com/webhooks"));
    /// ```
    #[must_use]
    pub const fn documentation(&self) -> Option<&'static str> {
        match self.0.documentation {
            Some((url, _)) => Some(url),
            None => None,
        }
    }

    /// What the scheme rests on.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::Evidence;
    ///
    /// assert_eq!(Scheme::STRIPE.evidence(), Some(Evidence::Vector));
    /// ```
    #[must_use]
    pub const fn evidence(&self) -> Option<Evidence> {
        match self.0.documentation {
            Some((_, evidence)) => Some(evidence),
            None => None,
        }
    }

    /// Whether signatures of this algorithm are among those that the scheme reads.
    pub(crate) fn knows(&self, algorithm: Algorithm) -> bool {
        let more = match self.0.layout.0 {
            LayoutKind::List(list) => list.more_versions,
            LayoutKind::Single { .. } => &[],
        };
        self.0.algorithm == algorithm || more.iter().any(|(_, more)| *more == algorithm)
    }
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0 == other.0
    }
}

impl Eq for Scheme {}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.0.name).finish()
    }
}
