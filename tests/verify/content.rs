//! What is signed: the bytes of the body, and whatever a scheme puts around them.

use tower_webhook::scheme::{Encoding, HeaderNames, IdShape, KeyFormat, Part, TimestampFormat};
use tower_webhook::{Scheme, VerifyError};

use crate::standard::BODY;
use crate::support::{ID, NOW, at, presets, sign, verifier, verify};

#[test]
fn bodies_are_bytes() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for body in [&b""[..], b"\xff\xfe\x00", b"\r\n", &every_byte] {
        for scheme in presets() {
            assert!(verify(scheme, &sign(scheme, body), body).is_ok());
        }
    }
    // What a lossy conversion to text would make equal stays different.
    let sent = sign(Scheme::GITHUB, b"\xff");
    let error = verify(Scheme::GITHUB, &sent, b"\xfe").unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn parts_may_come_in_any_order() {
    const BOXED: Scheme = Scheme::custom("boxed")
        .headers(&[HeaderNames::new("x-signature").id("x-id").timestamp("x-timestamp")])
        .encoding(Encoding::Base64Url)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[
            Part::Literal("<"),
            Part::Body,
            Part::Literal(">"),
            Part::Timestamp,
            Part::Id,
            Part::Literal("!"),
        ])
        .id_shape(IdShape::UrlSafe)
        .key_format(KeyFormat::Base64)
        .build();
    let sent = sign(BOXED, BODY);
    assert_eq!(sent["x-timestamp"], "2023-11-14T22:13:20Z");
    let verified = verifier(BOXED).verify(&sent, BODY).unwrap();
    assert_eq!((verified.id(), verified.timestamp()), (Some(ID), Some(at(NOW))));

    let content = [b"<", BODY, b">2023-11-14T22:13:20Z", ID.as_bytes(), b"!"].concat();
    const RAW: Scheme = Scheme::custom("raw")
        .headers(&[HeaderNames::new("x-signature")])
        .encoding(Encoding::Base64Url)
        .key_format(KeyFormat::Base64)
        .build();
    assert_eq!(sign(RAW, &content)["x-signature"], sent["x-signature"]);
}
