//! The headers of a delivery.

/// The headers that carry one delivery's signature, id and timestamp, in lower case.
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::HeaderNames;
///
/// const NAMES: HeaderNames = HeaderNames::new("webhook-signature")
///     .id("webhook-id")
///     .timestamp("webhook-timestamp");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderNames {
    pub(super) signature: &'static str,
    pub(super) more_signatures: &'static [&'static str],
    pub(super) id: Option<&'static str>,
    pub(super) timestamp: Option<&'static str>,
}

impl HeaderNames {
    /// Names the header with the signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("x-hub-signature-256");
    /// assert!(NAMES.signatures().eq(["x-hub-signature-256"]));
    /// ```
    #[must_use]
    pub const fn new(signature: &'static str) -> Self {
        Self { signature, more_signatures: &[], id: None, timestamp: None }
    }

    /// Names further headers with signatures, for a provider that sends one for each of its keys.
    /// Any of them may be missing, and any of them may match.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("box-signature-primary")
    ///     .more_signatures(&["box-signature-secondary"]);
    /// assert_eq!(NAMES.signatures().count(), 2);
    /// ```
    #[must_use]
    pub const fn more_signatures(mut self, names: &'static [&'static str]) -> Self {
        self.more_signatures = names;
        self
    }

    /// Names the header with the signed id.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("acme-signature").id("acme-id");
    /// assert_eq!(NAMES.id_name(), Some("acme-id"));
    /// ```
    #[must_use]
    pub const fn id(mut self, name: &'static str) -> Self {
        self.id = Some(name);
        self
    }

    /// Names the header with the signed timestamp.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("acme-signature").timestamp("acme-time");
    /// assert_eq!(NAMES.timestamp_name(), Some("acme-time"));
    /// ```
    #[must_use]
    pub const fn timestamp(mut self, name: &'static str) -> Self {
        self.timestamp = Some(name);
        self
    }

    /// The headers with signatures; at least one.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let names = Scheme::BOX.headers().first().unwrap();
    /// assert!(names.signatures().eq(["box-signature-primary", "box-signature-secondary"]));
    /// ```
    pub fn signatures(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        [self.signature].into_iter().chain(self.more_signatures.iter().copied())
    }

    /// The header with the signed id.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::SVIX.headers().first().unwrap().id_name(), Some("svix-id"));
    /// assert_eq!(Scheme::GITHUB.headers().first().unwrap().id_name(), None);
    /// ```
    #[must_use]
    pub const fn id_name(&self) -> Option<&'static str> {
        self.id
    }

    /// The header with the signed timestamp.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let names = Scheme::SLACK.headers().first().unwrap();
    /// assert_eq!(names.timestamp_name(), Some("x-slack-request-timestamp"));
    /// // Stripe's is in the list of signatures.
    /// assert_eq!(Scheme::STRIPE.headers().first().unwrap().timestamp_name(), None);
    /// ```
    #[must_use]
    pub const fn timestamp_name(&self) -> Option<&'static str> {
        self.timestamp
    }

    #[inline]
    pub(crate) fn is_signature(&self, is: impl Fn(&str) -> bool) -> bool {
        is(self.signature) || self.more_signatures.iter().any(|name| is(name))
    }
}
