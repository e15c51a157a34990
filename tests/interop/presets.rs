//! The libraries that receive for one preset: what they accept, and what they sign.

use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::KeyFormat;
use tower_webhook::{Scheme, Signer, Verifier};

use crate::libraries::{Libraries, Registry, title};
use crate::receiver::{Receiver, post};
use crate::support::{ID, NOW, at, secret, signer};

/// What providers call, in front of the path.
pub(crate) const ORIGIN: &str = "https://hooks.example.com";

/// A library as `presets.mjs` or `presets.py` calls it.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) scheme: Scheme,
    library: &'static str,
    registry: Registry,
    signs: bool,
    takes: Bodies,
}

#[derive(Clone, Copy)]
enum Bodies {
    /// Whatever is JSON.
    Json,
    /// JSON that is printed without spaces and escapes, because the library prints it anew.
    Printed,
    /// The fields of a form, which are signed after the URL.
    Form,
    /// JSON whose digest is in the URL.
    Digest,
}

use Bodies::{Digest, Form, Json, Printed};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    npm(Scheme::ADYEN, "@adyen/api-library").signs(),
    pypi(Scheme::ADYEN, "Adyen").signs(),
    npm(Scheme::ANTHROPIC, "@anthropic-ai/sdk"),
    npm(Scheme::BOX, "box-node-sdk"),
    pypi(Scheme::BOX, "boxsdk"),
    npm(Scheme::CLERK, "@clerk/backend"),
    npm(Scheme::COINBASE_COMMERCE, "coinbase-commerce-node").signs(),
    npm(Scheme::CRONOFY, "cronofy"),
    npm(Scheme::DISCORD, "discord-interactions"),
    npm(Scheme::DODO_PAYMENTS, "dodopayments"),
    npm(Scheme::EASYPOST, "@easypost/api"),
    pypi(Scheme::EASYPOST, "easypost"),
    npm(Scheme::FINCH, "@tryfinch/finch-api"),
    npm(Scheme::FINTOC, "fintoc"),
    npm(Scheme::GETSTREAM, "stream-chat"),
    npm(Scheme::GOCARDLESS, "gocardless-nodejs"),
    pypi(Scheme::GOCARDLESS, "gocardless_pro"),
    npm(Scheme::HUBSPOT_V3, "@hubspot/api-client").signs(),
    pypi(Scheme::INCREASE, "increase"),
    npm(Scheme::LINE, "@line/bot-sdk"),
    pypi(Scheme::LINE, "line-bot-sdk"),
    npm(Scheme::LINEAR, "@linear/sdk"),
    npm(Scheme::LITHIC, "lithic"),
    npm(Scheme::MAILTRAP, "mailtrap"),
    npm(Scheme::METRONOME, "@metronome/sdk"),
    npm(Scheme::MODERN_TREASURY, "modern-treasury").signs(),
    npm(Scheme::MUX, "@mux/mux-node"),
    npm(Scheme::NOTION, "@notionhq/client").signs(),
    npm(Scheme::ONFIDO, "@onfido/api"),
    npm(Scheme::OPENAI, "openai"),
    npm(Scheme::ORB, "orb-billing"),
    npm(Scheme::PADDLE, "@paddle/paddle-node-sdk"),
    pypi(Scheme::PADDLE, "paddle-python-sdk"),
    npm(Scheme::PLAIN, "@team-plain/typescript-sdk"),
    npm(Scheme::POLAR, "@polar-sh/sdk"),
    pypi(Scheme::POLAR, "polar-sdk"),
    npm(Scheme::PUSHER, "pusher"),
    pypi(Scheme::PUSHER, "pusher"),
    npm(Scheme::RAZORPAY, "razorpay"),
    pypi(Scheme::RAZORPAY, "razorpay"),
    npm(Scheme::REPLICATE, "replicate"),
    pypi(Scheme::REPLICATE, "replicate"),
    npm(Scheme::RESEND, "resend"),
    pypi(Scheme::RESEND, "resend"),
    npm(Scheme::RETELL, "retell-sdk").signs(),
    pypi(Scheme::RETELL, "retell-sdk").signs(),
    npm(Scheme::SANITY, "@sanity/webhook").signs(),
    npm(Scheme::SENDGRID, "@sendgrid/eventwebhook"),
    pypi(Scheme::SENDGRID, "sendgrid"),
    pypi(Scheme::SINCH, "sinch"),
    npm(Scheme::SMARTCAR, "smartcar").signs().takes(Printed),
    npm(Scheme::SQUARE, "square"),
    pypi(Scheme::SQUARE, "squareup"),
    npm(Scheme::TELNYX, "telnyx"),
    pypi(Scheme::TELNYX, "telnyx"),
    npm(Scheme::TERRA, "terra-api"),
    npm(Scheme::TWILIO, "twilio").signs().takes(Form),
    npm(Scheme::TWILIO, "twilio").signs().takes(Digest),
    pypi(Scheme::TWILIO, "twilio").signs().takes(Form),
    pypi(Scheme::TWILIO, "twilio").signs().takes(Digest),
    pypi(Scheme::TWILIO_SHA256, "twilio").signs().takes(Form),
    pypi(Scheme::TWILIO_SHA256, "twilio").signs().takes(Digest),
    npm(Scheme::WEBFLOW, "webflow-api"),
    npm(Scheme::WORKOS, "@workos-inc/node").signs().takes(Printed),
    pypi(Scheme::WORKOS, "workos"),
];

const fn npm(scheme: Scheme, library: &'static str) -> Row {
    Row { scheme, library, registry: Registry::Npm, signs: false, takes: Json }
}

const fn pypi(scheme: Scheme, library: &'static str) -> Row {
    Row { registry: Registry::PyPi, ..npm(scheme, library) }
}

impl Row {
    /// It has a function for that, too.
    const fn signs(self) -> Self {
        Self { signs: true, ..self }
    }

    const fn takes(self, takes: Bodies) -> Self {
        Self { takes, ..self }
    }

    /// Where the library, or our receiver, is on its server.
    pub(crate) fn path(&self) -> String {
        format!("/preset/{}", self.scheme.name())
    }

    fn title(&self) -> String {
        title(self.library, self.registry)
    }

    fn signer(&self) -> Signer {
        match text_key(self.scheme) {
            Some(text) => self.scheme.signer(text).unwrap(),
            None => signer(self.scheme),
        }
    }

    pub(crate) fn verifier(&self) -> Verifier {
        let verifier = self.scheme.verifier(key(self.scheme)).unwrap();
        verifier.clock(ManualClock::new(at(NOW))).public_url(ORIGIN).unwrap()
    }

    /// What is sent, with the path and query that it is sent to.
    fn deliveries(&self) -> Vec<(String, String)> {
        let bodies = match self.takes {
            Form => forms(),
            Printed => json().into_iter().take(2).collect(),
            Json | Digest => json(),
        };
        let target = |body: &str| match self.takes {
            Digest => {
                let digest = hex::encode(Sha256::digest(body));
                format!("{}?shop=1&bodySHA256={digest}", self.path())
            }
            _ => format!("{}?shop=1", self.path()),
        };
        bodies.into_iter().map(|body| (target(&body), body)).collect()
    }
}

/// The secret that is set up on both sides.
pub(crate) fn key(scheme: Scheme) -> &'static str {
    text_key(scheme).unwrap_or_else(|| secret(scheme))
}

/// Where a secret may be base64 or not: as a text, which all libraries read as one.
fn text_key(scheme: Scheme) -> Option<&'static str> {
    let either = matches!(scheme.name(), "increase" | "polar");
    either.then_some("It's a Secret to Everybody")
}

/// A secret that is not set up, if it takes no key pair.
fn another(scheme: Scheme) -> Option<&'static str> {
    match scheme.key_format() {
        KeyFormat::PublicKeyBase64 | KeyFormat::PublicKeyDer | KeyFormat::PublicKeyHex => None,
        KeyFormat::Whsec
        | KeyFormat::VersionedWhsec
        | KeyFormat::WhsecOrUtf8
        | KeyFormat::WhsecAndUtf8 => Some("whsec_plJ3nmyCDGBKInavdOK15jsl"),
        KeyFormat::Base64 => Some("YW5vdGhlciBzZWNyZXQ="),
        KeyFormat::Hex => Some("00112233445566778899aabbccddeeff"),
        _ => Some("another secret"),
    }
}

/// With the members that some libraries want to see.
fn json() -> Vec<String> {
    let json = format!(
        "{{\"type\":\"event\",\"hello\":\"wörld\",\"events\":[],\"time_ms\":{NOW}000,\
         \"webhookTimestamp\":{NOW}000}}"
    );
    vec![
        json.clone(),
        json.replace("wörld", &"€\u{1f600} ".repeat(20_000)),
        json.replace(',', "\r\n\t, ").replace("wörld", "\\u00fc\\/") + "\n",
    ]
}

fn forms() -> Vec<String> {
    [
        "CallSid=CA1&Body=w%C3%B6rld+%26+%E2%82%AC&Empty=&Kind=event",
        "b=2&a=event&a=1&a=event&B=3&A=%2B14155552671",
        "Body=event%0D%0A%3D%22",
    ]
    .map(str::to_owned)
    .into()
}

#[tokio::test]
async fn each_accepts_what_its_preset_signs() {
    let Some(libraries) = Libraries::start().await else { return };
    let mut wrong = Vec::new();
    for row in ROWS {
        let base = libraries.base(row.registry);
        let signer = row.signer();
        let stranger = another(row.scheme).map(|text| row.scheme.signer(text).unwrap());
        for (target, body) in row.deliveries() {
            let headers = |signer: &Signer| {
                let url = format!("{ORIGIN}{target}");
                let request = signer.request(&url, ID, at(NOW), body.as_bytes()).unwrap();
                request.into_parts().0.headers
            };
            let good = headers(&signer);
            let mut unsigned = good.clone();
            for name in row.scheme.headers()[0].signatures() {
                unsigned.remove(name);
            }
            let changed = body.replace("event", "Event");
            let mut cases = vec![
                ("good", good.clone(), &body, StatusCode::NO_CONTENT),
                ("changed", good, &changed, StatusCode::UNAUTHORIZED),
                ("unsigned", unsigned, &body, StatusCode::UNAUTHORIZED),
            ];
            if let Some(stranger) = &stranger {
                cases.push(("another key", headers(stranger), &body, StatusCode::UNAUTHORIZED));
            }
            for (case, headers, body, expected) in cases {
                let (status, why) = post(&format!("{base}{target}"), headers, body.clone()).await;
                if status != expected {
                    wrong.push(format!("{}, {case}: {status} {why}", row.title()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn each_preset_accepts_what_its_library_signs() {
    let Some(libraries) = Libraries::start().await else { return };
    let receiver = Receiver::start().await;
    let mut wrong = Vec::new();
    for row in ROWS.iter().filter(|row| row.signs) {
        let url = format!("{}{}/send", libraries.base(row.registry), row.path());
        for (target, body) in row.deliveries() {
            let changed = body.replace("event", "Event");
            for (sent, expected) in [(&body, "204"), (&changed, "401")] {
                let order = serde_json::json!({
                    "to": receiver.at(&target),
                    "id": ID,
                    "at": NOW,
                    "signed": body,
                    "sent": sent,
                });
                let order = serde_json::to_vec(&order).unwrap();
                let (_, answer) = post(&url, HeaderMap::new(), order).await;
                if answer != expected {
                    wrong.push(format!("{}, {expected}: {answer}", row.title()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The list of the rows, as the README shows it.
pub(crate) fn table() -> String {
    let mut table =
        "\n### Presets\n\n| preset | library | signs too | sent |\n|---|---|---|---|\n".to_owned();
    for row in ROWS {
        let signs = if row.signs { "yes" } else { "" };
        let sent = match row.takes {
            Json => "JSON",
            Printed => {
                "JSON without spaces and escapes: the library takes it parsed, and prints it anew"
            }
            Form => "a form",
            Digest => "JSON, with its digest in the URL",
        };
        table += &format!("| `{}` | {} | {signs} | {sent} |\n", row.scheme.name(), row.title());
    }
    table
}
