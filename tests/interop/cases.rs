//! Deliveries at the edges of what a scheme allows.
//!
//! What is here is specified, documented, or what all libraries of a provider do.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use hmac::{Hmac, KeyInit, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use tower_webhook::{Scheme, Signer};

use crate::support::{ID, NOW, WHSEC, at, secret, signer};

const BODY: &str = r#"{"object":"event","hello":"wörld"}"#;

/// Deliveries of one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Standard,
    Svix,
    Stripe,
    GitHub,
    Slack,
    Shopify,
}

impl Family {
    pub(crate) const ALL: [Self; 6] =
        [Self::Standard, Self::Svix, Self::Stripe, Self::GitHub, Self::Slack, Self::Shopify];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Standard => "Standard Webhooks",
            Self::Svix => "Svix",
            Self::Stripe => "Stripe",
            Self::GitHub => "GitHub",
            Self::Slack => "Slack",
            Self::Shopify => "Shopify",
        }
    }

    /// The schemes that have this form, the one of this name first.
    pub(crate) fn schemes(self) -> &'static [Scheme] {
        match self {
            Self::Standard => &[Scheme::STANDARD, Scheme::VELT],
            Self::Svix => &[Scheme::SVIX, Scheme::CLERK],
            Self::Stripe => &[Scheme::STRIPE],
            Self::GitHub => &[Scheme::GITHUB],
            Self::Slack => &[Scheme::SLACK],
            Self::Shopify => &[Scheme::SHOPIFY],
        }
    }

    pub(crate) fn scheme(self) -> Scheme {
        self.schemes()[0]
    }

    fn names(self) -> [&'static str; 3] {
        let names = self.scheme().headers()[0];
        [
            names.signatures().next().unwrap(),
            names.timestamp_name().unwrap_or_default(),
            names.id_name().unwrap_or_default(),
        ]
    }
}

/// One delivery, as it is sent to every receiver.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) delivery: Delivery,
    /// Why the verdicts differ; empty if they do not.
    pub(crate) why: &'static str,
}

/// What Shopify sends besides, which its library wants to see although it is not signed.
pub(crate) fn shopify_headers(family: Family) -> HeaderMap {
    let headers: &[_] = match family {
        Family::Shopify => &[
            ("x-shopify-topic", "orders/create"),
            ("x-shopify-shop-domain", "example.myshopify.com"),
            ("x-shopify-api-version", "2025-10"),
            ("x-shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ],
        _ => &[],
    };
    crate::support::headers(headers)
}

fn good(family: Family, seconds: i64, body: &[u8]) -> Delivery {
    signed(family, &signer(family.scheme()), seconds, body)
}

fn signed(family: Family, signer: &Signer, seconds: i64, body: &[u8]) -> Delivery {
    let mut headers = shopify_headers(family);
    headers.extend(signer.sign(ID, at(seconds), body).unwrap());
    Delivery { headers, body: body.to_vec() }
}

/// Signed by hand, so that anything can be.
fn tag(family: Family, content: &str) -> Vec<u8> {
    let key = match family {
        Family::Standard | Family::Svix => {
            STANDARD.decode(WHSEC.strip_prefix("whsec_").unwrap()).unwrap()
        }
        _ => secret(family.scheme()).as_bytes().to_vec(),
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(content.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A header that differs from that of a good delivery.
fn with(family: Family, header: &'static str, change: impl FnOnce(&str) -> String) -> Delivery {
    let mut delivery = good(family, NOW, BODY.as_bytes());
    let value = delivery.headers[header].to_str().unwrap();
    let value = HeaderValue::from_str(&change(value)).unwrap();
    delivery.headers.insert(HeaderName::from_static(header), value);
    delivery
}

fn without(family: Family, header: &str) -> Delivery {
    let mut delivery = good(family, NOW, BODY.as_bytes());
    delivery.headers.remove(header).unwrap();
    delivery
}

fn twice(family: Family, header: &'static str) -> Delivery {
    let mut delivery = good(family, NOW, BODY.as_bytes());
    let value = delivery.headers[header].clone();
    delivery.headers.append(header, value);
    delivery
}

const TWICE: &str = "which of two headers counts is up to the server in front; ours takes neither";
const JSON: &str = "ours parses nothing; theirs also parse the JSON";
const TEXT: &str = "ours authenticates bytes; theirs take text";
const NOTHING: &str = "an empty body is authenticated like any other; theirs wants a payload";
const MANY: &str = "ours looks at 32 entries and no more, so that the work is bounded";
const SPELLING: &str = "ours takes one spelling of a number, and what is signed is its text";
const DIGITS: &str = "ours compares the bytes that the digits spell; theirs compare the digits";
const AHEAD: &str = "what is dated ahead would outlive the bound on its age";
const ID_ENDS: &str = "no id may run into the timestamp that follows it in the signed content; the \
                       specification advises against such ids";
const SPACES: &str = "RFC 9110 allows spaces in a list";
const WHOLE: &str = "ours uses one family of names whole";
const SIGNED: &str = "ours looks at what is signed; theirs also wants the headers that it hands on";

pub(crate) fn of(family: Family) -> Vec<Case> {
    let mut cases = of_all(family);
    cases.extend(match family {
        Family::Standard => standard(family),
        Family::Svix => [standard(family), svix()].into_iter().flatten().collect(),
        Family::Stripe => stripe(),
        Family::GitHub => github(),
        Family::Slack => slack(),
        Family::Shopify => shopify(),
    });
    cases
}

fn same(name: &'static str, delivery: Delivery) -> Case {
    Case { name, delivery, why: "" }
}

fn differs(name: &'static str, delivery: Delivery, why: &'static str) -> Case {
    Case { name, delivery, why }
}

#[rustfmt::skip]
fn of_all(family: Family) -> Vec<Case> {
    let [signature, timestamp, _] = family.names();
    let body = |body: &[u8]| good(family, NOW, body);
    let marked = || body(format!("\u{feff}{BODY}").as_bytes());
    let dated = |seconds| good(family, NOW + seconds, BODY.as_bytes());
    let other = match family {
        Family::Standard | Family::Svix => "whsec_plJ3nmyCDGBKInavdOK15jsl",
        _ => "another secret",
    };
    let other = signed(family, &family.scheme().signer(other).unwrap(), NOW, BODY.as_bytes());
    let not_utf8 = body(b"{\"object\":\"event\",\"hello\":\"w\xf6rld\"}");
    let mut cases = vec![
        same("as it should be", body(BODY.as_bytes())),
        same("a body with a line feed at its end", body(format!("{BODY}\n").as_bytes())),
        same("another body", Delivery { body: b"{}".to_vec(), ..body(BODY.as_bytes()) }),
        same("signed with another secret", other),
        same("no signature header", without(family, signature)),
        same("an empty signature header", with(family, signature, |_| String::new())),
        differs("a body that is not UTF-8", not_utf8, TEXT),
    ];
    match family {
        Family::Standard | Family::Svix | Family::Stripe => cases.extend([
            differs("an empty body", body(b""), JSON),
            differs("a body that is not JSON", body(b"hello=world"), JSON),
            differs("the good signature header twice", twice(family, signature), TWICE),
            same("signed 5 minutes ago", dated(-300)),
            same("signed 5 minutes and a second ago", dated(-301)),
            same("dated 5 minutes ahead", dated(300)),
        ]),
        Family::Slack => cases.extend([
            same("an empty body", body(b"")),
            same("a body that is not JSON", body(b"hello=world")),
            same("a body that begins with a byte order mark", marked()),
            same("the good signature header twice", twice(family, signature)),
            same("the timestamp header twice", twice(family, timestamp)),
            same("signed 5 minutes ago", dated(-300)),
            same("signed 5 minutes and a second ago", dated(-301)),
            same("dated 5 minutes ahead", dated(300)),
        ]),
        Family::GitHub | Family::Shopify => cases.extend([
            differs("an empty body", body(b""), NOTHING),
            same("a body that is not JSON", body(b"hello=world")),
            same("a body that begins with a byte order mark", marked()),
            same("the good signature header twice", twice(family, signature)),
        ]),
    }
    match family {
        Family::Standard | Family::Svix => cases.extend([
            differs("a body that begins with a byte order mark", marked(), JSON),
            same("dated 5 minutes and a second ahead", dated(301)),
        ]),
        Family::Stripe => {
            cases.push(differs("dated 5 minutes and a second ahead", dated(301), AHEAD));
        }
        _ => {}
    }
    if !timestamp.is_empty() {
        cases.push(same("no timestamp header", without(family, timestamp)));
    }
    cases
}

#[rustfmt::skip]
fn standard(family: Family) -> Vec<Case> {
    let [signature, timestamp, id] = family.names();
    let list = |change: &dyn Fn(&str) -> String| with(family, signature, change);
    let recoded = |encode: &dyn Fn(&[u8]) -> String| {
        let mut delivery = any_digits(family);
        let good = delivery.headers[signature].to_str().unwrap();
        let tag = STANDARD.decode(good.strip_prefix("v1,").unwrap()).unwrap();
        delivery.headers.insert(signature, format!("v1,{}", encode(&tag)).parse().unwrap());
        delivery
    };
    let written = |id_text: &str, text: &str, signed: &str| {
        let mut delivery = good(family, NOW, BODY.as_bytes());
        let tag = tag(family, &format!("{id_text}.{signed}.{BODY}"));
        let value = format!("v1,{}", STANDARD.encode(tag));
        for (name, value) in [(id, id_text), (timestamp, text), (signature, &value)] {
            delivery.headers.insert(name, value.parse().unwrap());
        }
        delivery
    };
    let wrong = format!("v1,{}", STANDARD.encode([1; 32]));
    let behind = |count| list(&|good| format!("{}{good}", format!("{wrong} ").repeat(count)));
    let now = NOW.to_string();
    let (zero, millis) = (format!("0{now}"), format!("{now}000"));
    vec![
        same("a good signature behind a wrong one", behind(1)),
        same("a good signature behind 31 wrong ones", behind(31)),
        differs("a good signature behind 32 wrong ones", behind(32), MANY),
        same("a good signature behind one of another version", list(&|good| format!("v2,AAAA {good}"))),
        same("another version only", list(&|good| good.replace("v1,", "v2,"))),
        same("the version in upper case", list(&|good| good.replace("v1,", "V1,"))),
        same("no version", list(&|good| good.replace("v1,", ""))),
        same("a comma between two signatures", list(&|good| format!("{wrong},{good}"))),
        same("a signature without padding", recoded(&|tag| STANDARD_NO_PAD.encode(tag))),
        same("a signature in the URL-safe alphabet", recoded(&|tag| URL_SAFE.encode(tag))),
        same("half of a signature", recoded(&|tag| STANDARD.encode(&tag[..16]))),
        differs("an id with a full stop", written("msg.1", &now, &now), ID_ENDS),
        same("an empty id", written("", &now, &now)),
        same("no id header", without(family, id)),
        differs("a timestamp with a leading zero, signed without it", written(ID, &zero, &now), SPELLING),
        same("a timestamp with a leading zero, signed with it", written(ID, &zero, &zero)),
        same("a timestamp in milliseconds", written(ID, &millis, &millis)),
    ]
}

#[rustfmt::skip]
fn svix() -> Vec<Case> {
    let renamed = |names: &[&str]| {
        let mut delivery = good(Family::Svix, NOW, BODY.as_bytes());
        for name in names {
            let value = delivery.headers.remove(format!("svix-{name}")).unwrap();
            let name = HeaderName::from_bytes(format!("webhook-{name}").as_bytes()).unwrap();
            delivery.headers.insert(name, value);
        }
        delivery
    };
    let mut both = good(Family::Svix, NOW, BODY.as_bytes());
    both.headers.extend(good(Family::Standard, NOW, BODY.as_bytes()).headers);
    let wrong = format!("v1,{}", STANDARD.encode([1; 32]));
    both.headers.insert("svix-signature", wrong.parse().unwrap());
    vec![
        same("the `webhook-` headers", renamed(&["id", "timestamp", "signature"])),
        same("a wrong `svix-signature` beside good `webhook-` headers", both),
        differs("`webhook-id` among `svix-` headers", renamed(&["id"]), WHOLE),
    ]
}

#[rustfmt::skip]
fn stripe() -> Vec<Case> {
    let family = Family::Stripe;
    let list = |change: &dyn Fn(&str) -> String| with(family, "stripe-signature", change);
    let stamp = |text: &str, signed: &str| {
        let tag = hex::encode(tag(family, &format!("{signed}.{BODY}")));
        list(&|_| format!("t={text},v1={tag}"))
    };
    let wrong = format!(",v1={}", "01".repeat(32));
    let behind = |count| list(&|good| good.replace(",v1", &format!("{},v1", wrong.repeat(count))));
    let now = NOW.to_string();
    let zero = format!("0{now}");
    vec![
        same("a good signature behind a wrong one", behind(1)),
        same("a good signature behind 31 wrong ones", behind(31)),
        differs("a good signature behind 32 wrong ones", behind(32), MANY),
        same("a good signature behind one of another version", list(&|good| good.replace(",v1", ",v0=00,v1"))),
        same("another version only", list(&|good| good.replace("v1=", "v0="))),
        same("the version in upper case", list(&|good| good.replace("v1=", "V1="))),
        same("the timestamp behind the signature", list(&|good| swapped(good, ','))),
        differs("a space behind the comma", list(&|good| good.replace(',', ", ")), SPACES),
        differs("hexadecimal digits in upper case", list(&|good| upper_case(good, "v1=")), DIGITS),
        same("half of a signature", list(&|good| good[..good.len() - 32].to_owned())),
        same("no timestamp", list(&|good| good.split_once(',').unwrap().1.to_owned())),
        differs("a timestamp with a leading zero, signed without it", stamp(&zero, &now), SPELLING),
        same("a timestamp with a leading zero, signed with it", stamp(&zero, &zero)),
    ]
}

#[rustfmt::skip]
fn github() -> Vec<Case> {
    let value = |change: &dyn Fn(&str) -> String| {
        with(Family::GitHub, "x-hub-signature-256", change)
    };
    vec![
        same("no prefix", value(&|good| good.replace("sha256=", ""))),
        same("another prefix", value(&|good| good.replace("sha256=", "sha1="))),
        same("the prefix in upper case", value(&|good| good.replace("sha256=", "SHA256="))),
        differs("hexadecimal digits in upper case", value(&|good| upper_case(good, "sha256=")), DIGITS),
        same("half of a signature", value(&|good| good[..good.len() - 32].to_owned())),
        same("further text behind the signature", value(&|good| format!("{good},x"))),
    ]
}

#[rustfmt::skip]
fn slack() -> Vec<Case> {
    let family = Family::Slack;
    let value = |change: &dyn Fn(&str) -> String| with(family, "x-slack-signature", change);
    let stamp = |text: &str, signed: &str| {
        let tag = hex::encode(tag(family, &format!("v0:{signed}:{BODY}")));
        let mut delivery = value(&|_| format!("v0={tag}"));
        delivery.headers.insert("x-slack-request-timestamp", text.parse().unwrap());
        delivery
    };
    let now = NOW.to_string();
    let zero = format!("0{now}");
    vec![
        same("no version", value(&|good| good.replace("v0=", ""))),
        same("another version", value(&|good| good.replace("v0=", "v1="))),
        same("the version in upper case", value(&|good| good.replace("v0=", "V0="))),
        differs("hexadecimal digits in upper case", value(&|good| upper_case(good, "v0=")), DIGITS),
        same("half of a signature", value(&|good| good[..good.len() - 32].to_owned())),
        same("a timestamp with a leading zero, signed without it", stamp(&zero, &now)),
        differs("a timestamp with a leading zero, signed with it", stamp(&zero, &zero), SPELLING),
    ]
}

#[rustfmt::skip]
fn shopify() -> Vec<Case> {
    let family = Family::Shopify;
    let recoded = |encode: &dyn Fn(&[u8]) -> String| {
        let mut delivery = any_digits(family);
        let tag = STANDARD.decode(&delivery.headers["x-shopify-hmac-sha256"]).unwrap();
        delivery.headers.insert("x-shopify-hmac-sha256", encode(&tag).parse().unwrap());
        delivery
    };
    vec![
        same("a signature without padding", recoded(&|tag| STANDARD_NO_PAD.encode(tag))),
        same("a signature in the URL-safe alphabet", recoded(&|tag| URL_SAFE.encode(tag))),
        same("a signature in hexadecimal digits", recoded(&|tag| hex::encode(tag))),
        same("half of a signature", recoded(&|tag| STANDARD.encode(&tag[..16]))),
        same("a prefix", recoded(&|tag| format!("sha256={}", STANDARD.encode(tag)))),
        differs("no topic header", without(family, "x-shopify-topic"), SIGNED),
    ]
}

/// A good delivery whose signature has digits that the alphabets of base64 do not share.
fn any_digits(family: Family) -> Delivery {
    let [signature, ..] = family.names();
    let mut deliveries = (0..100).map(|n| good(family, NOW, format!("{{\"n\":{n}}}").as_bytes()));
    let found = deliveries.find(|delivery| {
        let text = delivery.headers[signature].to_str().unwrap();
        text.contains('+') && text.contains('/')
    });
    found.unwrap()
}

fn upper_case(text: &str, prefix: &str) -> String {
    let (before, digits) = text.split_once(prefix).unwrap();
    let upper = digits.to_uppercase();
    assert_ne!(upper, digits);
    format!("{before}{prefix}{upper}")
}

fn swapped(text: &str, separator: char) -> String {
    let (first, second) = text.split_once(separator).unwrap();
    format!("{second}{separator}{first}")
}
