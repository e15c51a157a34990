//! The inverse of verification: headers for a delivery.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;

use crate::mac::Mac;
use crate::scheme::{Envelope, LayoutKind};
use crate::verify::{MAX_SECRETS, absorb};
use crate::{Field, InvalidSecret, Layout, Scheme, Secret, VerifyError};

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
    keys: Vec<Mac>,
}

impl Signer {
    /// Makes a signer with one secret.
    ///
    /// # Errors
    ///
    /// When the secret cannot be a key of the scheme's algorithm.
    pub fn new(scheme: Scheme, secret: Secret) -> Result<Self, InvalidSecret> {
        Ok(Self { scheme, keys: vec![Mac::new(scheme.algorithm(), &secret)?] })
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
        let list = matches!(self.scheme.layout().0, LayoutKind::List { .. });
        if !list && !self.scheme.repeated_signature() {
            return Err(InvalidSecret::SingleSignature);
        }
        if self.keys.len() >= MAX_SECRETS {
            return Err(InvalidSecret::TooManySecrets);
        }
        self.keys.push(Mac::new(self.scheme.algorithm(), &secret)?);
        Ok(self)
    }

    /// The scheme that is signed for.
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
    pub fn sign<'a>(
        &self,
        id: impl Into<Option<&'a str>>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, VerifyError> {
        let envelope = Envelope::write(self.scheme, id.into(), timestamp)?;
        let tags = self.keys.iter().map(|key| envelope.finish(absorb(key, &envelope, [body])));
        let signatures = tags.map(|tag| self.scheme.encoding().encode(tag.as_bytes()));
        let (id, timestamp) = envelope.texts();

        let names = self.scheme.headers().first().ok_or(VerifyError::Missing(Field::Signature))?;
        let mut headers = HeaderMap::new();
        for value in values(self.scheme.layout(), timestamp, signatures) {
            insert(&mut headers, names.signature, &value, Field::Signature)?;
        }
        if let Some((name, id)) = names.id.zip(id) {
            insert(&mut headers, name, id, Field::Id)?;
        }
        if let Some((name, timestamp)) = names.timestamp.zip(timestamp) {
            insert(&mut headers, name, timestamp, Field::Timestamp)?;
        }
        Ok(headers)
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

/// The values of the signature header: one list, or one value for each signature.
fn values(
    layout: Layout,
    timestamp: Option<&[u8]>,
    signatures: impl Iterator<Item = String>,
) -> Vec<Vec<u8>> {
    match layout.0 {
        LayoutKind::Single { prefix } => {
            signatures.map(|text| [prefix.as_bytes(), text.as_bytes()].concat()).collect()
        }
        LayoutKind::List { separator, assign, version, timestamp: key } => {
            let stamp = key.zip(timestamp).map(|(key, text)| entry(key, assign, text));
            let entries = signatures.map(|text| entry(version, assign, text.as_bytes()));
            let entries: Vec<_> = stamp.into_iter().chain(entries).collect();
            vec![entries.join(separator.to_string().as_bytes())]
        }
    }
}

fn entry(key: &str, assign: char, value: &[u8]) -> Vec<u8> {
    [key.as_bytes(), assign.to_string().as_bytes(), value].concat()
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
