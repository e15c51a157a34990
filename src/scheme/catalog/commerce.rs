//! Shops and their customers.

use crate::scheme::catalog::shapes::{base64_of_body, header, presets};
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;

presets! {
    /// # Commerce
    ///
    /// Shops and their customers.
    COMMERCE

    /// the key is the app's client secret.
    SHOPIFY("shopify", "Shopify", Library,
        "https://shopify.dev/docs/apps/build/webhooks/subscribe/https") =
        base64_of_body(&[header("x-shopify-hmac-sha256"), header("shopify-hmac-sha256")], "")
            .delivery_header("x-shopify-event-id");

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

    /// the ping that it sends when a webhook is first saved is not signed, so it is rejected.
    WOOCOMMERCE("woocommerce", "WooCommerce", ThirdParty,
        "https://woocommerce.com/document/webhooks/") =
        base64_of_body(&[header("x-wc-webhook-signature")], "")
            .delivery_header("x-wc-webhook-delivery-id")
            .handshake(&Handshake::WOOCOMMERCE);
}
