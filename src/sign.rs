//! The inverse of verification: headers for a delivery.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use time::OffsetDateTime;

#[cfg(feature = "ed25519")]
use crate::crypto::ed25519::PrivateKey;
use crate::crypto::mac::Mac;
use crate::error::{Field, InvalidSecret, VerifyError};
use crate::head::envelope::Envelope;
use crate::scheme::Scheme;
#[cfg(feature = "ed25519")]
use crate::scheme::parts::Algorithm;
use crate::scheme::parts::HeaderNames;
use crate::scheme::parts::{LayoutKind, List};
use crate::secret::Kind;
use crate::secret::Secret;
use crate::verify::MAX_SECRETS;

/// Signs deliveries the way a scheme's provider does: for tests, and for senders.
///
/// # Examples
///
/// The first example of [Svix's documentation](https://docs.svix.com/receiving/verifying-payloads/how-manual):
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
///
/// let signer = Scheme::SVIX.signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let then = OffsetDateTime::from_unix_timestamp(1_614_265_330)?;
/// let headers = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", then, br#"{"test": 2432232314}"#)?;
/// assert_eq!(headers["svix-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    scheme: Scheme,
    /// Never empty; the newest first.
    keys: Vec<Key>,
}

impl Signer {
    /// Makes a signer with one secret.
    ///
    /// # Errors
    ///
    /// When the secret cannot be a key of the scheme's algorithm, or is a public key.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret, Signer};
    ///
    /// let signer = Signer::new(Scheme::GITHUB, Secret::bytes(*b"\x17 raw bytes")?)?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn new(scheme: Scheme, secret: Secret) -> Result<Self, InvalidSecret> {
        Ok(Self { scheme, keys: vec![Key::new(scheme, &secret)?] })
    }

    /// Adds an older secret, so that receivers that still have it accept the deliveries. Each
    /// secret adds a signature to the list.
    ///
    /// # Errors
    ///
    /// When the secret cannot be a key of the scheme's algorithm, is the 17th, or when the
    /// scheme's header has room for only one signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, Secret};
    ///
    /// let signer = Scheme::STRIPE.signer("new")?.older_secret(Secret::utf8("old")?)?;
    /// let headers = signer.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// assert!(Scheme::STRIPE.verifier("new")?.verify(&headers, b"{}").is_ok());
    /// assert!(Scheme::STRIPE.verifier("old")?.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn older_secret(mut self, secret: Secret) -> Result<Self, InvalidSecret> {
        let list = matches!(self.scheme.layout().0, LayoutKind::List(_));
        let names = self.scheme.headers().first().map_or(0, |names| names.signatures().count());
        if !list && !self.scheme.repeated_signature() && self.keys.len() >= names {
            return Err(InvalidSecret::SingleSignature);
        }
        if self.keys.len() >= MAX_SECRETS {
            return Err(InvalidSecret::TooManySecrets);
        }
        self.keys.push(Key::new(self.scheme, &secret)?);
        Ok(self)
    }

    /// The scheme that is signed for.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::GITHUB.signer("secret")?.scheme(), Scheme::GITHUB);
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Computes the headers of a delivery.
    ///
    /// `timestamp` is written in the resolution of the scheme. `id` and `timestamp` are left out
    /// where the scheme does not sign them.
    ///
    /// # Errors
    ///
    /// When [`Verifier::verify`](crate::Verifier::verify) would refuse the id or the timestamp:
    /// [`VerifyError::Missing`] for an id that the scheme signs and that is not given, and
    /// [`VerifyError::Malformed`] for one that is empty, longer than 256 bytes, not visible ASCII,
    /// or containing the text that ends it in the signed content, and for a timestamp before 1970
    /// or after 9999.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Field, Scheme, VerifyError};
    ///
    /// let signer = Scheme::STANDARD.signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = signer.sign("msg_1", OffsetDateTime::now_utc(), b"{}")?;
    /// assert_eq!(headers["webhook-id"], "msg_1");
    ///
    /// let error = signer.sign(None, OffsetDateTime::now_utc(), b"{}").unwrap_err();
    /// assert_eq!(error, VerifyError::Missing(Field::Id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<'a>(
        &self,
        id: impl Into<Option<&'a str>>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, VerifyError> {
        self.sign_target(None, id.into(), timestamp, body)
    }

    /// Computes the headers of a delivery to a URL, for the schemes that sign it; for the others
    /// it is the same as [`Signer::sign`].
    ///
    /// # Errors
    ///
    /// As [`Signer::sign`].
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Method;
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let url = "https://hooks.example.com/hubspot";
    /// let headers = Scheme::HUBSPOT_V3
    ///     .signer("client secret")?
    ///     .sign_request(&Method::POST, url, None, OffsetDateTime::now_utc(), b"[]")?;
    /// assert!(headers.contains_key("x-hubspot-signature-v3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_request<'a>(
        &self,
        method: &Method,
        url: &str,
        id: impl Into<Option<&'a str>>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, VerifyError> {
        self.sign_target(Some((method, url)), id.into(), timestamp, body)
    }

    fn sign_target(
        &self,
        target: Option<(&Method, &str)>,
        id: Option<&str>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, VerifyError> {
        let format = self.scheme.timestamp_format();
        let timestamp = format.map(|format| format.print(timestamp)).transpose()?;
        let url = target.map(|(_, url)| Arc::from(url));
        let target = target.map(|(method, _)| method).zip(url.as_ref());
        let envelope = Envelope::write(&self.scheme, target, id, timestamp.as_deref())?;
        let id = envelope.claims().id;
        let timestamp = timestamp.as_deref().map(str::as_bytes);
        let names = self.scheme.headers().first().ok_or(VerifyError::Missing(Field::Signature))?;

        let mut headers = HeaderMap::new();
        for (name, value) in self.signatures(names, &envelope, timestamp, body) {
            insert(&mut headers, name, &value, Field::Signature)?;
        }
        if let Some((name, id)) = names.id_name().zip(id) {
            insert(&mut headers, name, id, Field::Id)?;
        }
        if let Some((name, timestamp)) = names.timestamp_name().zip(timestamp) {
            insert(&mut headers, name, timestamp, Field::Timestamp)?;
        }
        Ok(headers)
    }

    /// The signature headers: one list, or one value for each secret.
    fn signatures(
        &self,
        names: &HeaderNames,
        envelope: &Envelope<'_>,
        timestamp: Option<&[u8]>,
        body: &[u8],
    ) -> Vec<(&'static str, Vec<u8>)> {
        let mut all = names.signatures();
        let first = all.next().unwrap_or_default();
        let texts = self.keys.iter().map(|key| {
            (key, self.scheme.encoding().encode(&key.sign(envelope, body)).into_bytes())
        });
        match self.scheme.layout().0 {
            LayoutKind::Single { prefix } => {
                // One header after the other, or the same one again.
                let names = [first].into_iter().chain(all).chain(std::iter::repeat(first));
                let values = texts.map(|(_, text)| [prefix.as_bytes(), &text].concat());
                names.zip(values).collect()
            }
            LayoutKind::List(list) => {
                let assign = list.assign.to_string();
                let entry =
                    |key: &str, text: &[u8]| [key.as_bytes(), assign.as_bytes(), text].concat();
                let stamp = list.timestamp.zip(timestamp).map(|(key, text)| entry(key, text));
                let entries = texts.map(|(key, text)| entry(key.version(&list), &text));
                let entries: Vec<_> = stamp.into_iter().chain(entries).collect();
                vec![(first, entries.join(list.separator.to_string().as_bytes()))]
            }
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.scheme)
            .field("secrets", &self.keys.len())
            .finish()
    }
}

/// What signs.
#[derive(Clone)]
enum Key {
    Mac(Mac),
    #[cfg(feature = "ed25519")]
    Private(PrivateKey),
}

impl Key {
    fn new(scheme: Scheme, secret: &Secret) -> Result<Self, InvalidSecret> {
        match secret.kind() {
            Kind::Shared => Mac::new(scheme.algorithm(), secret).map(Self::Mac),
            #[cfg(feature = "ed25519")]
            Kind::Public | Kind::Private if !scheme.knows(Algorithm::Ed25519) => {
                Err(InvalidSecret::AsymmetricKey)
            }
            #[cfg(feature = "ed25519")]
            Kind::Public => Err(InvalidSecret::PublicKey),
            #[cfg(feature = "ed25519")]
            Kind::Private => PrivateKey::new(secret.as_bytes()).map(Self::Private),
        }
    }

    fn sign(&self, envelope: &Envelope<'_>, body: &[u8]) -> Vec<u8> {
        let body = [body].into_iter();
        match self {
            Self::Mac(mac) => mac.tag(envelope, body).to_bytes(),
            #[cfg(feature = "ed25519")]
            Self::Private(key) => {
                let mut pieces = Vec::new();
                envelope.content(body, |piece| pieces.push(piece));
                key.sign(&pieces).to_vec()
            }
        }
    }

    /// What this key's signatures are called in a list.
    fn version(&self, list: &List) -> &'static str {
        match self {
            Self::Mac(_) => list.version,
            #[cfg(feature = "ed25519")]
            Self::Private(_) => list.version_of(Algorithm::Ed25519),
        }
    }
}

fn insert(
    headers: &mut HeaderMap,
    name: &'static str,
    value: &[u8],
    field: Field,
) -> Result<(), VerifyError> {
    let value = HeaderValue::from_bytes(value).map_err(|_| VerifyError::Malformed(field))?;
    headers.append(HeaderName::from_static(name), value);
    Ok(())
}
