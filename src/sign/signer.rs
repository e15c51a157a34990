//! The signer, which makes the headers of a delivery.

use std::fmt;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use time::OffsetDateTime;

use crate::crypto::key::SigningKey;
use crate::head::derived;
use crate::head::fields::{Fields, Target, check_id};
use crate::head::trimmed;
use crate::head::url::PublicUrl;
use crate::scheme::definition::Scheme;
use crate::scheme::header::HeaderNames;
use crate::scheme::layout::LayoutKind;
use crate::secret::{InvalidSecret, MAX_SECRETS, Secret};
use crate::sign::SignError;

/// Signs deliveries the way a scheme's provider does, so that [`Scheme::verifier`] accepts them.
///
/// # Examples
///
/// The first example of [Svix's
/// documentation](https://docs.svix.com/receiving/verifying-payloads/how-manual):
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
    /// Never empty.
    keys: Vec<SigningKey>,
}

impl Signer {
    /// Makes a signer with one secret.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the secret cannot be a key of the scheme's algorithm, is a
    /// public key, or if the feature that the algorithm needs is not compiled in.
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
        Ok(Self { scheme, keys: vec![secret.signing_key(scheme)?] })
    }

    /// Adds another secret, so that receivers with only that one accept the deliveries too. Each
    /// secret adds a signature.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the secret cannot be a key of the scheme's algorithm, is the
    /// 17th, or if the scheme has room for only one signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, Secret};
    ///
    /// let signer = Scheme::STRIPE.signer("new")?.add_secret(Secret::utf8("old")?)?;
    /// let headers = signer.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// assert!(Scheme::STRIPE.verifier("new")?.verify(&headers, b"{}").is_ok());
    /// assert!(Scheme::STRIPE.verifier("old")?.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_secret(mut self, secret: Secret) -> Result<Self, InvalidSecret> {
        let list = !matches!(self.scheme.layout_kind(), LayoutKind::Single { .. });
        let names = self.names().signatures().count();
        if !list && !self.scheme.repeated_signature() && self.keys.len() >= names {
            return Err(InvalidSecret::SingleSignature);
        }
        if self.keys.len() >= MAX_SECRETS {
            return Err(InvalidSecret::TooManySecrets);
        }
        self.keys.push(secret.signing_key(self.scheme)?);
        Ok(self)
    }

    /// The scheme by which deliveries are signed.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Computes the headers of a delivery.
    ///
    /// `timestamp` is written at the resolution of the scheme. `id` and `timestamp` are left out if
    /// the scheme does not sign them.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] for a delivery that [`Verifier::verify`](crate::Verifier::verify)
    /// would reject: without an id if the scheme signs one; with an id that is empty, longer than
    /// 256 bytes, not of the scheme's [shape](crate::scheme::IdShape), or contains the byte that
    /// ends it in the signed content; or with a timestamp that the scheme's
    /// [format](crate::scheme::TimestampFormat) cannot express. Also returns it for a scheme that
    /// signs the URL, which needs [`Signer::request`].
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::sign::SignError;
    ///
    /// let signer = Scheme::STANDARD.signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = signer.sign("msg_1", OffsetDateTime::now_utc(), b"{}")?;
    /// assert_eq!(headers["webhook-id"], "msg_1");
    ///
    /// let error = signer.sign(None, OffsetDateTime::now_utc(), b"{}").unwrap_err();
    /// assert_eq!(error, SignError::MissingId);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<'a>(
        &self,
        id: impl Into<Option<&'a str>>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, SignError> {
        if self.scheme.signs_request() {
            return Err(SignError::NeedsUrl);
        }
        self.headers(None, id.into(), timestamp, body)
    }

    /// Makes the whole request of a delivery, under any scheme: a `POST` to `url` with the headers
    /// of [`Signer::sign`]. Its content type is left to you.
    ///
    /// # Errors
    ///
    /// Returns [`SignError`] as [`Signer::sign`] does, and [`SignError::InvalidUrl`] if `url` is
    /// not a URL. For a scheme that signs the fields of a form, returns [`SignError::InvalidBody`] if
    /// there are more than 1,000, or the digest in the URL is that of another body.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let url = "https://hooks.example.com/hubspot";
    /// let signer = Scheme::HUBSPOT_V3.signer("client secret")?;
    /// let request = signer.request(url, None, OffsetDateTime::now_utc(), "[]")?;
    /// assert!(request.headers().contains_key("x-hubspot-signature-v3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request<'a, B: AsRef<[u8]>>(
        &self,
        url: &str,
        id: impl Into<Option<&'a str>>,
        timestamp: OffsetDateTime,
        body: B,
    ) -> Result<Request<B>, SignError> {
        let uri: Uri = url.parse().map_err(|_| SignError::InvalidUrl)?;
        let target = || {
            let target = Target::new(self.scheme, Some((&Method::POST, &uri)));
            target.map(|target| target.whole(PublicUrl::whole(url)))
        };
        let target = self.scheme.signs_request().then(target).transpose();
        let target = target.map_err(|_| SignError::InvalidUrl)?;
        let headers = self.headers(target, id.into(), timestamp, body.as_ref())?;
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn headers(
        &self,
        target: Option<Target<'_>>,
        id: Option<&str>,
        timestamp: OffsetDateTime,
        body: &[u8],
    ) -> Result<HeaderMap, SignError> {
        let id = match id {
            _ if !self.scheme.signs_id() => None,
            Some(id) => {
                // Blanks at its ends would not arrive.
                if trimmed(id.as_bytes()).len() < id.len() {
                    return Err(SignError::InvalidId);
                }
                check_id(self.scheme, id.as_bytes()).map_err(|_| SignError::InvalidId)?;
                Some(id)
            }
            None => return Err(SignError::MissingId),
        };
        let format = self.scheme.timestamp_format();
        let text = format.map(|format| format.print(timestamp).ok_or(SignError::InvalidTimestamp));
        let text = text.transpose()?;
        let time = text.as_deref().map(|text| (timestamp.into(), text.as_bytes()));
        let fields = Fields::new(self.scheme, id.map(str::as_bytes), time, target);

        let derived = match self.scheme.derives_body() {
            true => Some(derived::signed(&fields, &body).map_err(|_| SignError::InvalidBody)?),
            false => None,
        };
        let body = derived.as_deref().unwrap_or(body);

        let names = self.names();
        let mut headers = HeaderMap::with_capacity(self.keys.len() + 2);
        self.add_signatures(&mut headers, &fields, text.as_deref(), body);
        if let Some((name, id)) = names.id_name().zip(id) {
            append(&mut headers, name, id.to_owned());
        }
        if let Some((name, text)) = names.timestamp_name().zip(text) {
            append(&mut headers, name, text);
        }
        for (name, value) in names.fixed_headers() {
            append(&mut headers, name, String::from(*value));
        }
        Ok(headers)
    }

    /// Adds the signature headers: one list, or one value for each secret.
    fn add_signatures(
        &self,
        headers: &mut HeaderMap,
        fields: &Fields<'_>,
        timestamp: Option<&str>,
        body: &[u8],
    ) {
        let mut names = self.names().signatures();
        let texts = self.keys.iter().map(|key| {
            let signature = key.sign(&fields.with_body(&body));
            (key.algorithm(), self.scheme.encoding().encode(&signature))
        });
        let value = match self.scheme.layout_kind() {
            LayoutKind::Single { prefix } => {
                // The first secrets go into the scheme's headers one by one, any others into the
                // first header again.
                let again = names.clone().take(1).cycle();
                for (name, (_, text)) in names.chain(again).zip(texts) {
                    append(headers, name, String::from(*prefix) + &text);
                }
                return;
            }
            LayoutKind::Bare(bare) => {
                let time = timestamp.filter(|_| bare.timestamp).map(str::to_owned);
                let entries: Vec<_> = time.into_iter().chain(texts.map(|(_, text)| text)).collect();
                entries.join(bare.separator.encode_utf8(&mut [0; 4]))
            }
            LayoutKind::List(list) => {
                let mut value = String::with_capacity(128);
                texts.for_each(|(algorithm, text)| {
                    list.add(&mut value, timestamp, list.version_of(algorithm), &text);
                });
                value
            }
        };
        if let Some(name) = names.next() {
            append(headers, name, value);
        }
    }

    #[expect(clippy::expect_used, reason = "a scheme without headers does not build")]
    fn names(&self) -> &'static HeaderNames {
        self.scheme.headers().first().expect("a scheme has headers")
    }
}

impl Scheme {
    /// Makes a signer from a secret as this provider prints it, whose deliveries
    /// [`Scheme::verifier`] accepts.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if `text` is not in the format of [`Scheme::key_format`], or is a
    /// public key.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let signer = Scheme::STANDARD.signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = signer.sign("msg_1", OffsetDateTime::now_utc(), b"{}")?;
    /// assert!(headers.contains_key("webhook-signature"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signer(&self, text: &str) -> Result<Signer, InvalidSecret> {
        Signer::new(*self, self.secret(text)?)
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

#[expect(clippy::expect_used, reason = "the rules of a scheme and `Signer::headers` check them")]
fn append(headers: &mut HeaderMap, name: &'static str, value: String) {
    let value = HeaderValue::try_from(value).expect("visible ASCII");
    headers.append(HeaderName::from_static(name), value);
}
