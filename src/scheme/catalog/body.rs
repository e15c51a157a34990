//! Only the body is signed: neither an old nor a repeated delivery can be told.

use crate::crypto::Algorithm;
use crate::scheme::Scheme;
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;

impl Scheme {
    /// [Adyen](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/):
    /// the webhooks with an `HmacSignature` header (Balance Platform, Management). The key is
    /// printed in hexadecimal digits.
    ///
    /// Standard payment notifications carry their signature inside the body, over eight of its
    /// fields; they are not covered.
    pub const ADYEN: Self = Self::custom("adyen")
        .headers(&[HeaderNames::new("hmacsignature")])
        .encoding(Encoding::Base64)
        .key_format(KeyFormat::Hex)
        .documentation("https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/", Evidence::Library)
        .build();

    /// [Asana](https://developers.asana.com/reference/createwebhook): the secret is the
    /// `X-Hook-Secret` of the handshake, which the receiver has to echo before it verifies
    /// anything.
    pub const ASANA: Self = Self::custom("asana")
        .headers(&[HeaderNames::new("x-hook-signature")])
        .documentation(
            "https://developers.asana.com/reference/createwebhook",
            Evidence::Documentation,
        )
        .build();

    /// [Bitbucket](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/), Cloud and
    /// Data Center. Rests on third-party sources.
    pub const BITBUCKET: Self = Self::custom("bitbucket")
        .headers(&[HeaderNames::new("x-hub-signature")])
        .layout(Layout::single("sha256="))
        .documentation(
            "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
            Evidence::ThirdParty,
        )
        .build();

    /// [Cal.com](https://cal.com/docs/developing/guides/automation/webhooks). Rests on third-party
    /// sources.
    pub const CAL_COM: Self = Self::custom("cal-com")
        .headers(&[HeaderNames::new("x-cal-signature-256")])
        .documentation(
            "https://cal.com/docs/developing/guides/automation/webhooks",
            Evidence::ThirdParty,
        )
        .build();

    /// [CircleCI](https://circleci.com/docs/guides/integration/outbound-webhooks/): a list that may
    /// hold later versions; only `v1` exists.
    pub const CIRCLECI: Self = Self::custom("circleci")
        .headers(&[HeaderNames::new("circleci-signature")])
        .layout(Layout::list(',', '=', "v1"))
        .documentation(
            "https://circleci.com/docs/guides/integration/outbound-webhooks/",
            Evidence::Vector,
        )
        .build();

    /// [ClickUp](https://developer.clickup.com/docs/webhooksignature).
    pub const CLICKUP: Self = Self::custom("clickup")
        .headers(&[HeaderNames::new("x-signature")])
        .documentation(
            "https://developer.clickup.com/docs/webhooksignature",
            Evidence::Documentation,
        )
        .build();

    /// [Coinbase Commerce](https://docs.cdp.coinbase.com/commerce/docs/webhooks-security).
    pub const COINBASE_COMMERCE: Self = Self::custom("coinbase-commerce")
        .headers(&[HeaderNames::new("x-cc-webhook-signature")])
        .documentation(
            "https://docs.cdp.coinbase.com/commerce/docs/webhooks-security",
            Evidence::Documentation,
        )
        .build();

    /// [DocuSign Connect](https://developers.docusign.com/platform/webhooks/connect/hmac/): one
    /// numbered header for each of the account's keys, any of which matches. Of up to 100, the
    /// first 16 are looked at. Rests on third-party sources.
    pub const DOCUSIGN: Self = Self::custom("docusign")
        .headers(&[HeaderNames::new("x-docusign-signature-1").more_signatures(&[
            "x-docusign-signature-2",
            "x-docusign-signature-3",
            "x-docusign-signature-4",
            "x-docusign-signature-5",
            "x-docusign-signature-6",
            "x-docusign-signature-7",
            "x-docusign-signature-8",
            "x-docusign-signature-9",
            "x-docusign-signature-10",
            "x-docusign-signature-11",
            "x-docusign-signature-12",
            "x-docusign-signature-13",
            "x-docusign-signature-14",
            "x-docusign-signature-15",
            "x-docusign-signature-16",
        ])])
        .encoding(Encoding::Base64)
        .documentation(
            "https://developers.docusign.com/platform/webhooks/connect/hmac/",
            Evidence::ThirdParty,
        )
        .build();

    /// [Dropbox](https://www.dropbox.com/developers/reference/webhooks): the key is the app's
    /// secret. Rests on third-party sources.
    pub const DROPBOX: Self = Self::custom("dropbox")
        .headers(&[HeaderNames::new("x-dropbox-signature")])
        .documentation(
            "https://www.dropbox.com/developers/reference/webhooks",
            Evidence::ThirdParty,
        )
        .build();

    /// [EasyPost](https://docs.easypost.com/guides/webhooks-guide): the key is the secret in the
    /// Unicode form NFKD. ASCII is in that form already; for any other text, give the normalised
    /// bytes to [`Secret::bytes`](crate::Secret::bytes).
    pub const EASYPOST: Self = Self::custom("easypost")
        .headers(&[HeaderNames::new("x-hmac-signature")])
        .layout(Layout::single("hmac-sha256-hex="))
        .documentation("https://docs.easypost.com/guides/webhooks-guide", Evidence::Library)
        .build();

    /// [Gitea](https://docs.gitea.com/usage/webhooks). Rests on third-party sources.
    pub const GITEA: Self = Self::custom("gitea")
        .headers(&[HeaderNames::new("x-gitea-signature")])
        .documentation("https://docs.gitea.com/usage/webhooks", Evidence::ThirdParty)
        .build();

    /// [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries):
    /// bodies of up to 25 MB.
    ///
    /// `X-GitHub-Delivery` is not signed, so it is not an id to trust.
    pub const GITHUB: Self = Self::custom("github")
        .headers(&[HeaderNames::new("x-hub-signature-256")])
        .layout(Layout::single("sha256="))
        .body_limit(25 << 20)
        .documentation(
            "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
            Evidence::Vector,
        )
        .build();

    /// [GitHub's legacy
    /// header](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries),
    /// `X-Hub-Signature`, also sent by servers that copied it. GitHub sends both; prefer
    /// [`Scheme::GITHUB`].
    pub const GITHUB_SHA1: Self = Self::custom("github-sha1")
        .headers(&[HeaderNames::new("x-hub-signature")])
        .layout(Layout::single("sha1="))
        .algorithm(Algorithm::HmacSha1)
        .body_limit(25 << 20)
        .documentation(
            "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
            Evidence::Vector,
        )
        .build();

    /// [GoCardless](https://developer.gocardless.com/api-reference/#webhooks-overview): the header
    /// is called like that of Standard Webhooks, and is another.
    pub const GOCARDLESS: Self = Self::custom("gocardless")
        .headers(&[HeaderNames::new("webhook-signature")])
        .documentation(
            "https://developer.gocardless.com/api-reference/#webhooks-overview",
            Evidence::Library,
        )
        .build();

    /// [Gogs](https://gogs.io/docs/features/webhook). Rests on third-party sources.
    pub const GOGS: Self = Self::custom("gogs")
        .headers(&[HeaderNames::new("x-gogs-signature")])
        .documentation("https://gogs.io/docs/features/webhook", Evidence::ThirdParty)
        .build();

    /// [Intercom](https://developers.intercom.com/docs/webhooks): HMAC-SHA-1 with the app's client
    /// secret. Rests on third-party sources.
    pub const INTERCOM: Self = Self::custom("intercom")
        .headers(&[HeaderNames::new("x-hub-signature")])
        .layout(Layout::single("sha1="))
        .algorithm(Algorithm::HmacSha1)
        .documentation("https://developers.intercom.com/docs/webhooks", Evidence::ThirdParty)
        .build();

    /// [Jira Cloud](https://developer.atlassian.com/cloud/jira/platform/webhooks/).
    pub const JIRA: Self = Self::custom("jira")
        .headers(&[HeaderNames::new("x-hub-signature")])
        .layout(Layout::single("sha256="))
        .documentation(
            "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
            Evidence::Vector,
        )
        .build();

    /// [Lemon Squeezy](https://docs.lemonsqueezy.com/help/webhooks/signing-requests). Rests on
    /// third-party sources.
    pub const LEMON_SQUEEZY: Self = Self::custom("lemon-squeezy")
        .headers(&[HeaderNames::new("x-signature")])
        .documentation(
            "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
            Evidence::ThirdParty,
        )
        .build();

    /// [LINE](https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/): the key
    /// is the channel secret.
    pub const LINE: Self = Self::custom("line")
        .headers(&[HeaderNames::new("x-line-signature")])
        .encoding(Encoding::Base64)
        .documentation(
            "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
            Evidence::Vector,
        )
        .build();

    /// [Linear](https://linear.app/developers/webhooks): the time is inside the signed body
    /// (`webhookTimestamp`, milliseconds, good for a minute), where only the handler can read it.
    /// The `Linear-Timestamp` header is not signed.
    pub const LINEAR: Self = Self::custom("linear")
        .headers(&[HeaderNames::new("linear-signature")])
        .documentation("https://linear.app/developers/webhooks", Evidence::Library)
        .build();

    /// [Meta](https://developers.facebook.com/docs/graph-api/webhooks/getting-started): Facebook,
    /// Instagram, WhatsApp, Messenger. The key is the app's secret. Rests on third-party sources.
    pub const META: Self = Self::custom("meta")
        .headers(&[HeaderNames::new("x-hub-signature-256")])
        .layout(Layout::single("sha256="))
        .documentation(
            "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
            Evidence::ThirdParty,
        )
        .build();

    /// [Mollie](https://docs.mollie.com/reference/webhooks-new), next-generation webhooks: one
    /// header for each of the secrets that are valid. Its classic webhooks are not signed.
    pub const MOLLIE: Self = Self::custom("mollie")
        .headers(&[HeaderNames::new("x-mollie-signature")])
        .layout(Layout::single("sha256="))
        .repeated_signature()
        .documentation("https://docs.mollie.com/reference/webhooks-new", Evidence::Library)
        .build();

    /// [Notion](https://developers.notion.com/reference/webhooks): the key is the verification
    /// token. Rests on third-party sources.
    pub const NOTION: Self = Self::custom("notion")
        .headers(&[HeaderNames::new("x-notion-signature")])
        .layout(Layout::single("sha256="))
        .documentation("https://developers.notion.com/reference/webhooks", Evidence::ThirdParty)
        .build();

    /// [PagerDuty, version 3](https://developer.pagerduty.com/docs/verifying-webhook-signatures):
    /// a list with one signature for each of the secrets that are valid.
    pub const PAGERDUTY: Self = Self::custom("pagerduty")
        .headers(&[HeaderNames::new("x-pagerduty-signature")])
        .layout(Layout::list(',', '=', "v1"))
        .documentation(
            "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
            Evidence::Library,
        )
        .build();

    /// [Paystack](https://paystack.com/docs/payments/webhooks/): HMAC-SHA-512 with the API's secret
    /// key.
    pub const PAYSTACK: Self = Self::custom("paystack")
        .headers(&[HeaderNames::new("x-paystack-signature")])
        .algorithm(Algorithm::HmacSha512)
        .documentation("https://paystack.com/docs/payments/webhooks/", Evidence::Library)
        .build();

    /// [Razorpay](https://razorpay.com/docs/webhooks/validate-test/).
    pub const RAZORPAY: Self = Self::custom("razorpay")
        .headers(&[HeaderNames::new("x-razorpay-signature")])
        .documentation("https://razorpay.com/docs/webhooks/validate-test/", Evidence::Library)
        .build();

    /// [Sentry's integration
    /// platform](https://docs.sentry.io/organization/integrations/integration-platform/webhooks/):
    /// the key is the client secret. Rests on third-party sources.
    pub const SENTRY: Self = Self::custom("sentry")
        .headers(&[HeaderNames::new("sentry-hook-signature")])
        .documentation(
            "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
            Evidence::ThirdParty,
        )
        .build();

    /// [Shopify](https://shopify.dev/docs/apps/build/webhooks/subscribe/https): the key is the
    /// app's client secret.
    pub const SHOPIFY: Self = Self::custom("shopify")
        .headers(&[
            HeaderNames::new("x-shopify-hmac-sha256"),
            HeaderNames::new("shopify-hmac-sha256"),
        ])
        .encoding(Encoding::Base64)
        .documentation(
            "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
            Evidence::Library,
        )
        .build();

    /// [Spaaza](https://docs.spaaza.com/api/webhooks): base64 in `X-Spaaza-Hmac-SHA256`.
    ///
    /// The [key](https://docs.spaaza.com/api/add-webhook-signature) is printed as 32 hexadecimal
    /// characters, and the documentation does not say whether they *are* the key or *spell* it.
    /// [`Scheme::verifier`] therefore holds both readings as two secrets. Once
    /// [`Verified::secret_index`](crate::Verified::secret_index) has told you which of them your
    /// deliveries match, pin it:
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret, Verifier};
    ///
    /// # let text = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
    /// let both = Scheme::SPAAZA.verifier(text)?;
    /// let index_0 = Verifier::new(Scheme::SPAAZA, Secret::utf8(text)?)?;
    /// let index_1 = Verifier::new(Scheme::SPAAZA, Secret::hex(text)?)?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    ///
    /// Deleting a key at Spaaza makes it send *unsigned* deliveries; they are refused.
    pub const SPAAZA: Self = Self::custom("spaaza")
        .headers(&[HeaderNames::new("x-spaaza-hmac-sha256")])
        .encoding(Encoding::Base64)
        .key_format(KeyFormat::Utf8OrHex)
        .documentation("https://docs.spaaza.com/api/webhooks", Evidence::Documentation)
        .build();

    /// [Typeform](https://www.typeform.com/developers/webhooks/secure-your-webhooks/). Rests on
    /// third-party sources.
    pub const TYPEFORM: Self = Self::custom("typeform")
        .headers(&[HeaderNames::new("typeform-signature")])
        .layout(Layout::single("sha256="))
        .encoding(Encoding::Base64)
        .documentation(
            "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
            Evidence::ThirdParty,
        )
        .build();

    /// [Velt's approval engine](https://velt.dev/docs/ai/approval-engine/setup): the whole
    /// `webhookSecret` is the key, even if it begins with `whsec_`. Its `x-velt-event-id` is not
    /// signed; the `eventId` in the body is.
    pub const VELT_APPROVAL: Self = Self::custom("velt-approval")
        .headers(&[HeaderNames::new("x-velt-signature")])
        .layout(Layout::single("sha256="))
        .documentation("https://velt.dev/docs/ai/approval-engine/setup", Evidence::Documentation)
        .build();

    /// [Vercel](https://vercel.com/docs/webhooks/webhooks-api): HMAC-SHA-1. Rests on third-party
    /// sources.
    pub const VERCEL: Self = Self::custom("vercel")
        .headers(&[HeaderNames::new("x-vercel-signature")])
        .algorithm(Algorithm::HmacSha1)
        .documentation("https://vercel.com/docs/webhooks/webhooks-api", Evidence::ThirdParty)
        .build();

    /// [WooCommerce](https://woocommerce.com/document/webhooks/). Rests on third-party sources.
    pub const WOOCOMMERCE: Self = Self::custom("woocommerce")
        .headers(&[HeaderNames::new("x-wc-webhook-signature")])
        .encoding(Encoding::Base64)
        .documentation("https://woocommerce.com/document/webhooks/", Evidence::ThirdParty)
        .build();

    /// [Xero](https://developer.xero.com/documentation/guides/webhooks/overview/): its
    /// intent-to-receive check wants 401 for a bad signature, which is what a layer answers. Rests
    /// on third-party sources.
    pub const XERO: Self = Self::custom("xero")
        .headers(&[HeaderNames::new("x-xero-signature")])
        .encoding(Encoding::Base64)
        .documentation(
            "https://developer.xero.com/documentation/guides/webhooks/overview/",
            Evidence::ThirdParty,
        )
        .build();
}
