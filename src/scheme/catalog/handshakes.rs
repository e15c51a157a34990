//! One constant per handshake, in the order of their names.

use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence::{Documentation, Library, ThirdParty};
use crate::scheme::handshake::{Handshake, HandshakeBuilder, Is, Place, Reply, Say};

/// The handshakes of the providers. Each is also [named](crate::Scheme::handshake) by the preset of
/// its provider, if there is one.
impl Handshake {
    /// [Asana](https://developers.asana.com/docs/webhooks-guide): a POST whose header
    /// `x-hook-secret` comes back, and is the secret from then on.
    pub const ASANA: Self = Self::post("asana")
        .secret(Place::Header("x-hook-secret"))
        .reply(Reply::Headers(&[("x-hook-secret", Say::Challenge)]))
        .documentation("https://developers.asana.com/docs/webhooks-guide", Documentation)
        .build();

    /// [CloudEvents](https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection)
    /// and Azure Event Grid: an OPTIONS that names the origin of the deliveries, such as
    /// `eventgrid.azure.net`, which must be one of ours. The answer sets no limit to their rate.
    pub const CLOUD_EVENTS: Self = Self::options("cloud-events")
        .token_in(Place::Header("webhook-request-origin"))
        .challenge(Place::Header("webhook-request-origin"))
        .reply(Reply::Headers(&[
            ("webhook-allowed-origin", Say::Challenge),
            ("webhook-allowed-rate", Say::Text("*")),
        ]))
        .documentation(
            "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
            Documentation,
        )
        .build();

    /// [Discord](https://discord.com/developers/docs/interactions/overview): a signed ping, `"type": 1`, answered
    /// with its like. Discord also sends wrong signatures, which are rejected.
    pub const DISCORD: Self = Self::post("discord")
        .signed()
        .when(&[(Place::Json(&["type"]), Is::Number("1"))])
        .reply(Reply::Json(&[("type", Say::Number(1))]))
        .documentation("https://discord.com/developers/docs/interactions/overview", Library)
        .build();

    /// [Dropbox](https://www.dropbox.com/developers/reference/webhooks): a GET whose `challenge` is
    /// the answer.
    pub const DROPBOX: Self = Self::get("dropbox")
        .challenge(Place::Query("challenge"))
        .reply(Reply::Text)
        .documentation("https://www.dropbox.com/developers/reference/webhooks", Documentation)
        .build();

    /// [Fitbit](https://dev.fitbit.com/build/reference/web-api/developer-guide/using-subscriptions/):
    /// a GET whose `verify` is the code of the subscriber, answered with 204, or 404 for another
    /// code. Fitbit asks once with each.
    pub const FITBIT: Self = Self::get("fitbit")
        .token_in(Place::Query("verify"))
        .status(204)
        .refusal(404)
        .documentation(
            "https://dev.fitbit.com/build/reference/web-api/developer-guide/using-subscriptions/",
            ThirdParty,
        )
        .build();

    /// [Gusto](https://docs.gusto.com/app-integrations/docs/webhooks): a POST that brings the
    /// `verification_token`, which has to be sent back through the API, and is the secret from then
    /// on.
    pub const GUSTO: Self = Self::verification_token("gusto")
        .documentation("https://docs.gusto.com/app-integrations/docs/webhooks", Documentation)
        .build();

    /// [Intercom](https://developers.intercom.com/docs/webhooks): a HEAD that wants 200.
    pub const INTERCOM: Self = Self::head("intercom")
        .documentation("https://developers.intercom.com/docs/webhooks", ThirdParty)
        .build();

    /// [Mandrill](https://mandrill.zendesk.com/hc/en-us/articles/205583217-Introduction-to-Webhooks):
    /// a HEAD that wants 200. Without it, Mandrill sends a delivery that is signed with the key
    /// `test-webhook`.
    pub const MANDRILL: Self = Self::head("mandrill")
        .documentation(
            "https://mandrill.zendesk.com/hc/en-us/articles/205583217-Introduction-to-Webhooks",
            Documentation,
        )
        .build();

    /// [Meta](https://developers.facebook.com/docs/graph-api/webhooks/getting-started), and so
    /// WhatsApp, Instagram and Threads: a GET with a `hub.verify_token`, which must be one of ours,
    /// and a `hub.challenge`, which is the answer.
    pub const META: Self = Self::get("meta")
        .when(&[(Place::Query("hub.mode"), Is::Text("subscribe"))])
        .token_in(Place::Query("hub.verify_token"))
        .challenge(Place::Query("hub.challenge"))
        .reply(Reply::Text)
        .documentation(
            "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
            ThirdParty,
        )
        .build();

    /// [Notion](https://developers.notion.com/reference/webhooks): a POST that brings the
    /// `verification_token`, which has to be entered in Notion, and is the secret from then on.
    pub const NOTION: Self = Self::verification_token("notion")
        .documentation("https://developers.notion.com/reference/webhooks", Documentation)
        .build();

    /// [Nylas](https://developer.nylas.com/docs/v3/notifications/): a GET whose `challenge` is the
    /// answer.
    pub const NYLAS: Self = Self::get("nylas")
        .challenge(Place::Query("challenge"))
        .reply(Reply::Text)
        .documentation("https://developer.nylas.com/docs/v3/notifications/", Documentation)
        .build();

    /// [Okta](https://developer.okta.com/docs/concepts/event-hooks/): a GET whose header
    /// `x-okta-verification-challenge` comes back in JSON. Okta signs nothing later.
    pub const OKTA: Self = Self::get("okta")
        .challenge(Place::Header("x-okta-verification-challenge"))
        .reply(Reply::Json(&[("verification", Say::Challenge)]))
        .documentation("https://developer.okta.com/docs/concepts/event-hooks/", Documentation)
        .build();

    /// [Oura](https://cloud.ouraring.com/v2/docs): a GET with a `verification_token`, which must be
    /// one of ours, and a `challenge`, which comes back in JSON.
    pub const OURA: Self = Self::get("oura")
        .token_in(Place::Query("verification_token"))
        .challenge(Place::Query("challenge"))
        .reply(Reply::Json(&[("challenge", Say::Challenge)]))
        .documentation("https://cloud.ouraring.com/v2/docs", Documentation)
        .build();

    /// [Slack](https://api.slack.com/events/url_verification): a signed event whose
    /// `challenge` is the answer.
    pub const SLACK: Self = Self::post("slack")
        .signed()
        .when(&[(Place::Json(&["type"]), Is::Text("url_verification"))])
        .challenge(Place::Json(&["challenge"]))
        .reply(Reply::Text)
        .documentation("https://api.slack.com/events/url_verification", Documentation)
        .build();

    /// [Smartcar](https://smartcar.com/docs/integrations/webhooks/callback-verification): an event `verify`
    /// with a `challenge`, whose HMAC comes back in JSON.
    pub const SMARTCAR: Self = Self::post("smartcar")
        .when(&[(Place::Json(&["eventName"]), Is::Text("verify"))])
        .challenge(Place::Json(&["payload", "challenge"]))
        .reply(SMARTCAR)
        .documentation(
            "https://smartcar.com/docs/integrations/webhooks/callback-verification",
            Documentation,
        )
        .build();

    /// [Smartcar](https://smartcar.com/docs/integrations/webhooks/callback-verification) since its
    /// version 4: the same, in an event `VERIFY`.
    pub const SMARTCAR_V4: Self = Self::post("smartcar-v4")
        .when(&[(Place::Json(&["eventType"]), Is::Text("VERIFY"))])
        .challenge(Place::Json(&["data", "challenge"]))
        .reply(SMARTCAR)
        .documentation(
            "https://smartcar.com/docs/integrations/webhooks/callback-verification",
            Documentation,
        )
        .build();

    /// [Smartsheet](https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-verification):
    /// a POST whose header `smartsheet-hook-challenge` comes back in `smartsheet-hook-response`.
    pub const SMARTSHEET: Self = Self::post("smartsheet")
        .challenge(Place::Header("smartsheet-hook-challenge"))
        .reply(Reply::Headers(&[("smartsheet-hook-response", Say::Challenge)]))
        .documentation(
            "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-verification",
            Documentation,
        )
        .build();

    /// [Trello](https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/): a HEAD that
    /// wants 200.
    pub const TRELLO: Self = Self::head("trello")
        .documentation(
            "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
            Documentation,
        )
        .build();

    /// [Twitch](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/): a signed message of
    /// its own type, whose `challenge` is the answer.
    pub const TWITCH: Self = Self::post("twitch")
        .signed()
        .when(&[(
            Place::Header("twitch-eventsub-message-type"),
            Is::Text("webhook_callback_verification"),
        )])
        .challenge(Place::Json(&["challenge"]))
        .reply(Reply::Text)
        .documentation(
            "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
            Documentation,
        )
        .build();

    /// [WebSub](https://www.w3.org/TR/websub/#hub-verifies-intent): a GET with a `hub.topic`, which
    /// must be one of ours, and a `hub.challenge`, which is the answer; 404 for another topic. Only
    /// subscriptions are confirmed: anyone can ask a hub to end one.
    pub const WEBSUB: Self = Self::get("websub")
        .when(&[(Place::Query("hub.mode"), Is::Text("subscribe"))])
        .token_in(Place::Query("hub.topic"))
        .challenge(Place::Query("hub.challenge"))
        .reply(Reply::Text)
        .refusal(404)
        .documentation("https://www.w3.org/TR/websub/#hub-verifies-intent", Documentation)
        .build();

    /// [WooCommerce](https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks): an unsigned
    /// POST of a form with nothing but a `webhook_id`, which wants 200.
    pub const WOOCOMMERCE: Self = Self::post("woocommerce")
        .when(&[(Place::Form("webhook_id"), Is::Digits)])
        .documentation("https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks", Library)
        .build();

    /// [X](https://docs.x.com/x-api/webhooks/quickstart): a GET whose `crc_token` is answered with
    /// its HMAC, every hour.
    pub const X: Self = Self::get("x")
        .challenge(Place::Query("crc_token"))
        .reply(Reply::Json(&[(
            "response_token",
            Say::Mac { prefix: "sha256=", encoding: Encoding::Base64 },
        )]))
        .documentation("https://docs.x.com/x-api/webhooks/quickstart", Documentation)
        .build();

    /// [Zoom](https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint): a signed event
    /// with a `plainToken`, which comes back with its HMAC.
    pub const ZOOM: Self = Self::post("zoom")
        .signed()
        .when(&[(Place::Json(&["event"]), Is::Text("endpoint.url_validation"))])
        .challenge(Place::Json(&["payload", "plainToken"]))
        .reply(Reply::Json(&[
            ("plainToken", Say::Challenge),
            ("encryptedToken", Say::Mac { prefix: "", encoding: Encoding::Hex }),
        ]))
        .documentation(
            "https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint",
            Library,
        )
        .build();

    /// All of the handshakes above, in the order of their names.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Handshake;
    ///
    /// let found = Handshake::ALL.iter().find(|handshake| handshake.name() == "meta");
    /// assert_eq!(found, Some(&Handshake::META));
    /// ```
    pub const ALL: &'static [Self] = &[
        Self::ASANA,
        Self::CLOUD_EVENTS,
        Self::DISCORD,
        Self::DROPBOX,
        Self::FITBIT,
        Self::GUSTO,
        Self::INTERCOM,
        Self::MANDRILL,
        Self::META,
        Self::NOTION,
        Self::NYLAS,
        Self::OKTA,
        Self::OURA,
        Self::SLACK,
        Self::SMARTCAR,
        Self::SMARTCAR_V4,
        Self::SMARTSHEET,
        Self::TRELLO,
        Self::TWITCH,
        Self::WEBSUB,
        Self::WOOCOMMERCE,
        Self::X,
        Self::ZOOM,
    ];

    const fn verification_token(name: &'static str) -> HandshakeBuilder {
        Self::post(name).secret(Place::Json(&["verification_token"]))
    }
}

const SMARTCAR: Reply =
    Reply::Json(&[("challenge", Say::Mac { prefix: "", encoding: Encoding::Hex })]);
