//! Shops and their customers.

use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;

presets! {
    /// # Commerce
    ///
    /// Shops and their customers.
    COMMERCE

    /// Standard Webhooks, but the app's client secret is the key as it stands: its documentation
    /// encodes it in base64 only because a library wants that.
    BIGCOMMERCE("bigcommerce", "BigCommerce", Documentation,
        "https://developer.bigcommerce.com/docs/integrations/webhooks") =
        standard().key_format(KeyFormat::Utf8);

    BUY_ME_A_COFFEE("buy-me-a-coffee", "Buy Me a Coffee", Documentation,
        "https://help.buymeacoffee.com/en/articles/15743173-how-to-setup-and-use-buy-me-a-coffee-webhooks") =
        hex_of_body(&[header("x-signature-sha256")], "");

    /// for a platform app, another header, and the key in the settings of the app.
    FOURTHWALL("fourthwall", "Fourthwall", Documentation,
        "https://docs.fourthwall.com/webhooks/signature-verification") =
        base64_of_body(&[header("x-fourthwall-hmac-sha256"), header("x-fourthwall-hmac-apps-sha256")], "");

    LOOP_RETURNS("loop-returns", "Loop Returns", Documentation,
        "https://docs.loopreturns.com/reference/hmac-calculation") =
        base64_of_body(&[header("x-loop-signature")], "");

    PRINTIFY("printify", "Printify", ThirdParty,
        "https://developers.printify.com/#webhooks") =
        hex_of_body(&[header("x-pfy-signature")], "sha256=");

    /// the key is the app's client secret.
    SHOPIFY("shopify", "Shopify", Vector,
        "https://shopify.dev/docs/apps/build/webhooks/subscribe/https") =
        base64_of_body(&[header("x-shopify-hmac-sha256"), header("shopify-hmac-sha256")], "")
            .delivery_header("x-shopify-event-id");

    /// the key is the client secret.
    SHOPLAZZA("shoplazza", "Shoplazza", Documentation,
        "https://www.shoplazza.dev/reference/webhook-copy") =
        base64_of_body(&[header("x-shoplazza-hmac-sha256")], "")
            .delivery_header("x-shoplazza-deduplication-id");

    /// the key is the secret of the shop; while it is being replaced, a second header has the signature
    /// of the one before. The registration of an app and other `GET` requests sign their query instead,
    /// and are not covered.
    SHOPWARE("shopware", "Shopware", Vector,
        "https://developer.shopware.com/docs/guides/plugins/apps/webhook.html") =
        hex_of_body(&[header("shopware-shop-signature").more_signatures(&["shopware-shop-signature-previous"])], "");

    /// base64 in `X-Spaaza-Hmac-SHA256`.
    ///
    /// The [key](https://docs.spaaza.com/api/add-webhook-signature) is printed as 32 hexadecimal
    /// characters, and the documentation does not say whether they *are* the key or *spell* it.
    /// [`Scheme::verifier`] therefore holds both readings, as two secrets. Once
    /// [`Verified::secret_index`](crate::Verified::secret_index) has shown which of them your
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
    /// Once a key is deleted, Spaaza sends *unsigned* deliveries; they are rejected.
    SPAAZA("spaaza", "Spaaza", Documentation,
        "https://docs.spaaza.com/api/webhooks") =
        base64_of_body(&[header("x-spaaza-hmac-sha256")], "").key_format(KeyFormat::Utf8OrHex);

    /// the secret is printed as 64 hexadecimal digits.
    SQUARESPACE("squarespace", "Squarespace", Documentation,
        "https://developers.squarespace.com/webhooks/verifying-notifications") =
        hex_of_body(&[header("squarespace-signature")], "").key_format(KeyFormat::Hex);

    /// the key is the API key of the site, or the client secret of an app.
    THINKIFIC("thinkific", "Thinkific", ThirdParty,
        "https://support.thinkific.dev/hc/en-us/articles/4422685850775") =
        hex_of_body(&[header("x-thinkific-hmac-sha256")], "");

    /// unlike the others of this form, it signs no dot between time and body.
    TICKET_TAILOR("ticket-tailor", "Ticket Tailor", Documentation,
        "https://developers.tickettailor.com/docs/webhook/security") =
        custom(&[header("tickettailor-webhook-signature")])
            .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
            .signed(&[Part::Timestamp, Part::Body]);

    /// the key is the client secret of the app.
    TIENDANUBE("tiendanube", "Tiendanube (Nuvemshop)", Documentation,
        "https://github.com/tiendanube/api-docs/blob/master/resources/webhook.md") =
        hex_of_body(&[header("x-linkedstore-hmac-sha256")], "");

    /// the key is the security token of the endpoint.
    TITO("tito", "Tito", Documentation,
        "https://ti.to/docs/api/admin#webhooks") =
        base64_of_body(&[header("tito-signature")], "");

    /// the ping that it sends when a webhook is first saved is not signed, so it is rejected.
    WOOCOMMERCE("woocommerce", "WooCommerce", Library,
        "https://woocommerce.com/document/webhooks/") =
        base64_of_body(&[header("x-wc-webhook-signature")], "")
            .delivery_header("x-wc-webhook-delivery-id")
            .handshake(&Handshake::WOOCOMMERCE);
}
