//! The handshake: what a provider asks of an endpoint before it delivers to it.

use std::error::Error;
use std::fmt;

use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;

/// What a provider asks of an endpoint before, or while, it delivers to it, and what it wants to
/// hear.
///
/// A handshake is plain `'static` data. Those of the providers are associated constants, and
/// [`Scheme::handshake`](crate::Scheme::handshake) names that of a preset. Where something is to be
/// configured, such as a token, a method of the handshake makes a `Registration` (feature
/// `receive`), which a receiver or a layer answers. The [manual](crate::manual::handshakes) has the
/// table of the providers.
///
/// # Examples
///
/// A provider that sends `GET /hook?check=…` and wants the text back:
///
/// ```
/// use tower_webhook::scheme::{Handshake, Place, Reply};
///
/// const ACME: Handshake = Handshake::get("acme")
///     .challenge(Place::Query("check"))
///     .reply(Reply::Text)
///     .build();
/// assert!(!ACME.is_signed());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) signed: bool,
    pub(crate) conditions: &'static [(Place, Is)],
    pub(crate) token: Option<Place>,
    pub(crate) challenge: Option<Place>,
    pub(crate) brings_secret: bool,
    pub(crate) reply: Reply,
    pub(crate) status: u16,
    pub(crate) refusal: u16,
    documentation: Option<(&'static str, Evidence)>,
}

/// The place of a text in a request.
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::Place;
///
/// // {"payload": {"plainToken": "…"}}
/// let place = Place::Json(&["payload", "plainToken"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A parameter of the query.
    Query(&'static str),
    /// A header, by its name in lower case.
    Header(&'static str),
    /// A member of the JSON object that is the body, by the names on the way to it.
    Json(&'static [&'static str]),
    /// The only field of the form that is the body.
    Form(&'static str),
}

impl Place {
    /// Whether it is a part of the body.
    pub(crate) const fn is_in_body(self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_))
    }
}

/// What has to stand in a [`Place`] for a request to be the handshake.
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::{Is, Place};
///
/// // {"type": 1}
/// let condition = (Place::Json(&["type"]), Is::Number("1"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Is {
    /// This text.
    Text(&'static str),
    /// This number of JSON, as it is written.
    Number(&'static str),
    /// One or more decimal digits.
    Digits,
}

/// The answer to a handshake.
///
/// Text is sent as `text/plain`, and JSON as `application/json`, never to be cached or taken for
/// anything else.
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::{Handshake, Place, Reply, Say};
///
/// // {"verification": "…"}
/// const ACME: Handshake = Handshake::get("acme")
///     .challenge(Place::Header("acme-challenge"))
///     .reply(Reply::Json(&[("verification", Say::Challenge)]))
///     .build();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A status, and nothing else.
    Bare,
    /// The challenge.
    Text,
    /// An object with these members.
    Json(&'static [(&'static str, Say)]),
    /// These headers, whose names are in lower case.
    Headers(&'static [(&'static str, Say)]),
}

/// One value of a [`Reply`].
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::{Encoding, Say};
///
/// // sha256=…
/// let signed = Say::Mac { prefix: "sha256=", encoding: Encoding::Base64 };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Say {
    /// The challenge.
    Challenge,
    /// The HMAC of the challenge, by the scheme's algorithm and with its secret, behind a prefix.
    ///
    /// It is made only for a challenge of letters, digits and `+/=_-`, and a receiver that makes it
    /// accepts no delivery whose whole signed content is such a text: so the answer to a stranger's
    /// challenge is the signature of no delivery.
    Mac {
        /// What stands before it.
        prefix: &'static str,
        /// How it is written.
        encoding: Encoding,
    },
    /// This text.
    Text(&'static str),
    /// This number.
    Number(u32),
}

/// Describes a [`Handshake`]; made by [`Handshake::get`], [`Handshake::head`],
/// [`Handshake::options`] and [`Handshake::post`].
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::{Handshake, HandshakeBuilder, Is, Place, Reply};
///
/// const EVENT: HandshakeBuilder = Handshake::post("acme").signed();
/// const ACME: Handshake = EVENT
///     .when(&[(Place::Json(&["type"]), Is::Text("hello"))])
///     .challenge(Place::Json(&["challenge"]))
///     .reply(Reply::Text)
///     .build();
/// assert!(ACME.is_signed());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct HandshakeBuilder(Handshake);

impl Handshake {
    /// Starts the description of a handshake that is a GET.
    pub const fn get(name: &'static str) -> HandshakeBuilder {
        Self::by("GET", name)
    }

    /// Starts the description of a handshake that is a HEAD.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Handshake;
    ///
    /// const ACME: Handshake = Handshake::head("acme").build();
    /// ```
    pub const fn head(name: &'static str) -> HandshakeBuilder {
        Self::by("HEAD", name)
    }

    /// Starts the description of a handshake that is an OPTIONS.
    pub const fn options(name: &'static str) -> HandshakeBuilder {
        Self::by("OPTIONS", name)
    }

    /// Starts the description of a handshake that is a POST. If it has a signature, it is verified
    /// before it is answered.
    pub const fn post(name: &'static str) -> HandshakeBuilder {
        Self::by("POST", name)
    }

    const fn by(method: &'static str, name: &'static str) -> HandshakeBuilder {
        HandshakeBuilder(Self {
            name,
            method,
            signed: false,
            conditions: &[],
            token: None,
            challenge: None,
            brings_secret: false,
            reply: Reply::Bare,
            status: 200,
            refusal: 403,
            documentation: None,
        })
    }

    /// The handshake's name, as it appears in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The method of the request.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// Returns `true` if the request must be signed.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// Returns `true` if the request brings the secret of the deliveries that follow.
    #[must_use]
    pub const fn brings_secret(&self) -> bool {
        self.brings_secret
    }

    /// The place of the text that must be one of ours, if there is one.
    #[must_use]
    pub const fn token(&self) -> Option<Place> {
        self.token
    }

    /// The answer.
    #[must_use]
    pub const fn reply(&self) -> Reply {
        self.reply
    }

    /// The URL of the page that the handshake is taken from.
    #[must_use]
    pub const fn documentation(&self) -> Option<&'static str> {
        match self.documentation {
            Some((url, _)) => Some(url),
            None => None,
        }
    }

    /// The evidence that the handshake rests on.
    #[must_use]
    pub const fn evidence(&self) -> Option<Evidence> {
        match self.documentation {
            Some((_, evidence)) => Some(evidence),
            None => None,
        }
    }

    /// Whether the answer has an HMAC of the challenge.
    #[cfg(feature = "receive")]
    pub(crate) const fn has_mac(&self) -> bool {
        let (Reply::Json(mut all) | Reply::Headers(mut all)) = self.reply else { return false };
        while let [(_, say), rest @ ..] = all {
            if let Say::Mac { .. } = say {
                return true;
            }
            all = rest;
        }
        false
    }

    /// Whether the body says whether a request is the handshake.
    pub(crate) const fn needs_body(&self) -> bool {
        let mut conditions = self.conditions;
        while let [(place, _), rest @ ..] = conditions {
            if place.is_in_body() {
                return true;
            }
            conditions = rest;
        }
        matches!(self.challenge, Some(place) if place.is_in_body())
    }
}

impl HandshakeBuilder {
    /// Sets that the request must be signed, default off. It is verified like any delivery, and
    /// without a signature it is rejected.
    pub const fn signed(mut self) -> Self {
        self.0.signed = true;
        self
    }

    /// Sets what a request must say to be the handshake, default nothing.
    pub const fn when(mut self, conditions: &'static [(Place, Is)]) -> Self {
        self.0.conditions = conditions;
        self
    }

    /// Sets the place of the text that must be one of ours, in the query or a header, default none.
    ///
    /// Without a challenge, a request that does not have it is not the handshake.
    pub const fn token_in(mut self, place: Place) -> Self {
        self.0.token = Some(place);
        self
    }

    /// Sets the place of the challenge, default none. A request that does not have it is not the
    /// handshake.
    pub const fn challenge(mut self, place: Place) -> Self {
        self.0.challenge = Some(place);
        self
    }

    /// Sets the place of the secret that the provider signs with from then on, default none. It is
    /// also the challenge.
    pub const fn secret(mut self, place: Place) -> Self {
        self.0.challenge = Some(place);
        self.0.brings_secret = true;
        self
    }

    /// Sets the answer, default [`Reply::Bare`].
    pub const fn reply(mut self, reply: Reply) -> Self {
        self.0.reply = reply;
        self
    }

    /// Sets the status of the answer, default 200.
    pub const fn status(mut self, status: u16) -> Self {
        self.0.status = status;
        self
    }

    /// Sets the status for a handshake that is refused, default 403.
    pub const fn refusal(mut self, status: u16) -> Self {
        self.0.refusal = status;
        self
    }

    /// Sets the URL of the page that the handshake is taken from, and the kind of evidence it is,
    /// default none.
    pub const fn documentation(mut self, url: &'static str, evidence: Evidence) -> Self {
        self.0.documentation = Some((url, evidence));
        self
    }

    /// Checks the description and makes the handshake, in a `const`. Elsewhere the compiler says that a
    /// temporary value does not live long enough: use [`HandshakeBuilder::try_build`] there.
    ///
    /// # Panics
    ///
    /// Panics if the description contradicts itself, which in a `const` is an error of the compiler.
    #[must_use]
    #[expect(clippy::panic, reason = "in a `const` it is an error of the compiler")]
    pub const fn build(&'static self) -> Handshake {
        match self.fault() {
            Some(fault) => panic!("{}", fault),
            None => self.0,
        }
    }

    /// Checks the description and makes the handshake at run time.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidHandshake`] if the description contradicts itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::{Handshake, Place, Reply};
    ///
    /// let acme = Handshake::get("acme").reply(Reply::Text);
    /// let error = acme.try_build().unwrap_err();
    /// assert_eq!(error.to_string(), "there is no challenge to answer with");
    /// let acme = acme.challenge(Place::Query("check")).try_build()?;
    /// # Ok::<(), tower_webhook::scheme::InvalidHandshake>(())
    /// ```
    pub const fn try_build(self) -> Result<Handshake, InvalidHandshake> {
        match self.fault() {
            Some(fault) => Err(InvalidHandshake(fault)),
            None => Ok(self.0),
        }
    }

    const fn fault(&self) -> Option<&'static str> {
        let it = &self.0;
        let posted = matches!(it.method.as_bytes(), b"POST");
        if !posted && (it.signed || it.brings_secret || it.needs_body()) {
            return Some("only a POST is signed, brings a secret or has a body");
        }
        if posted && it.conditions.is_empty() && it.challenge.is_none() {
            return Some("nothing tells the handshake from an unsigned delivery");
        }
        if it.signed && it.brings_secret {
            return Some("what brings the secret cannot be signed with it");
        }
        if it.signed && it.conditions.is_empty() {
            return Some("nothing tells the handshake from a delivery");
        }
        if matches!(it.token, Some(place) if place.is_in_body()) {
            return Some("a token stands in the query or a header");
        }
        if it.status < 200 || it.status > 299 || it.refusal < 400 || it.refusal > 499 {
            return Some("a handshake is answered with a 2xx and refused with a 4xx");
        }
        let (mut echoes, mut said) = (matches!(it.reply, Reply::Text), self.says());
        while let [(name, say), rest @ ..] = said {
            echoes |= matches!(say, Say::Challenge | Say::Mac { .. });
            if !is_plain(name) {
                return Some("a name must be visible ASCII without quotation marks");
            }
            if matches!(say, Say::Text(text) | Say::Mac { prefix: text, .. } if !is_plain(text)) {
                return Some("what is said must be visible ASCII without quotation marks");
            }
            said = rest;
        }
        if echoes && it.challenge.is_none() {
            return Some("there is no challenge to answer with");
        }
        None
    }

    const fn says(&self) -> &'static [(&'static str, Say)] {
        match self.0.reply {
            Reply::Json(all) | Reply::Headers(all) => all,
            Reply::Bare | Reply::Text => &[],
        }
    }
}

/// A description of a handshake that contradicts itself; see [`HandshakeBuilder::try_build`].
///
/// The message contains nothing of the description.
///
/// # Examples
///
/// ```
/// use tower_webhook::scheme::{Handshake, InvalidHandshake};
///
/// let error: InvalidHandshake = Handshake::post("acme").try_build().unwrap_err();
/// assert_eq!(error.to_string(), "nothing tells the handshake from an unsigned delivery");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHandshake(&'static str);

impl fmt::Display for InvalidHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for InvalidHandshake {}

/// Whether a text can stand in a header or in a string of JSON as it is.
const fn is_plain(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        if !first.is_ascii_graphic() || matches!(*first, b'"' | b'\\') {
            return false;
        }
        bytes = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: Place = Place::Query("challenge");
    const JSON: Place = Place::Json(&["challenge"]);
    const EVENT: &[(Place, Is)] = &[(Place::Json(&["type"]), Is::Text("hello"))];

    #[test]
    fn a_contradiction_does_not_build() {
        let get = || Handshake::get("test");
        let post = || Handshake::post("test");
        let only_post = Some("only a POST is signed, brings a secret or has a body");
        assert_eq!(get().signed().fault(), only_post);
        assert_eq!(get().secret(QUERY).fault(), only_post);
        assert_eq!(get().challenge(JSON).fault(), only_post);
        assert_eq!(get().when(EVENT).fault(), only_post);
        let unsigned = Some("nothing tells the handshake from an unsigned delivery");
        assert_eq!(post().fault(), unsigned);
        assert_eq!(post().token_in(QUERY).fault(), unsigned);
        let delivery = Some("nothing tells the handshake from a delivery");
        assert_eq!(post().signed().challenge(JSON).fault(), delivery);
        let brings = Some("what brings the secret cannot be signed with it");
        assert_eq!(post().signed().when(EVENT).secret(JSON).fault(), brings);
        let token = Some("a token stands in the query or a header");
        assert_eq!(post().when(EVENT).token_in(JSON).fault(), token);
        let status = Some("a handshake is answered with a 2xx and refused with a 4xx");
        for builder in
            [get().status(199), get().status(300), get().refusal(399), get().refusal(500)]
        {
            assert_eq!(builder.fault(), status);
        }
        let none = Some("there is no challenge to answer with");
        const MAC: Say = Say::Mac { prefix: "", encoding: Encoding::Hex };
        assert_eq!(get().reply(Reply::Text).fault(), none);
        assert_eq!(get().reply(Reply::Json(&[("a", Say::Challenge)])).fault(), none);
        assert_eq!(get().reply(Reply::Headers(&[("a", MAC)])).fault(), none);
        assert_eq!(get().reply(Reply::Json(&[("type", Say::Number(1))])).fault(), None);
        for reply in [Reply::Json(&[("\"", MAC)]), Reply::Json(&[("a", Say::Text("\n"))])] {
            assert!(get().challenge(QUERY).reply(reply).fault().is_some());
        }
    }
}
