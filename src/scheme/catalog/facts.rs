//! What the description of each preset says, for its documentation.
//!
//! Written by `UPDATE_TABLE=1 cargo test --all-features --test scheme table`. A preset that is not
//! here yet has no facts.

macro_rules! facts {
    ("ably") => {
        " - Sent: `x-ably-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("acuity") => {
        " - Sent: `x-acuity-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("adyen") => {
        " - Sent: `hmacsignature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: hex.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("aftership") => {
        " - Sent: `aftership-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("aftership-returns") => {
        " - Sent: `as-signature-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("agentmail") => {
        " - Sent: `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("airtable") => {
        " - Sent: `x-airtable-content-mac: hmac-sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: base64.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("airwallex") => {
        " - Sent: `x-signature: …` with `x-timestamp`.\n - Signed: `{milliseconds}{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("alchemy") => {
        " - Sent: `x-alchemy-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("anthropic") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("asana") => {
        " - Sent: `x-hook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [POST](crate::scheme::Handshake::ASANA)."
    };
    ("ashby") => {
        " - Sent: `ashby-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("attio") => {
        " - Sent: `attio-signature: …`, or `x-attio-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `idempotency-key`, which is not signed, a replay guard tells deliveries apart."
    };
    ("autodesk-aps") => {
        " - Sent: `x-adsk-signature: sha1hash=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("autotask") => {
        " - Sent: `x-hook-signature: sha1=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("backblaze-b2") => {
        " - Sent: `x-bz-event-notification-signature: v1=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("bamboohr") => {
        " - Sent: `x-bamboohr-signature: …` with `x-bamboohr-timestamp`.\n - Signed: `{body}{seconds}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("bigcommerce") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("billit") => {
        " - Sent: `billit-signature: t={time},s=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("bitbucket") => {
        " - Sent: `x-hub-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-request-uuid`, which is not signed, a replay guard tells deliveries apart."
    };
    ("box") => {
        " - Sent: `box-signature-primary` and `box-signature-secondary`: `…` with `box-delivery-timestamp`.\n - Signed: `{body}{RFC 3339}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 600 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("btcpay") => {
        " - Sent: `btcpay-sig: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("buildkite") => {
        " - Sent: `x-buildkite-signature: timestamp={time},signature=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - No id is signed."
    };
    ("buildkite-token") => {
        " - Sent: `x-buildkite-token: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("buy-me-a-coffee") => {
        " - Sent: `x-signature-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("cal-com") => {
        " - Sent: `x-cal-signature-256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("calendly") => {
        " - Sent: `calendly-webhook-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 180 s in the past, 180 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("canva") => {
        " - Sent: `x-canva-signatures: …,…` with `x-canva-timestamp`.\n - Signed: `v1:{seconds}:{path}:{body}`, by HMAC-SHA-256 in hex. Secret: base64.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("cashfree") => {
        " - Sent: `x-webhook-signature: …` with `x-webhook-timestamp`.\n - Signed: `{milliseconds}{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("castle") => {
        " - Sent: `x-castle-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("chargify") => {
        " - Sent: `x-chargify-webhook-signature-hmac-sha-256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-chargify-webhook-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("checkout-com") => {
        " - Sent: `cko-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("checkr") => {
        " - Sent: `x-checkr-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("circle") => {
        " - Sent: `x-circle-signature: …`.\n - Signed: `{body}`, by ECDSA P-256 in base64 of DER. Secret: public key, base64 of DER.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("circleci") => {
        " - Sent: `circleci-signature: v1=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("clerk") => {
        " - Sent: `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("clickup") => {
        " - Sent: `x-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("close") => {
        " - Sent: `close-sig-hash: …` with `close-sig-timestamp`.\n - Signed: `{seconds}{body}`, by HMAC-SHA-256 in hex. Secret: hex.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("cloudflare-stream") => {
        " - Sent: `webhook-signature: time={time},sig1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("cloudsmith") => {
        " - Sent: `x-cloudsmith-signature: sha1=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("coinbase-commerce") => {
        " - Sent: `x-cc-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("coinflow") => {
        " - Sent: `coinflow-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("coinify") => {
        " - Sent: `x-coinify-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("configcat") => {
        " - Sent: `x-configcat-webhook-signature-v1: …,…` with `x-configcat-webhook-id` and `x-configcat-webhook-timestamp`.\n - Signed: `{id}{seconds}{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("cronofy") => {
        " - Sent: `cronofy-hmac-sha256: …,…`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("cursor") => {
        " - Sent: `x-webhook-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-webhook-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("datasaur") => {
        " - Sent: `x-datasaur-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("deel") => {
        " - Sent: `x-deel-signature: …`.\n - Signed: `POST{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("discord") => {
        " - Sent: `x-signature-ed25519: …` with `x-signature-timestamp`.\n - Signed: `{seconds}{body}`, by Ed25519 in hex. Secret: public key, hex.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed.\n - Handshake: [signed POST](crate::scheme::Handshake::DISCORD)."
    };
    ("discourse") => {
        " - Sent: `x-discourse-event-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("docusign") => {
        " - Sent: `x-docusign-signature-1` to `x-docusign-signature-16`: `…`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("dodo-payments") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("dropbox") => {
        " - Sent: `x-dropbox-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [GET](crate::scheme::Handshake::DROPBOX)."
    };
    ("dub") => {
        " - Sent: `dub-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("dynamic-xyz") => {
        " - Sent: `x-dynamic-signature-256: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("easypost") => {
        " - Sent: `x-hmac-signature: hmac-sha256-hex=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("editframe") => {
        " - Sent: `x-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("elevenlabs") => {
        " - Sent: `elevenlabs-signature: t={time},v0=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 1800 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("emailit") => {
        " - Sent: `x-emailit-signature: …` with `x-emailit-timestamp`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - No id is signed."
    };
    ("exa") => {
        " - Sent: `exa-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("expo-eas") => {
        " - Sent: `expo-signature: sha1=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("fastpix") => {
        " - Sent: `fastpix-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: base64.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("fastspring") => {
        " - Sent: `x-fs-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("fathom-video") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("finch") => {
        " - Sent: `finch-signature: v1,…` with `finch-event-id` and `finch-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: base64.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("fintoc") => {
        " - Sent: `fintoc-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("firecrawl") => {
        " - Sent: `x-firecrawl-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("fireflies") => {
        " - Sent: `x-hub-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("firehydrant") => {
        " - Sent: `fh-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("fitbit") => {
        " - Sent: `x-fitbit-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in base64. Secret: text and `&`.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [GET](crate::scheme::Handshake::FITBIT)."
    };
    ("fizzy") => {
        " - Sent: `x-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("flagsmith") => {
        " - Sent: `x-flagsmith-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("flexprice") => {
        " - Sent: `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("flutterwave-v3") => {
        " - Sent: `verif-hash: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("folk") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("formbricks") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("fourthwall") => {
        " - Sent: `x-fourthwall-hmac-sha256: …`, or `x-fourthwall-hmac-apps-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("frame-io") => {
        " - Sent: `x-frameio-signature: v0=…` with `x-frameio-request-timestamp`.\n - Signed: `v0:{seconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("getstream") => {
        " - Sent: `x-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("ghost") => {
        " - Sent: `x-ghost-signature: t={time}, sha256=…`.\n - Signed: `{body}{milliseconds}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry has the time and the signature of the first attempt.\n - No id is signed."
    };
    ("gitea") => {
        " - Sent: `x-gitea-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-gitea-delivery`, which is not signed, a replay guard tells deliveries apart."
    };
    ("github") => {
        " - Sent: `x-hub-signature-256: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-github-delivery`, which is not signed, a replay guard tells deliveries apart."
    };
    ("github-sha1") => {
        " - Sent: `x-hub-signature: sha1=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-github-delivery`, which is not signed, a replay guard tells deliveries apart."
    };
    ("gitlab") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("gitlab-token") => {
        " - Sent: `x-gitlab-token: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("gocardless") => {
        " - Sent: `webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("gogs") => {
        " - Sent: `x-gogs-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-gogs-delivery`, which is not signed, a replay guard tells deliveries apart."
    };
    ("google-channel") => {
        " - Sent: `x-goog-channel-token: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("grafana") => {
        " - Sent: `x-grafana-alerting-signature: …`, or `x-grafana-alert-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("granola") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("greenhouse") => {
        " - Sent: `signature: sha256 …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `greenhouse-event-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("growthbook") => {
        " - Sent: `x-growthbook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("growthbook-sdk") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("gusto") => {
        " - Sent: `x-gusto-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [POST](crate::scheme::Handshake::GUSTO)."
    };
    ("helpscout") => {
        " - Sent: `x-helpscout-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("heroku") => {
        " - Sent: `heroku-webhook-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("hookdeck") => {
        " - Sent: `x-hookdeck-signature` and `x-hookdeck-signature-2`: `…`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("hubspot-v3") => {
        " - Sent: `x-hubspot-signature-v3: …` with `x-hubspot-request-timestamp`.\n - Signed: `{method}{url}{body}{milliseconds}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("hugging-face") => {
        " - Sent: `x-webhook-secret: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("imagekit") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("incident-io") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`, or `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("increase") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`, or text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("intercom") => {
        " - Sent: `x-hub-signature: sha1=…`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [HEAD](crate::scheme::Handshake::INTERCOM)."
    };
    ("jfrog") => {
        " - Sent: `x-jfrog-event-auth: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("jira") => {
        " - Sent: `x-hub-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-atlassian-webhook-identifier`, which is not signed, a replay guard tells deliveries apart."
    };
    ("katana-mrp") => {
        " - Sent: `x-sha2-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("knock") => {
        " - Sent: `x-knock-signature: t={time},s=…`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("komoju") => {
        " - Sent: `x-komoju-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("kontent-ai") => {
        " - Sent: `x-kontent-ai-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("lago") => {
        " - Sent: `x-lago-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-lago-unique-key`, which is not signed, a replay guard tells deliveries apart."
    };
    ("launchdarkly") => {
        " - Sent: `x-ld-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("lemon-squeezy") => {
        " - Sent: `x-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("line") => {
        " - Sent: `x-line-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("linear") => {
        " - Sent: `linear-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `linear-delivery`, which is not signed, a replay guard tells deliveries apart."
    };
    ("lithic") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("lob") => {
        " - Sent: `lob-signature: …` with `lob-signature-timestamp`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("logto") => {
        " - Sent: `logto-signature-sha-256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("loop-returns") => {
        " - Sent: `x-loop-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("loops") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("mailtrap") => {
        " - Sent: `mailtrap-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("mandrill") => {
        " - Sent: `x-mandrill-signature: …`.\n - Signed: `{url}{fields}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [HEAD](crate::scheme::Handshake::MANDRILL)."
    };
    ("memberful") => {
        " - Sent: `x-memberful-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("merge-dev") => {
        " - Sent: `x-merge-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in padded base64url. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("meta") => {
        " - Sent: `x-hub-signature-256: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [GET](crate::scheme::Handshake::META)."
    };
    ("metronome") => {
        " - Sent: `metronome-webhook-signature: …` with `x-metronome-date`, or `metronome-webhook-signature: …` with `date`.\n - Signed: `{HTTP date}
{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("modern-treasury") => {
        " - Sent: `x-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("mollie") => {
        " - Sent: `x-mollie-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("mongodb-atlas") => {
        " - Sent: `x-mms-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("monnify") => {
        " - Sent: `monnify-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-512 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("motive") => {
        " - Sent: `x-kt-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("ms-teams-outgoing") => {
        " - Sent: `authorization: HMAC …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: base64.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("mux") => {
        " - Sent: `mux-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("notion") => {
        " - Sent: `x-notion-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [POST](crate::scheme::Handshake::NOTION)."
    };
    ("novu") => {
        " - Sent: `novu-signature: t={time},v1=…`, or `x-novu-signature: t={time},v1=…`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("novu-push") => {
        " - Sent: `x-novu-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("nylas") => {
        " - Sent: `x-nylas-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [GET](crate::scheme::Handshake::NYLAS)."
    };
    ("onfido") => {
        " - Sent: `x-sha2-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("onfleet") => {
        " - Sent: `x-onfleet-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-512 in hex. Secret: hex.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("openai") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`, or text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("orb") => {
        " - Sent: `x-orb-signature: v1=…` with `x-orb-timestamp`.\n - Signed: `v1:{ISO 8601}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("paddle") => {
        " - Sent: `paddle-signature: ts={time};h1=…`.\n - Signed: `{seconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("pagerduty") => {
        " - Sent: `x-pagerduty-signature: v1=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("paymongo") => {
        " - Sent: `paymongo-signature: t={time},te=…,li=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("paystack") => {
        " - Sent: `x-paystack-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-512 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("persona") => {
        " - Sent: `persona-signature: t={time},v1=… t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("pinwheel") => {
        " - Sent: `x-pinwheel-signature: v2=…` with `x-timestamp`.\n - Signed: `v2:{seconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("plain") => {
        " - Sent: `plain-request-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("planetscale") => {
        " - Sent: `x-planetscale-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("polar") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_` and text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("postsyncer") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("printify") => {
        " - Sent: `x-pfy-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("pusher") => {
        " - Sent: `x-pusher-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("quickbooks") => {
        " - Sent: `intuit-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("razorpay") => {
        " - Sent: `x-razorpay-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-razorpay-event-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("recall-ai") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`, or `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("recurly") => {
        " - Sent: `recurly-signature: {time},…,…`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("render") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("replicate") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("resend") => {
        " - Sent: `svix-signature: v1,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("retell") => {
        " - Sent: `x-retell-signature: v={time},d=…`.\n - Signed: `{body}{milliseconds}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("ripple-collections") => {
        " - Sent: `x-webhook-signature: v1=…` with `x-webhook-timestamp`.\n - Signed: `{milliseconds}.{SHA-256 of body}`, by HMAC-SHA-256 in hex. Secret: base64.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("rootly") => {
        " - Sent: `x-rootly-signature: t={time},v1=…`.\n - Signed: `{seconds}{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("sanity") => {
        " - Sent: `sanity-webhook-signature: t={time},v1=…`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in base64url. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("savvycal") => {
        " - Sent: `x-savvycal-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("segment") => {
        " - Sent: `x-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("semaphore-ci") => {
        " - Sent: `x-semaphore-signature-256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-semaphore-webhook-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("semgrep") => {
        " - Sent: `x-semgrep-signature-256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("sendbird") => {
        " - Sent: `x-sendbird-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("sendcloud") => {
        " - Sent: `sendcloud-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("sendgrid") => {
        " - Sent: `x-twilio-email-event-webhook-signature: …` with `x-twilio-email-event-webhook-timestamp`.\n - Signed: `{seconds}{body}`, by ECDSA P-256 in base64 of DER. Secret: public key, base64 of DER.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("sentry") => {
        " - Sent: `sentry-hook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("shieldlabs") => {
        " - Sent: `x-shield-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("shiphero") => {
        " - Sent: `x-shiphero-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-shiphero-message-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("shopify") => {
        " - Sent: `x-shopify-hmac-sha256: …`, or `shopify-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-shopify-event-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("shoplazza") => {
        " - Sent: `x-shoplazza-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-shoplazza-deduplication-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("shopware") => {
        " - Sent: `shopware-shop-signature` and `shopware-shop-signature-previous`: `…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("signable") => {
        " - Sent: `signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("signalwire") => {
        " - Sent: `x-signalwire-signature: …`.\n - Signed: `{url}{fields}`, with the port or without, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("signalwire-swml") => {
        " - Sent: `x-signalwire-sha256-signature: …`.\n - Signed: `{url}{body}`, with the port or without, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("signatureapi") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("sinch") => {
        " - Sent: `x-sinch-webhook-signature: …` with `x-sinch-webhook-signature-nonce` and `x-sinch-webhook-signature-timestamp`.\n - Signed: `{body}.{id}.{seconds}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("slack") => {
        " - Sent: `x-slack-signature: v0=…` with `x-slack-request-timestamp`.\n - Signed: `v0:{seconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed.\n - Handshake: [signed POST](crate::scheme::Handshake::SLACK)."
    };
    ("smartcar") => {
        " - Sent: `sc-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [POST](crate::scheme::Handshake::SMARTCAR)."
    };
    ("smartsheet") => {
        " - Sent: `smartsheet-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [POST](crate::scheme::Handshake::SMARTSHEET)."
    };
    ("snyk") => {
        " - Sent: `x-hub-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-snyk-transport-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("sonarqube") => {
        " - Sent: `x-sonar-webhook-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("spaaza") => {
        " - Sent: `x-spaaza-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text or hex.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("square") => {
        " - Sent: `x-square-hmacsha256-signature: …`.\n - Signed: `{url}{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("squarespace") => {
        " - Sent: `squarespace-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: hex.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("standard-webhooks") => {
        " - Sent: `webhook-signature: v1,… v1a,…` with `webhook-id` and `webhook-timestamp`, or `svix-signature: v1,… v1a,…` with `svix-id` and `svix-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 or Ed25519 in base64. Secret: `whsec_`, `whpk_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("statsig") => {
        " - Sent: `x-statsig-signature: v0=…` with `x-statsig-request-timestamp`.\n - Signed: `v0:{milliseconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("stripe") => {
        " - Sent: `stripe-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - No id is signed."
    };
    ("sumsub") => {
        " - Sent: `x-payload-digest: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("supabase-auth") => {
        " - Sent: `webhook-signature: v1,…, v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `v1,whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("surge") => {
        " - Sent: `surge-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("svix") => {
        " - Sent: `svix-signature: v1,… v1a,…` with `svix-id` and `svix-timestamp`, or `webhook-signature: v1,… v1a,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 or Ed25519 in base64. Secret: `whsec_`, `whpk_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("tailscale") => {
        " - Sent: `tailscale-webhook-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("tally") => {
        " - Sent: `tally-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("tawk-to") => {
        " - Sent: `x-tawk-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-hook-event-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("telegram") => {
        " - Sent: `x-telegram-bot-api-secret-token: …`.\n - **Nothing is signed**: the secret itself is sent, and the body may be anyone's.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("teller") => {
        " - Sent: `teller-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("telnyx") => {
        " - Sent: `telnyx-signature-ed25519: …` with `telnyx-timestamp`.\n - Signed: `{seconds}|{body}`, by Ed25519 in base64. Secret: public key, base64.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("terra") => {
        " - Sent: `terra-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("terraform-cloud") => {
        " - Sent: `x-tfe-notification-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-512 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("thinkific") => {
        " - Sent: `x-thinkific-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("ticket-tailor") => {
        " - Sent: `tickettailor-webhook-signature: t={time},v1=…`.\n - Signed: `{seconds}{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("tiendanube") => {
        " - Sent: `x-linkedstore-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("tiktok") => {
        " - Sent: `tiktok-signature: t={time},s=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("tito") => {
        " - Sent: `tito-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("todoist") => {
        " - Sent: `x-todoist-hmac-sha256: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-todoist-delivery-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("trello") => {
        " - Sent: `x-trello-webhook: …`.\n - Signed: `{body}{url}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [HEAD](crate::scheme::Handshake::TRELLO)."
    };
    ("twilio") => {
        " - Sent: `x-twilio-signature: …`.\n - Signed: `{url}{fields}`, with the port or without, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `i-twilio-idempotency-token`, which is not signed, a replay guard tells deliveries apart."
    };
    ("twilio-sha256") => {
        " - Sent: `x-twilio-signature: …`.\n - Signed: `{url}{fields}`, with the port or without, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `i-twilio-idempotency-token`, which is not signed, a replay guard tells deliveries apart."
    };
    ("twitch") => {
        " - Sent: `twitch-eventsub-message-signature: sha256=…` with `twitch-eventsub-message-id` and `twitch-eventsub-message-timestamp`.\n - Signed: `{id}{RFC 3339}{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 600 s in the past, 600 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it.\n - Handshake: [signed POST](crate::scheme::Handshake::TWITCH)."
    };
    ("twitter") => {
        " - Sent: `x-twitter-webhooks-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed.\n - Handshake: [GET](crate::scheme::Handshake::X)."
    };
    ("typeform") => {
        " - Sent: `typeform-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("unit") => {
        " - Sent: `x-unit-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("uploadcare") => {
        " - Sent: `x-uc-signature: v1=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("velt") => {
        " - Sent: `webhook-signature: v1,…` with `webhook-id` and `webhook-timestamp`.\n - Signed: `{id}.{seconds}.{body}`, by HMAC-SHA-256 in base64. Secret: `whsec_`.\n - Tolerance: 300 s in the past, 300 s in the future. A retry is signed anew.\n - The id is signed, and a replay guard goes by it."
    };
    ("velt-approval") => {
        " - Sent: `x-velt-signature: sha256=…`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-velt-event-id`, which is not signed, a replay guard tells deliveries apart."
    };
    ("vercel") => {
        " - Sent: `x-vercel-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("verkada") => {
        " - Sent: `verkada-signature: {time}|…|…`.\n - Signed: `{body}|{seconds}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("viber") => {
        " - Sent: `x-viber-content-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("webex") => {
        " - Sent: `x-spark-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-1 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("webflow") => {
        " - Sent: `x-webflow-signature: …` with `x-webflow-timestamp`.\n - Signed: `{milliseconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("whereby") => {
        " - Sent: `whereby-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 60 s in the past, 60 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("wistia") => {
        " - Sent: `x-wistia-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("woocommerce") => {
        " - Sent: `x-wc-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed; by `x-wc-webhook-delivery-id`, which is not signed, a replay guard tells deliveries apart.\n - Handshake: [POST](crate::scheme::Handshake::WOOCOMMERCE)."
    };
    ("workable") => {
        " - Sent: `x-workable-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("workos") => {
        " - Sent: `workos-signature: t={time}, v1=…`.\n - Signed: `{milliseconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 180 s in the past, 180 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("xero") => {
        " - Sent: `x-xero-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("xobni") => {
        " - Sent: `x-xobni-signature: sha256=…` with `x-xobni-timestamp`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("xquik") => {
        " - Sent: `x-xquik-signature: sha256=…` with `x-xquik-nonce` and `x-xquik-timestamp`.\n - Signed: `{milliseconds}.{id}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - The id is signed, and a replay guard goes by it."
    };
    ("zendesk") => {
        " - Sent: `x-zendesk-webhook-signature: …` with `x-zendesk-webhook-signature-timestamp`.\n - Signed: `{RFC 3339}{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("zitadel") => {
        " - Sent: `zitadel-signature: t={time},v1=…`.\n - Signed: `{seconds}.{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed."
    };
    ("zoho-sign") => {
        " - Sent: `x-zs-webhook-signature: …`.\n - Signed: `{body}`, by HMAC-SHA-256 in base64. Secret: text.\n - No time is signed, so an old delivery is not detected.\n - No id is signed."
    };
    ("zoom") => {
        " - Sent: `x-zm-signature: v0=…` with `x-zm-request-timestamp`.\n - Signed: `v0:{seconds}:{body}`, by HMAC-SHA-256 in hex. Secret: text.\n - Tolerance: 300 s in the past, 300 s in the future. A retry may be signed anew or not: it is not stated.\n - No id is signed.\n - Handshake: [signed POST](crate::scheme::Handshake::ZOOM)."
    };
    ($other:tt) => {
        ""
    };
}

pub(super) use facts;
