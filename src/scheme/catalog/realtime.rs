//! Channels, chat and notifications inside of apps.

use crate::scheme::catalog::shapes::{base64_of_body, header, hex_of_body, listed, presets};
use crate::scheme::encoding::Encoding;
use crate::scheme::layout::Layout;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Realtime
    ///
    /// Channels, chat and notifications inside of apps.
    REALTIME

    /// the key is the secret of an API key, the part after its colon; `X-Ably-Key`, which is not
    /// signed, names it. Only requests that are batched or in an envelope are signed.
    ABLY("ably", "Ably", Documentation,
        "https://ably.com/docs/platform/integrations/webhooks") =
        base64_of_body(&[header("x-ably-signature")], "");

    /// the key is the secret of the API. The signature is that of the body before it is compressed:
    /// with compressed webhooks, decompress it, with a limit, before it is verified.
    GETSTREAM("getstream", "Stream", Vector,
        "https://getstream.io/chat/docs/node/webhooks_overview/") =
        hex_of_body(&[header("x-signature")], "");

    /// signatures in base64. It sends again after any 4xx too, up to eight times.
    KNOCK("knock", "Knock", Documentation,
        "https://docs.knock.app/developer-tools/outbound-webhooks/overview") =
        listed(&[header("x-knock-signature")])
            .layout(Layout::list(',', '=', "s").timestamp_key("t"))
            .encoding(Encoding::Base64)
            .timestamp_format(TimestampFormat::Millis);

    /// requests to a bridge endpoint; the key is the secret key of the environment. Its outbound
    /// webhooks are those of [`Scheme::SVIX`], and the webhooks of its push and email providers
    /// [`Scheme::NOVU_PUSH`].
    NOVU("novu", "Novu's bridge", Library,
        "https://docs.novu.co/framework/endpoint") =
        listed(&[header("novu-signature"), header("x-novu-signature")])
            .timestamp_format(TimestampFormat::Millis);

    NOVU_PUSH("novu-push", "Novu's push and email webhooks", Vector,
        "https://docs.novu.co/platform/integrations/push/push-webhook") =
        hex_of_body(&[header("x-novu-signature")], "");

    /// the key is the secret of the app that `X-Pusher-Key` names, which is not signed. The body has a
    /// time, `time_ms`.
    PUSHER("pusher", "Pusher Channels", Vector,
        "https://pusher.com/docs/channels/server_api/webhooks/") =
        hex_of_body(&[header("x-pusher-signature")], "");

    /// the key is the master token of the API.
    SENDBIRD("sendbird", "Sendbird", ThirdParty,
        "https://sendbird.com/docs/chat/platform-api/v3/webhook/webhook-overview") =
        hex_of_body(&[header("x-sendbird-signature")], "");
}
