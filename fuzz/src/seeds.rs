//! What the fuzzers start from: few and small inputs that are written here by hand, for every target.
//! The example `seeds` makes files of them.

use std::collections::BTreeMap;

use tower_webhook::Scheme;

use crate::handshake;
use crate::plain::{Grammar, SCHEMES, grammar};

/// Inputs by the name of their target and their own.
pub type Seeds = BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>;

/// The seeds of every target.
pub fn all() -> Seeds {
    let mut seeds = Seeds::new();
    let mut add = |target, name: &str, bytes| {
        let other = seeds.entry(target).or_default().insert(name.to_owned(), bytes);
        assert_eq!(other, None, "{target}/{name}");
    };

    for scheme in SCHEMES {
        let name = scheme.name();
        add("differential", name, delivery(*scheme, &[0], &lines(*scheme, &[0]), b"{}"));
        let mut signing = vec![index(*scheme), 0, 0, 0];
        signing.extend_from_slice(b"hook\n\x01\x00\x00\x00msg_1\n{}");
        add("sign_verify", name, signing);
    }
    for (name, bytes) in handshake::seeds() {
        add("handshake", &name, bytes);
    }
    for (name, bytes) in deliveries() {
        add("differential", name, bytes.clone());
        add("headers", name, bytes.clone());
        // The number of cuts and the cuts, each of two bytes.
        let cuts = b"\x03\x01\x00\x01\x00\x05\x00";
        add("stream_vs_oneshot", name, [&cuts[..], &bytes].concat());
        // Flags, the distance to the limit, and the steps of the body.
        let steps = b"\x00\x00\x04\x00\x00\x06\x01\x04\x01\x01\x00";
        add("layer", name, [&steps[..], &bytes].concat());
    }
    let good = delivery(Scheme::GITHUB, &[0], &lines(Scheme::GITHUB, &[0]), BODY);
    for (name, plan) in [
        ("declared-too-long", b"\x04\x04999\n\x00".to_vec()),
        ("declared-twice", b"\x08\x0460\n1\n\x00".to_vec()),
        ("hint-too-long", b"\x02\x04\xff\xff\x00".to_vec()),
        ("at-the-limit", b"\x00\x04\x00".to_vec()),
        ("over-the-limit", b"\x00\x05\x00".to_vec()),
        ("broken-off", b"\x00\x00\x02\x06\x05\x82\x00".to_vec()),
        ("dribbled", b"\x00\x00\x02\x05\xff\x05\xff".to_vec()),
        ("empty-frames", b"\x00\x00\x04\x03\x00\x03\x00\x06\x03\x03\x00".to_vec()),
        ("guarded-success", b"\x40\x00\x00".to_vec()),
        ("guarded-refusal", b"\x60\x00\x00".to_vec()),
        ("guarded-error", b"\x70\x00\x00".to_vec()),
    ] {
        add("layer", name, [&plan, &good[..]].concat());
    }

    // One scheme for each format of keys.
    let mut formats = Vec::new();
    for scheme in SCHEMES.iter().filter(|scheme| {
        let is_new = !formats.contains(&scheme.key_format());
        formats.push(scheme.key_format());
        is_new
    }) {
        for (name, text) in SECRETS {
            let bytes = [&[index(*scheme)], text.as_bytes()].concat();
            add("secret", &format!("{}-{name}", scheme.name()), bytes);
        }
    }

    for (name, form) in [
        ("twilio", "CallSid=CA1&From=%2B1415&Text=one+two&From=anonymous"),
        ("empty", "&&=&a&=b&"),
        ("not-encoded", "a=%&b=%4&c=%g4&%%=+"),
        ("bytes", "a=%ff%00&%C3=%A9"),
    ] {
        add("form", name, [b"\x01\x00Name\n", form.as_bytes()].concat());
    }
    add("form", "too-many", [&b"\x00\x00x\n"[..], &b"a&".repeat(1001)].concat());

    for (name, body) in velt() {
        add("velt_response", &name, [b"\x00", body.as_bytes()].concat());
        add("velt_response", &format!("{name}-503"), [b"\x8b", body.as_bytes()].concat());
    }
    for (name, body) in spaaza() {
        for flags in 0..6 {
            let bytes = [&[0, flags], body.as_bytes()].concat();
            add("spaaza_response", &format!("{name}-{flags}"), bytes);
        }
    }

    // Flags and capacity, then what, which key, and how long.
    for (name, bytes) in [
        ("retry", b"\x00\x04\x00\x01\x3c\x00\x01\x3c\x05\x01\x00\x00\x01\x3c\x0b\x01\xff\x00\x01\x01".to_vec()),
        ("lease-ends", b"\x00\x04\x00\x01\x0a\x07\x00\x00\x20\x00\x01\x0a\x03\x01\x0a\x0b\x01\x0a".to_vec()),
        ("full", b"\x00\x02\x00\x01\x3c\x00\x02\x3c\x00\x03\x3c\x03\x01\x3c\x00\x03\x3c".to_vec()),
        ("evict", b"\x02\x02\x00\x01\x3c\x03\x01\x3c\x00\x02\x3c\x0b\x02\x3c\x00\x03\x3c\x00\x01\x3c".to_vec()),
        ("wall-clock-set", b"\x00\x04\x00\x01\x3c\x07\x09\x00\x1e\x00\x01\x3c\x07\x00\x00\x1e\x00\x01\x3c\x07\x05\x00\x02\x00\x01\x3c".to_vec()),
        ("nothing-fits", b"\x00\x00\x00\x01\x3c\x00\x02\x3c".to_vec()),
    ] {
        add("replay", name, bytes);
    }
    seeds
}

const BODY: &[u8] = br#"{"event_type":"ping","data":{"success":true}}"#;

/// Deliveries of every kind of grammar, and what is wrong with some.
fn deliveries() -> Vec<(&'static str, Vec<u8>)> {
    let good = |scheme, keys: &[u8]| delivery(scheme, &[15], &lines(scheme, keys), BODY);
    let with = |scheme, text: &[u8]| delivery(scheme, &[1], text, BODY);
    let mut many = b"iid\nt\x02\x00\ns".to_vec();
    many.extend(b"v1,\x01\x00 ".repeat(32));
    many.push(b'\n');
    vec![
        ("three-headers", good(Scheme::VELT, &[0])),
        ("three-headers-rotated", good(Scheme::VELT, &[16, 3, 0])),
        ("listed-time", good(Scheme::STRIPE, &[0, 1])),
        ("listed-time-paddle", good(Scheme::PADDLE, &[1])),
        ("prefix", good(Scheme::GITHUB, &[0])),
        ("bare", good(Scheme::ADYEN, &[2])),
        ("millis", good(Scheme::WORKOS, &[0])),
        ("rfc3339", good(Scheme::ZENDESK, &[0])),
        ("id-without-end", good(Scheme::TWITCH, &[0])),
        ("request", good(Scheme::HUBSPOT_V3, &[0])),
        ("list-of-body", good(Scheme::PAGERDUTY, &[1, 0])),
        ("ed25519", good(Scheme::DISCORD, &[0])),
        ("sha512", good(Scheme::PAYSTACK, &[0])),
        ("sha1", good(Scheme::TRELLO, &[0])),
        // Both kinds of keys: the second of two is a pair.
        (
            "v1a",
            delivery(
                Scheme::STANDARD,
                &[0x41, 2, 0],
                b"iid\nt\x02\x00\nsv1a,\x01\x01 v1,\x01\x02\n",
                BODY,
            ),
        ),
        ("other-family", with(Scheme::STANDARD, b"Iid\nT\x02\x00\nSv1,\x01\x00\n")),
        (
            "both-families",
            with(Scheme::SVIX, b"Iid\nT\x02\x00\nSv1,\x01\x00\niid2\nt\x02\x00\nsv1,\x01\x01\n"),
        ),
        ("several-headers", with(Scheme::DOCUSIGN, b"s\x01\x02\nm\x01\x01\x01\nm\x0f\x01\x00\n")),
        ("second-of-two", with(Scheme::BOX, b"t\x02\x00\nm1\x01\x00\n")),
        ("repeated", with(Scheme::MOLLIE, b"ssha256=\x01\x02\nssha256=\x01\x00\n")),
        ("repeated-refused", with(Scheme::GITHUB, b"ssha256=\x01\x00\nssha256=\x01\x00\n")),
        ("thirty-three", with(Scheme::VELT, &many)),
        ("old", with(Scheme::SLACK, b"t\x02\xbb\nsv0=\x01\x00\n")),
        ("new", with(Scheme::SLACK, b"t\x02\x46\nsv0=\x01\x00\n")),
        ("two-times", with(Scheme::STRIPE, b"st=\x02\x00,t=\x02\x00,v1=\x01\x00\n")),
        ("no-time", with(Scheme::STRIPE, b"sv1=\x01\x00\n")),
        ("spaces", with(Scheme::STRIPE, b"st=\x02\x00, v1=\x01\x00,  v0=aa\n")),
        ("written-time", with(Scheme::ZENDESK, b"t2023-11-14T22:13:20.5+00:00\ns\x01\x00\n")),
        ("leap-second", with(Scheme::ZENDESK, b"t2016-12-31T23:59:60Z\ns\x01\x00\n")),
        ("id-with-dot", with(Scheme::VELT, b"ia.b\nt\x02\x00\nsv1,\x01\x00\n")),
        (
            "custom-list",
            with(SCHEMES[Scheme::ALL.len() + 1], b"iid:x\nsat:\x02\x00|s:\x01\x00\nss:\x01\x01\n"),
        ),
        (
            "escaped",
            delivery(Scheme::BOX, &[1], b"t\x02\x00\nsv\nm1\x03\x01\n", "é😀\"".as_bytes()),
        ),
        ("not-utf-8", delivery(Scheme::BOX, &[1], b"t\x02\x00\ns\x03\x00\n", b"\xc3\xa9\xf0")),
        (
            "decoded",
            [
                &[index(Scheme::HUBSPOT_V3), 0],
                &b"\x00\x00\x00?a=%2F%3a%20\nt\x02\x00\ns\x03\x00\n\n[]"[..],
            ]
            .concat(),
        ),
        ("no-slash", [&[index(Scheme::SQUARE), 0], &b"\x00\x00\x00\ns\x03\x00\n\n{}"[..]].concat()),
        ("form", with(Scheme::TWILIO_SHA256, b"s\x01\x00\n")),
        ("form-of-another-port", with(Scheme::TWILIO, b"s\x03\x00\n")),
        (
            "digest-in-the-query",
            [
                &[index(Scheme::TWILIO), 0],
                &b"\x00\x00\x00?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\ns\x01\x00\n\n{}"[..],
            ]
            .concat(),
        ),
        ("strangers", with(Scheme::GITHUB, b":x-other:v1,abc\nssha256=\x01\x02\n")),
    ]
}

fn index(scheme: Scheme) -> u8 {
    SCHEMES.iter().position(|other| *other == scheme).unwrap() as u8
}

/// The bytes that a delivery is read from. `keys` says how many the receiver has.
fn delivery(scheme: Scheme, keys: &[u8], lines: &[u8], body: &[u8]) -> Vec<u8> {
    // The tolerance of the scheme, now, a POST, and the path.
    let head = [&[index(scheme)], keys, b"\x00\x00\x00hook?shop=1\n"].concat();
    [&head, lines, b"\n", body].concat()
}

/// Headers with a good signature of each of these keys.
fn lines(scheme: Scheme, keys: &[u8]) -> Vec<u8> {
    let signature = |before: &str, key: &u8| [before.as_bytes(), b"\x01", &[*key]].concat();
    let mut lines = match grammar(scheme) {
        Grammar::Single(prefix) => [b"s", &*signature(&prefix, &keys[0]), b"\n"].concat(),
        Grammar::Bare { separator, time } => {
            let time = time.then(|| b"\x02\0".to_vec());
            let entries = keys.iter().map(|key| signature("", key));
            let entries: Vec<_> = time.into_iter().chain(entries).collect();
            [b"s", &*entries.join(&separator), b"\n"].concat()
        }
        Grammar::List { comma, divider, separator, assign, versions, time } => {
            let assign = (assign as char).to_string();
            let time = time.map(|time| format!("{time}{assign}\x02\0").into_bytes());
            let version = format!("{}{assign}", versions[0].0);
            let entries = keys.iter().map(|key| signature(&version, key));
            let list = match divider {
                Some(divider) => {
                    let time = time.unwrap_or_default();
                    let sets = entries.map(|entry| [&*time, &[separator], &*entry].concat());
                    sets.collect::<Vec<_>>().join(&divider)
                }
                None => {
                    let joint = if comma { vec![b',', separator] } else { vec![separator] };
                    time.into_iter().chain(entries).collect::<Vec<_>>().join(&*joint)
                }
            };
            [b"s", &*list, b"\n"].concat()
        }
    };
    let names = scheme.headers()[0];
    if names.id_name().is_some() {
        lines.extend_from_slice(b"imsg_1\n");
    }
    if names.timestamp_name().is_some() {
        lines.extend_from_slice(b"t\x02\x00\n");
    }
    lines
}

const SECRETS: &[(&str, &str)] = &[
    ("whsec", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("whsec-short", "whsec_AQ=="),
    ("whpk", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
    (
        "whsk",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
    ),
    ("versioned", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("hex", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"),
    ("public-hex", "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe"),
    (
        "public-der",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHhhTL9R1TALzBB2cdc6zO4P/2BrHzk/ogsyxyYvFiW6kbDEcTi/0DdlqNlPm5FRF0y3+SG7O11x6kMahiIHAow==",
    ),
    ("base64", "c2VjcmV0LXNlY3JldA"),
    ("text", "It's a Secret to Everybody"),
    ("newline", "hunter2\n"),
    ("empty", ""),
];

/// The documented answers, and what could come instead.
fn velt() -> Vec<(String, String)> {
    let data = r#"{"endpointId":"ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#;
    let result = format!(r#"{{"status":"success","message":"Retrieved.","data":{data}}}"#);
    let error = r#"{"status":"NOT_FOUND","message":"Advanced webhook provider request failed."}"#;
    let leak =
        r#"{"status":"UNKNOWN","message":"bad secret whsec_3q2/7wABAgMEBQYHCAkK+wwNDg8QERIT"}"#;
    let leaked =
        data.replace("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "3q2/7wABAgMEBQYHCAkK+wwNDg8QERIT");
    let named = |name: &str, text: String| (name.to_owned(), text);
    vec![
        named("success", format!(r#"{{"result":{result}}}"#)),
        named("failure", format!(r#"{{"error":{error}}}"#)),
        named("both", format!(r#"{{"result":{result},"error":{error}}}"#)),
        named("error-twice", format!(r#"{{"error":null,"error":{error},"result":{result}}}"#)),
        named("no-error", format!(r#"{{"result":{result},"error":null}}"#)),
        named("array", format!("[{result},null]")),
        named("other-endpoint", format!(r#"{{"result":{result}}}"#).replace("ep_2", "ep_3")),
        named("bad-secret", format!(r#"{{"result":{result}}}"#).replace("whsec_", "whpk_")),
        named(
            "deep",
            format!(r#"{{"x":{}{},"result":{result}}}"#, "[".repeat(200), "]".repeat(200)),
        ),
        named(
            "credential",
            r#"{"error":{"status":"PERMISSION_DENIED","message":"key api-key-1"}}"#.to_owned(),
        ),
        named(
            "leak",
            format!(r#"{{"error":{leak},"result":{{"status":"success","data":{leaked}}}}}"#),
        ),
    ]
}

fn spaaza() -> Vec<(String, String)> {
    let key = |id: u64, active: bool, date: &str, value: &str| {
        format!(
            r#"{{"active":{active},"chain":{{"id":1743,"name":"ACME"}},"created_date":"{date}","deleted":{},"id":{id},"value":"{value}"}}"#,
            !active
        )
    };
    let one = key(56, true, "2026-06-20T09:55:00+00:00", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6");
    let other = key(57, true, "2026-07-20T09:55:00+00:00", "00112233445566778899aabbccddeeff");
    let gone = key(58, false, "2026-08-20T09:55:00+00:00", "ffffffffffffffffffffffffffffffff");
    let keys = format!(r#""webhook_signature":{one},"webhook_signatures":[{one},{other},{gone}]"#);
    let success = format!(r#"{{"result":{{"code":1,"status":"ok"}},"results":{{{keys}}}}}"#);
    let before = |text: &str| success.replacen('{', &format!("{{{text},"), 1);
    let error =
        r#""error":{"code":528,"name":"webhook_signature_not_found","description":"None."}"#;
    let leak =
        r#""error":{"code":6,"name":"x","description":"no a1b2C3d4e5f6a7b8c9d0e1f2a3b4c5d6"}"#;
    let deep = format!(r#""error":{}{}"#, "[".repeat(200), "]".repeat(200));
    let named = |name: &str, text: String| (name.to_owned(), text);
    vec![
        named("success", success.clone()),
        named("inactive", success.replace("true", "false")),
        named("failure", format!("{{\"result\":{{\"status\":\"error\"}},{error}}}")),
        named("both", before(error)),
        named("error-twice", before(&format!("{error},{error}"))),
        named("error-too-deep", before(&deep)),
        named("error-too-large", before(r#""error":1e999"#)),
        named("errors", before(r#""errors":[{"code":"68"}]"#)),
        named(
            "errors-by-name",
            before(r#""errors":{"b":{"code":3},"a":{"name":"no_valid_session"}}"#),
        ),
        named("no-errors", before(r#""error":null,"errors":[]"#)),
        named("other-chain", success.replace("1743", "1744")),
        named("bad-value", success.replace("00112233", "0011223g")),
        named(
            "leak",
            before(leak)
                .replace("a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", "a1b2C3d4e5f6a7b8c9d0e1f2a3b4c5d6"),
        ),
    ]
}
