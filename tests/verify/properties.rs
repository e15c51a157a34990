//! Properties that hold for every preset, any delivery and any change to it.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{Encoding, IdShape};
use tower_webhook::{Scheme, Secret, Verified, Verifier, VerifyError};

use crate::support::{self, URL, at, bytewise, read, request, secret, signer};

#[derive(Clone, Debug)]
struct Delivery {
    scheme: Scheme,
    id: String,
    at: i64,
    body: Vec<u8>,
}

impl Delivery {
    fn sign(&self) -> HeaderMap {
        let (id, at) = (self.id.as_str(), at(self.at));
        let request = signer(self.scheme).request(URL, id, at, &self.body).unwrap();
        request.into_parts().0.headers
    }

    /// A verifier with the right secret among wrong ones, the right one at `index`.
    fn verifier(&self, index: usize, secrets: usize) -> Verifier {
        let text = |position| match position == index {
            true => self.scheme.secret(secret(self.scheme)).unwrap(),
            false => wrong(self.scheme, position),
        };
        let mut verifier = Verifier::new(self.scheme, text(0)).unwrap();
        for position in 1..secrets {
            verifier = verifier.add_secret(text(position)).unwrap();
        }
        verifier.public_url("https://hooks.example.com").unwrap()
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Verified, VerifyError> {
        self.verifier(0, 1).verify_at(&request(headers), body, at(self.at))
    }
}

/// A secret that the scheme can have and the sender has not.
fn wrong(scheme: Scheme, position: usize) -> Secret {
    #[cfg(feature = "ed25519")]
    if scheme.algorithm() == tower_webhook::scheme::Algorithm::Ed25519 {
        // The first public key of RFC 8032, section 7.1.
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        return Scheme::DISCORD.secret(key).unwrap();
    }
    #[cfg(feature = "p256")]
    if scheme.algorithm() == tower_webhook::scheme::Algorithm::EcdsaP256 {
        // That of SendGrid's published vector.
        return Scheme::SENDGRID.secret(crate::p256::PUBLIC).unwrap();
    }
    let _ = scheme;
    Secret::utf8(&format!("wrong {position}")).unwrap()
}

prop_compose! {
    fn delivery()(scheme in prop::sample::select(bytewise().collect::<Vec<_>>()))(
        id in match scheme.id_shape() {
            IdShape::UrlSafe => "[A-Za-z0-9_=-]{1,80}",
            IdShape::Length(32) => "[!-~]{32}",
            // Blanks at the ends of a value would not arrive.
            _ => "[!-\\-/-~]([ -\\-/-~]{0,78}[!-\\-/-~])?",
        },
        at in 1_000_000_000..10_000_000_000_i64,
        body in prop::collection::vec(any::<u8>(), 0..300),
        scheme in Just(scheme),
    ) -> Delivery {
        Delivery { scheme, id, at, body }
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies(delivery in delivery()) {
        let verified = delivery.verify(&delivery.sign(), &delivery.body).unwrap();
        prop_assert_eq!(verified.scheme(), delivery.scheme);
        if delivery.scheme.signs_id() {
            prop_assert_eq!(verified.id(), Some(delivery.id.as_str()));
        }
        if delivery.scheme.timestamp_format().is_some() {
            prop_assert_eq!(verified.timestamp(), Some(at(delivery.at)));
        }
    }

    #[test]
    fn any_chunking_gives_the_same_verdict(
        delivery in delivery(),
        (index, secrets) in (1..=16_usize).prop_flat_map(|secrets| (0..=secrets, Just(secrets))),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        broken in any::<bool>(),
    ) {
        let headers = delivery.sign();
        let mut body = delivery.body.clone();
        if broken {
            body.push(b'!');
        }
        let now = at(delivery.at);
        let verifier = delivery.verifier(index, secrets).clock(ManualClock::new(now));
        let whole = verifier.verify_at(&request(&headers), &body, at(delivery.at));

        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let mut verification = verifier.begin(&request(&headers)).unwrap();
        for pair in cuts.windows(2) {
            verification.update(&body[pair[0]..pair[1]]);
        }
        let streamed = verification.finish();

        prop_assert_eq!(whole.is_ok(), !broken && index < secrets);
        let index_of = |verdict: Result<Verified, _>| verdict.map(|verified| verified.secret_index());
        prop_assert_eq!(index_of(whole), index_of(streamed));
    }

    #[test]
    fn a_flipped_bit_of_the_body_fails(delivery in delivery(), bit in any::<prop::sample::Index>()) {
        prop_assume!(!delivery.body.is_empty());
        let bit = bit.index(delivery.body.len() * 8);
        let mut body = delivery.body.clone();
        body[bit / 8] ^= 1 << (bit % 8);
        let error = delivery.verify(&delivery.sign(), &body).unwrap_err();
        prop_assert_eq!(error, VerifyError::Mismatch);
    }

    #[test]
    fn a_body_cut_short_or_made_longer_fails(delivery in delivery(), cut in any::<prop::sample::Index>()) {
        let headers = delivery.sign();
        let longer = [delivery.body.as_slice(), b"\0"].concat();
        prop_assert!(delivery.verify(&headers, &longer).is_err());
        if !delivery.body.is_empty() {
            let shorter = &delivery.body[..cut.index(delivery.body.len())];
            prop_assert!(delivery.verify(&headers, shorter).is_err());
        }
    }

    #[test]
    fn a_flipped_bit_of_any_header_fails(delivery in delivery(), bit in any::<prop::sample::Index>()) {
        let headers = delivery.sign();
        for (name, value) in read(delivery.scheme, &headers) {
            let mut bytes = value.as_bytes().to_vec();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            // Digits of a hexadecimal signature mean the same in either case.
            let hex = delivery.scheme.encoding() == Encoding::Hex;
            if hex && bytes.eq_ignore_ascii_case(value.as_bytes()) {
                continue;
            }
            // Not everything can be a header.
            let Ok(flipped) = HeaderValue::from_bytes(&bytes) else { continue };
            let mut bad = headers.clone();
            bad.insert(name, flipped);
            prop_assert!(delivery.verify(&bad, &delivery.body).is_err(), "{name} {bit}");
        }
    }

    #[test]
    fn a_delivery_of_one_scheme_is_none_of_another(delivery in delivery(), other in prop::sample::select(bytewise().collect::<Vec<_>>())) {
        let family = |scheme: Scheme| scheme.headers().to_vec();
        prop_assume!(!family(delivery.scheme).iter().any(|names| family(other).contains(names)));
        let there = Delivery { scheme: other, ..delivery.clone() };
        let verdict = there.verify(&delivery.sign(), &delivery.body);
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn junk_never_panics_and_never_verifies(
        scheme in prop::sample::select(bytewise().collect::<Vec<_>>()),
        values in prop::collection::vec((any::<prop::sample::Index>(), junk()), 0..6),
        now in -62_135_596_800..=253_402_300_799_i64,
    ) {
        let names: Vec<HeaderName> = bytewise()
            .flat_map(|scheme| support::sign(scheme, b"").keys().cloned().collect::<Vec<_>>())
            .collect();
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(name.get(&names), value);
            }
        }
        let verifier = scheme.verifier(secret(scheme)).unwrap();
        let verdict = verifier.verify_at(&headers, b"junk", at(now));
        prop_assert!(verdict.is_err());
    }
}

/// Header values that come close: pieces of the grammars, in any order.
fn junk() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"v1".to_vec()),
        Just(b"t".to_vec()),
        Just(b"v0".to_vec()),
        Just(b",".to_vec()),
        Just(b"=".to_vec()),
        Just(b" ".to_vec()),
        Just(b"sha256=".to_vec()),
        Just(b"1700000000".to_vec()),
        Just(b"-9223372036854775808".to_vec()),
        Just(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_vec()),
        Just(vec![b'0'; 64]),
        prop::collection::vec(any::<u8>(), 0..5),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}
