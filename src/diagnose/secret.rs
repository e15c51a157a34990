//! Hypotheses about the secret: another encoding, what surrounds it, another one.

use zeroize::Zeroizing;

use crate::crypto::Algorithm;
use crate::crypto::key::VerifyingKey;
use crate::diagnose::finding::{
    ALGORITHM, Finding, OTHER_SECRET, SECRET_ENCODING, SECRET_KIND, SECRET_QUOTES,
    SECRET_WHITESPACE,
};
use crate::diagnose::trial::{Change, To};
use crate::scheme::definition::Scheme;
use crate::scheme::encoding::Encoding;
use crate::scheme::key_format::KeyFormat;
use crate::secret::{InvalidSecret, Secret};

/// The text of a secret, with the name that it was given.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) text: Zeroizing<String>,
}

/// A key that may be the right one.
#[derive(Clone)]
pub(super) enum Key {
    Text {
        secret: Secret,
        /// Whether its text is public. A MAC under it proves nothing: anyone can make one.
        public: bool,
    },
    Keyed(Box<VerifyingKey>),
}

impl Key {
    /// The key for deliveries of an algorithm, if it can be one.
    pub(super) fn verifying(&self, algorithm: Algorithm) -> Option<VerifyingKey> {
        match self {
            Self::Keyed(key) => Some(VerifyingKey::clone(key)),
            Self::Text { secret, public } => match (public, algorithm) {
                (_, Algorithm::Ed25519 | Algorithm::EcdsaP256) => {
                    VerifyingKey::public(algorithm, secret.expose()).ok()
                }
                (true, _) => VerifyingKey::public(Algorithm::Ed25519, secret.expose()).ok(),
                (false, _) => VerifyingKey::shared(algorithm, secret.expose()).ok(),
            },
        }
    }
}

/// The keys that a text is under a scheme.
pub(super) fn keys(owner: Scheme, scheme: Scheme, text: &str) -> Vec<Key> {
    match scheme.readings(text) {
        Ok((first, second)) => as_keys(owner, text, [Some(first), second].into_iter().flatten()),
        Err(_) => Vec::new(),
    }
}

fn as_keys(owner: Scheme, text: &str, secrets: impl Iterator<Item = Secret>) -> Vec<Key> {
    let format = owner.key_format();
    let public = matches!(
        format,
        KeyFormat::PublicKeyHex | KeyFormat::PublicKeyBase64 | KeyFormat::PublicKeyDer
    ) || text.contains("whpk_");
    secrets.map(|secret| Key::Text { secret, public }).collect()
}

/// The prefixes that some providers count as part of the key, and others do not.
const PREFIXES: [&str; 4] = ["v1,whsec_", "whsec_", "whpk_", "polar_whs_"];

/// What begins the keys of an API and the ids of endpoints, which sign nothing.
const KINDS: [(&str, &str); 22] = [
    ("sk_live_", "an API key"),
    ("sk_test_", "an API key"),
    ("rk_live_", "an API key"),
    ("rk_test_", "an API key"),
    ("pk_live_", "a publishable key"),
    ("pk_test_", "a publishable key"),
    ("sk-", "an API key"),
    ("re_", "an API key"),
    ("SG.", "an API key"),
    ("AIza", "an API key"),
    ("glpat-", "an access token"),
    ("ghp_", "an access token"),
    ("gho_", "an access token"),
    ("ghs_", "an access token"),
    ("github_pat_", "an access token"),
    ("shpat_", "an access token"),
    ("xoxb-", "an access token"),
    ("xoxp-", "an access token"),
    ("xapp-", "an access token"),
    ("we_", "the id of an endpoint"),
    ("ep_", "the id of an endpoint"),
    ("whsk_", "a private key"),
];

pub(super) fn changes<'d>(
    scheme: Scheme,
    texts: &'d [Named],
) -> impl Iterator<Item = Change<'d>> + 'd {
    let (first, others) = texts.split_first().map_or((None, texts), |(it, rest)| (Some(it), rest));
    let own = first.into_iter().flat_map(move |named| {
        let spaces = bare_changes(scheme, &named.text);
        spaces.chain(encodings(scheme, &named.text)).chain(parts(scheme, &named.text))
    });
    let others = others.iter().map(move |named| {
        let found = format!("The secret `{}` matches, not the one that is configured.", named.name);
        Change::new(&OTHER_SECRET, found, To::Keys(keys(scheme, scheme, &named.text)))
    });
    own.chain(others)
}

/// Without what surrounds a secret, and with the newline that the other side may have.
fn bare_changes<'d>(scheme: Scheme, text: &'d str) -> impl Iterator<Item = Change<'d>> + use<'d> {
    let trimmed = visible(text);
    let inside = unquoted(&trimmed);
    let spaces = (*trimmed != text).then(|| {
        let found = "The secret matches without the blanks and invisible characters in it.";
        Change::new(&SECRET_WHITESPACE, found, To::Keys(keys(scheme, scheme, &trimmed)))
    });
    let quotes = (*inside != *trimmed).then(|| {
        let found = "The secret matches without the quotes, `Bearer ` or literal `\\n` around it.";
        Change::new(&SECRET_QUOTES, found, To::Keys(keys(scheme, scheme, &inside)))
    });
    let ends = ["\n", "\r\n", " "].into_iter().map(move |end| {
        let longer = Zeroizing::new([text, end].concat());
        let found =
            "The sender's secret has a blank or a newline at its end that this one has not.";
        let secret = Secret::bytes(longer.as_bytes()).ok();
        Change::new(&SECRET_WHITESPACE, found, To::Keys(as_keys(scheme, text, secret.into_iter())))
    });
    spaces.into_iter().chain(quotes).chain(ends)
}

/// The same characters, read in every encoding, with a prefix and without it.
fn encodings<'d>(scheme: Scheme, text: &'d str) -> impl Iterator<Item = Change<'d>> + use<'d> {
    let inside = unquoted(&visible(text));
    let stripped = PREFIXES.into_iter().filter_map(|prefix| inside.strip_prefix(prefix));
    let mut texts: Vec<(Zeroizing<String>, &str)> = vec![(inside.clone(), "as it is")];
    texts.extend(stripped.map(|it| (Zeroizing::new(it.to_owned()), "without its prefix")));
    texts.push((Zeroizing::new(["whsec_", &inside].concat()), "with `whsec_` in front"));
    texts.into_iter().flat_map(move |(text, how)| {
        let readings: [(&str, Option<Vec<u8>>); 4] = [
            ("text", Some(text.as_bytes().to_vec())),
            ("hexadecimal digits", decode_hex(&text)),
            ("base64", decode_base64(&text, false)),
            ("base64url", decode_base64(&text, true)),
        ];
        let public = if inside.contains("whpk_") { "whpk_" } else { "" };
        readings.into_iter().filter_map(move |(encoding, bytes)| {
            let secret = Secret::bytes(bytes?).ok()?;
            let found = format!("The secret matches, read as {encoding}, {how}.");
            let keys = as_keys(scheme, public, [secret].into_iter());
            Some(Change::new(&SECRET_ENCODING, found, To::Keys(keys)))
        })
    })
}

/// Several secrets in one text.
fn parts<'d>(scheme: Scheme, text: &'d str) -> impl Iterator<Item = Change<'d>> + use<'d> {
    let parts = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|it| !it.is_empty());
    parts.filter(move |part| part.len() < text.trim().len()).take(16).map(move |part| {
        let found = "The text of the secret holds several, and one of them alone matches.";
        Change::new(&OTHER_SECRET, found, To::Keys(keys(scheme, scheme, part)))
    })
}

/// What a text shows to be wrong without any delivery.
pub(super) fn observed(scheme: Scheme, texts: &[Named]) -> Option<Finding> {
    let text = &texts.first()?.text;
    let inside = unquoted(&visible(text));
    // Paystack, for one, signs with the key of its API.
    let kind = KINDS.iter().find(|(prefix, _)| inside.starts_with(prefix));
    let invalid = scheme.verifier(text).err();
    let code = match invalid {
        Some(InvalidSecret::SurroundingWhitespace | InvalidSecret::InvisibleCharacter { .. }) => {
            &SECRET_WHITESPACE
        }
        Some(InvalidSecret::Quoted) => &SECRET_QUOTES,
        _ if kind.is_some() => {
            let (prefix, what) = kind?;
            let found = format!("The secret begins with `{prefix}`, as {what} does.");
            return Some(SECRET_KIND.observed(found));
        }
        None => return None,
        Some(InvalidSecret::MissingFeature(_)) => &ALGORITHM,
        Some(InvalidSecret::Several) => &OTHER_SECRET,
        Some(
            InvalidSecret::MissingPrefix
            | InvalidSecret::NotBase64
            | InvalidSecret::NotHex
            | InvalidSecret::NotPublicKey
            | InvalidSecret::VersionedEntry,
        ) => &SECRET_ENCODING,
        Some(_) => &SECRET_KIND,
    };
    Some(code.observed(format!("The secret cannot be one of this scheme: {}.", invalid?)))
}

/// A text without the characters that are not to be seen, at its ends and inside.
fn visible(text: &str) -> Zeroizing<String> {
    let strange = |char: char| {
        char.is_control()
            || "\u{ad}\u{feff}".contains(char)
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let inner = text.trim_matches(|char: char| char.is_whitespace() || strange(char));
    kept.extend(inner.chars().filter(|char| !strange(*char)));
    kept
}

fn unquoted(text: &str) -> Zeroizing<String> {
    const QUOTES: [(&str, &str); 6] =
        [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("", "\\n"), ("Bearer ", "")];
    let mut inner = text;
    while let Some(less) = QUOTES.iter().find_map(|(start, end)| {
        let less = inner.strip_prefix(start)?.strip_suffix(end)?;
        (less.len() < inner.len()).then_some(less)
    }) {
        inner = less;
    }
    Zeroizing::new(inner.trim().to_owned())
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = vec![0; digits.len() / 2];
    Encoding::Hex.decode(digits.as_bytes(), &mut bytes).map(|()| bytes)
}

fn decode_base64(text: &str, url: bool) -> Option<Vec<u8>> {
    if url != text.contains(['-', '_']) {
        return None;
    }
    let standard = Zeroizing::new(text.replace('-', "+").replace('_', "/"));
    Secret::base64(&standard).ok().map(|secret| secret.expose().to_vec())
}
