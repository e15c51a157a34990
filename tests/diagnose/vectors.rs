//! Deliveries that providers have published, each with one fault.

use time::OffsetDateTime;
use tower_webhook::diagnose::{Diagnosis, Doctor};
use tower_webhook::{Head, Scheme};

use crate::support::assert_proved;

struct Published {
    scheme: Scheme,
    secret: &'static str,
    at: i64,
    headers: &'static [(&'static str, &'static [u8])],
    body: &'static str,
}

/// <https://github.com/standard-webhooks/standard-webhooks/blob/b2fa7b8719fb75d326b591077f5d1b385cfcdfae/libraries/rust/src/lib.rs>
const STANDARD: Published = Published {
    scheme: Scheme::STANDARD,
    secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    at: 1_649_367_553,
    headers: &[
        ("webhook-id", b"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        ("webhook-timestamp", b"1649367553"),
        ("webhook-signature", b"v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
    ],
    body: r#"{"email":"test@example.com","username":"test_user"}"#,
};

/// <https://github.com/svix/svix-webhooks/blob/4fc0cfb8b426c87ef7e2b937e7d896a71d456a47/server/svix-server/src/worker.rs>
const SVIX: Published = Published {
    scheme: Scheme::SVIX,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    at: 1_614_265_330,
    headers: &[
        ("svix-id", b"msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("svix-timestamp", b"1614265330"),
        ("svix-signature", b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ],
    body: r#"{"test": 2432232314}"#,
};

/// <https://github.com/openai/openai-python/blob/e43b422412a9e96c9cc5192c61fffbe2d7e04836/tests/lib/test_webhooks.py>
const OPENAI: Published = Published {
    scheme: Scheme::OPENAI,
    secret: "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
    at: 1_750_861_210,
    headers: &[
        ("webhook-id", b"wh_685c059ae39c8190af8c71ed1022a24d"),
        ("webhook-timestamp", b"1750861210"),
        ("webhook-signature", b"v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
    ],
    body: r#"{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}"#,
};

/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
const GITHUB: Published = Published {
    scheme: Scheme::GITHUB,
    secret: "It's a Secret to Everybody",
    at: 0,
    headers: &[(
        "x-hub-signature-256",
        b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    )],
    body: "Hello, World!",
};

impl Published {
    fn diagnose(&self, secret: &str, later: i64, body: &str) -> Diagnosis {
        let now = OffsetDateTime::from_unix_timestamp(self.at + later).unwrap();
        let doctor = Doctor::new(self.scheme).secret("live", secret).now(now);
        doctor.diagnose(Head::from_pairs(self.headers), body.as_bytes())
    }

    /// What is proved of it with this secret, so many seconds later, and with this body.
    #[track_caller]
    fn proves(&self, secret: &str, later: i64, body: &str, code: &str) {
        assert!(self.diagnose(self.secret, 0, self.body).verdict().is_ok());
        assert_proved(&self.diagnose(secret, later, body), &[code]);
    }
}

#[test]
fn a_body_that_was_changed_on_the_way() {
    let compact = |body: &str| body.replace(": ", ":").replace(", ", ",");
    let spaced = |body: &str| body.replace(':', ": ").replace(',', ", ");
    STANDARD.proves(STANDARD.secret, 0, &spaced(STANDARD.body), "body-reserialised");
    SVIX.proves(SVIX.secret, 0, &compact(SVIX.body), "body-reserialised");
    OPENAI.proves(OPENAI.secret, 0, &compact(OPENAI.body), "body-reserialised");
    GITHUB.proves(GITHUB.secret, 0, "Hello, World!\n", "body-newline");
    SVIX.proves(SVIX.secret, 0, "\"{\\\"test\\\": 2432232314}\"", "body-string");
}

#[test]
fn a_secret_that_was_read_otherwise() {
    STANDARD.proves(&STANDARD.secret[6..], 0, STANDARD.body, "secret-encoding");
    SVIX.proves(&format!("{}\n", SVIX.secret), 0, SVIX.body, "secret-whitespace");
    GITHUB.proves(&format!("\"{}\"", GITHUB.secret), 0, GITHUB.body, "secret-quotes");
}

#[test]
fn a_delivery_that_is_old() {
    STANDARD.proves(STANDARD.secret, 1_000, STANDARD.body, "timestamp-old");
    OPENAI.proves(OPENAI.secret, -1_000, OPENAI.body, "timestamp-new");
    SVIX.proves(SVIX.secret, 7_200, SVIX.body, "clock-zone");
}
