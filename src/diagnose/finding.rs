//! What a diagnosis finds, and what it says about it.

use std::fmt;

/// One explanation of why a delivery does not verify.
///
/// It shows no secret, no signature, and at most 40 characters of the delivery.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
/// use tower_webhook::diagnose::Doctor;
///
/// let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let diagnosis = Doctor::new(Scheme::GITHUB).secret("live", "secret").diagnose(&headers, b"{}\n");
/// let finding = &diagnosis.findings()[0];
/// assert_eq!((finding.code(), finding.is_proved()), ("body-newline", true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    pub(super) code: &'static Code,
    pub(super) proved: bool,
    pub(super) found: String,
    pub(super) together_with: Option<&'static Code>,
}

impl Finding {
    /// Every code that a finding may have, in the order of the manual's chapter.
    pub const CODES: &'static [&'static str] = &ALL;

    /// The code, which does not change between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.name
    }

    /// Returns `true` if the signature matches once this is changed, and `false` if it was only
    /// observed.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.proved
    }

    /// The code of the other change, if only both together explain the delivery.
    #[must_use]
    pub fn together_with(&self) -> Option<&'static str> {
        self.together_with.map(|code| code.name)
    }

    /// A sentence that says what was found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// A sentence that says what to do.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.code.advice
    }

    /// The chapter of the [manual](crate::manual) that says more.
    #[must_use]
    pub fn chapter(&self) -> &'static str {
        self.code.chapter
    }
}

impl fmt::Display for Finding {
    /// Writes the code, both sentences and the chapter, in three lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.proved { "proved" } else { "observed" };
        write!(f, "{} ({how}", self.code())?;
        if let Some(other) = self.together_with() {
            write!(f, ", together with {other}")?;
        }
        write!(f, ")\n  {}\n  {} See manual::{}.", self.found, self.advice(), self.chapter())
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("code", &self.code())
            .field("proved", &self.proved)
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}

/// A code, with what is the same of all its findings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    name: &'static str,
    advice: &'static str,
    chapter: &'static str,
}

impl Code {
    pub(super) fn observed(&'static self, found: impl Into<String>) -> Finding {
        Finding { code: self, proved: false, found: found.into(), together_with: None }
    }
}

macro_rules! codes {
    ($(static $code:ident $name:literal $chapter:literal $advice:literal;)*) => {
        $(
            pub(super) static $code: Code =
                Code { name: $name, advice: $advice, chapter: $chapter };
        )*
        const ALL: [&str; [$($name),*].len()] = [$($name),*];
    };
}

codes! {
    static SECRET_WHITESPACE "secret-whitespace" "troubleshooting"
        "Store the secret without blanks, newlines and invisible characters.";
    static SECRET_QUOTES "secret-quotes" "troubleshooting"
        "Store the secret alone, without quotes, `Bearer ` or a literal `\\n`.";
    static SECRET_ENCODING "secret-encoding" "troubleshooting"
        "Copy the whole secret as the provider shows it, or read it with the constructor of `Secret` for its encoding.";
    static OTHER_SECRET "other-secret" "rotation"
        "Configure the secret of the endpoint and mode that this delivery was sent for; while it is replaced, configure both.";
    static SECRET_KIND "secret-kind" "troubleshooting"
        "Use the signing secret of the webhook endpoint, which the provider shows beside it.";
    static OTHER_SCHEME "other-scheme" "schemes"
        "Use the preset that the delivery is signed by.";
    static HEADER_MISSING "header-missing" "proxies"
        "Let proxies pass the headers of the signature under their names, and check that the provider signs this endpoint's deliveries.";
    static HEADER_JOINED "header-joined" "proxies"
        "Keep repeated headers apart, and do not let two proxies send the same one.";
    static HEADER_FAMILY "header-family" "proxies"
        "Pass all headers of one family: they are used whole and never mixed.";
    static SIGNATURE_ENCODING "signature-encoding" "schemes"
        "Set `SchemeBuilder::encoding` to that of the header, or keep the header as it was sent.";
    static SIGNATURE_PREFIX "signature-prefix" "schemes"
        "Set the prefix of `Layout::single` to that of the header, or keep the header as it was sent.";
    static SIGNATURE_VERSION "signature-version" "schemes"
        "Set the version of `Layout::list` to that of the header, or have the provider send the version that is read.";
    static ALGORITHM "algorithm" "schemes"
        "Set `SchemeBuilder::algorithm` to the one that the provider signs with.";
    static SEPARATOR "separator" "schemes"
        "Set the literals of `SchemeBuilder::signed` to what the provider writes between the parts.";
    static BODY_NEWLINE "body-newline" "troubleshooting"
        "Pass the body as it was received; editors, shells and templates add or remove its last newline.";
    static BODY_CRLF "body-crlf" "troubleshooting"
        "Pass the body as it was received, in binary; something rewrote its line ends.";
    static BODY_BOM "body-bom" "troubleshooting"
        "Pass the body as it was received, with its byte order mark or without one.";
    static BODY_RESERIALISED "body-reserialised" "ordering"
        "Verify the raw body before anything parses it, and parse it afterwards.";
    static BODY_BASE64 "body-base64" "troubleshooting"
        "Decode the body that the platform hands over before it is verified; the event says whether it is base64.";
    static BODY_COMPRESSED "body-compressed" "ordering"
        "Verify the body as it was signed: put decompression where the provider has its compression.";
    static BODY_FORM "body-form" "troubleshooting"
        "Verify the raw body; if it is a form, have the provider send `application/json`.";
    static BODY_STRING "body-string" "troubleshooting"
        "Pass the text itself and not a JSON string of it.";
    static BODY_EMPTY "body-empty" "ordering"
        "Verify the body before anything else consumes it.";
    static BODY_LOSSY "body-lossy" "troubleshooting"
        "Keep the body as bytes; it was decoded as text in the wrong encoding.";
    static BODY_TRUNCATED "body-truncated" "troubleshooting"
        "Read the whole body, and raise the limit of what cuts it.";
    static URL_SCHEME "url-scheme" "proxies"
        "Set `public_url` with the `https` or `http` of the URL that is registered with the provider.";
    static URL_HOST "url-host" "proxies"
        "Set `public_url` with the host and port of the URL that is registered with the provider.";
    static URL_SLASH "url-slash" "proxies"
        "Register the URL with exactly the slashes that arrive, or set `exact_url`.";
    static URL_PATH "url-path" "proxies"
        "Give the verifier the path that was called: put the layer outside of a nest, or set `public_url` with the prefix.";
    static URL_QUERY "url-query" "proxies"
        "Give the verifier the query that was called, byte for byte, or register a URL without one.";
    static URL_ESCAPING "url-escaping" "proxies"
        "Give the verifier the URL as it was called, neither decoded nor encoded again, or set `exact_url`.";
    static METHOD "method" "proxies"
        "Give the verifier the method that was called.";
    static TIMESTAMP_UNIT "timestamp-unit" "schemes"
        "Set `SchemeBuilder::timestamp_format` to what the provider sends, and pass the header as it was sent.";
    static TIMESTAMP_OLD "timestamp-old" "troubleshooting"
        "Set the clock by NTP and verify at once, not from a queue; for a saved delivery, diagnose it as of its arrival.";
    static TIMESTAMP_NEW "timestamp-new" "troubleshooting"
        "Set the clock by NTP; the sender's may be wrong too.";
    static CLOCK_ZONE "clock-zone" "troubleshooting"
        "Let the clock be in UTC: one side takes local time for it. If it was a retry or a saved delivery, it is just old.";
}

/// As much of a delivery as a sentence may show.
pub(super) fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let visible = |char: char| if char.is_control() { '\u{fffd}' } else { char };
    match text.chars().count() > MOST {
        true => text.chars().take(MOST - 1).map(visible).chain(['…']).collect(),
        false => text.chars().map(visible).collect(),
    }
}
