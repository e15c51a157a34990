//! The names of a delivery's headers.

/// The names, in lower case, of the headers that carry a delivery's signature, id and timestamp.
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
    pub(super) fixed: &'static [(&'static str, &'static str)],
}

impl HeaderNames {
    /// Makes a family from the name of its signature header.
    #[must_use]
    pub const fn new(signature: &'static str) -> Self {
        Self { signature, more_signatures: &[], id: None, timestamp: None, fixed: &[] }
    }

    /// Sets the names of further signature headers, default none, for a provider that sends one for
    /// each of its keys. Any of them may be missing, and any of them may match.
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

    /// Sets the name of the header with the signed id, default none.
    #[must_use]
    pub const fn id(mut self, name: &'static str) -> Self {
        self.id = Some(name);
        self
    }

    /// Sets the name of the header with the signed timestamp, default none.
    #[must_use]
    pub const fn timestamp(mut self, name: &'static str) -> Self {
        self.timestamp = Some(name);
        self
    }

    /// Sets further headers, each with the one value that the provider sends, default none. A
    /// signer sends them too, because the provider's own libraries may look for them; a verifier
    /// does not read them, because nothing signs them.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::scheme::HeaderNames;
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").fixed(&[("acme-version", "1")])])
    ///     .build();
    /// let headers = ACME.signer("secret")?.sign(None, time::OffsetDateTime::now_utc(), b"{}")?;
    /// assert_eq!(headers["acme-version"], "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn fixed(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.fixed = headers;
        self
    }

    /// The names of the signature headers, at least one.
    pub fn signatures(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        [self.signature].into_iter().chain(self.more_signatures.iter().copied())
    }

    /// The name of the header with the signed id.
    #[must_use]
    pub const fn id_name(&self) -> Option<&'static str> {
        self.id
    }

    /// The name of the header with the signed timestamp; `None` also if the timestamp is in the
    /// list of signatures.
    #[must_use]
    pub const fn timestamp_name(&self) -> Option<&'static str> {
        self.timestamp
    }

    /// The headers with one value, which are not verified.
    #[must_use]
    pub const fn fixed_headers(&self) -> &'static [(&'static str, &'static str)] {
        self.fixed
    }

    /// Returns `true` if `is` accepts the name of one of the signature headers.
    #[inline]
    pub(crate) fn is_signature(&self, is: impl Fn(&str) -> bool) -> bool {
        is(self.signature) || self.more_signatures.iter().any(|name| is(name))
    }
}
