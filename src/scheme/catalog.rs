//! One constant per provider.

use super::{Encoding, HeaderNames, KeyFormat, Layout, Part, Scheme};

const WEBHOOK: HeaderNames =
    HeaderNames::new("webhook-signature").id("webhook-id").timestamp("webhook-timestamp");
const SVIX: HeaderNames =
    HeaderNames::new("svix-signature").id("svix-id").timestamp("svix-timestamp");

/// `{id}.{timestamp}.{body}`, the signed content of Standard Webhooks.
const ID_TIMESTAMP_BODY: &[Part] =
    &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body];

impl Scheme {
    /// [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
    /// the `webhook-*` headers, or the `svix-*` ones of the senders that came before the
    /// specification.
    pub const STANDARD: Self = standard("standard-webhooks", &[WEBHOOK, SVIX]);

    /// [Svix](https://docs.svix.com/receiving/verifying-payloads/how-manual): the `svix-*`
    /// headers, or the `webhook-*` ones of a white-labelled sender.
    pub const SVIX: Self = standard("svix", &[SVIX, WEBHOOK]);

    /// [Velt's advanced webhooks](https://velt.dev/docs/webhooks/advanced).
    ///
    /// Velt's basic webhooks are not signed. A payload that Velt encodes or encrypts is signed as
    /// it is sent, so verify first and decode afterwards.
    pub const VELT: Self = standard("velt", &[WEBHOOK]);

    /// [Spaaza](https://docs.spaaza.com/api/webhooks): base64 in `X-Spaaza-Hmac-SHA256`, no id and
    /// no timestamp.
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
        .build();

    /// [GitHub](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries):
    /// `X-Hub-Signature-256`, no signed id and no timestamp.
    ///
    /// `X-GitHub-Delivery` is not signed, so it is not an id to trust. GitHub sends bodies of up
    /// to 25 MB; raise the body limit where you expect them.
    pub const GITHUB: Self = Self::custom("github")
        .headers(&[HeaderNames::new("x-hub-signature-256")])
        .layout(Layout::single("sha256="))
        .build();

    /// [Stripe](https://docs.stripe.com/webhooks): `Stripe-Signature: t=…,v1=…`.
    ///
    /// The whole secret is the key, with its `whsec_` in front: it only looks like that of
    /// Standard Webhooks.
    pub const STRIPE: Self = Self::custom("stripe")
        .headers(&[HeaderNames::new("stripe-signature")])
        .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
        .build();

    /// [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack):
    /// `X-Slack-Signature: v0=…` and `X-Slack-Request-Timestamp`.
    pub const SLACK: Self = Self::custom("slack")
        .headers(&[HeaderNames::new("x-slack-signature").timestamp("x-slack-request-timestamp")])
        .layout(Layout::single("v0="))
        .signed(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body])
        .build();

    /// [Shopify](https://shopify.dev/docs/apps/build/webhooks/subscribe/https): base64 in
    /// `X-Shopify-Hmac-Sha256` or `Shopify-Hmac-Sha256`; the key is the app's client secret.
    pub const SHOPIFY: Self = Self::custom("shopify")
        .headers(&[
            HeaderNames::new("x-shopify-hmac-sha256"),
            HeaderNames::new("shopify-hmac-sha256"),
        ])
        .encoding(Encoding::Base64)
        .build();

    /// Every preset.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let scheme = Scheme::ALL.iter().find(|scheme| scheme.name() == "stripe");
    /// assert_eq!(scheme, Some(&Scheme::STRIPE));
    /// ```
    pub const ALL: &'static [Self] = &[
        Self::STANDARD,
        Self::SVIX,
        Self::VELT,
        Self::SPAAZA,
        Self::GITHUB,
        Self::STRIPE,
        Self::SLACK,
        Self::SHOPIFY,
    ];
}

const fn standard(name: &'static str, headers: &'static [HeaderNames]) -> Scheme {
    Scheme::custom(name)
        .headers(headers)
        .layout(Layout::list(' ', ',', "v1"))
        .encoding(Encoding::Base64)
        .signed(ID_TIMESTAMP_BODY)
        .key_format(KeyFormat::Whsec)
        .build()
}
