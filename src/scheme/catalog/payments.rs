//! Cards, bank transfers and coins.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, ecdsa_of, header, hex_of_body, listed, presets, standard,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Payments
    ///
    /// Cards, bank transfers and coins.
    PAYMENTS

    /// the webhooks with an `HmacSignature` header (Balance Platform, Management). The key is
    /// printed in hexadecimal digits.
    ///
    /// Standard payment notifications carry their signature inside the body, over eight of its
    /// fields; they are not covered.
    ADYEN("adyen", "Adyen", Vector,
        "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/") =
        base64_of_body(&[header("hmacsignature")], "").key_format(KeyFormat::Hex);

    /// no tolerance is stated.
    AIRWALLEX("airwallex", "Airwallex", Documentation,
        "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events") =
        custom(&[header("x-signature").timestamp("x-timestamp")])
            .signed(&[Part::Timestamp, Part::Body])
            .timestamp_format(TimestampFormat::Millis);

    BTCPAY("btcpay", "BTCPay Server", Vector,
        "https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks") =
        hex_of_body(&[header("btcpay-sig")], "sha256=");

    /// the key is the client secret. No tolerance is stated.
    CASHFREE("cashfree", "Cashfree", Library,
        "https://www.cashfree.com/docs/payments/online/webhooks/signature-verification") =
        custom(&[header("x-webhook-signature").timestamp("x-webhook-timestamp")])
            .signed(&[Part::Timestamp, Part::Body])
            .encoding(Encoding::Base64)
            .timestamp_format(TimestampFormat::Millis);

    /// the key is the one that you set in the workflow.
    CHECKOUT_COM("checkout-com", "Checkout.com", Documentation,
        "https://www.checkout.com/docs/workflows") =
        hex_of_body(&[header("cko-signature")], "");

    /// version 2 of its notifications, with ECDSA. The key is that which its API returns for the id in
    /// `X-Circle-Key-Id`, which is not signed: fetch it with your own credentials, and keep it.
    CIRCLE("circle", "Circle", Documentation,
        "https://developers.circle.com/api-reference/verify-webhook-signatures") =
        ecdsa_of(&[header("x-circle-signature")], &[Part::Body]);

    COINBASE_COMMERCE("coinbase-commerce", "Coinbase Commerce", Vector,
        "https://docs.cdp.coinbase.com/commerce/docs/webhooks-security") =
        hex_of_body(&[header("x-cc-webhook-signature")], "");

    /// the key is the webhook validation key.
    COINFLOW("coinflow", "Coinflow", Documentation,
        "https://docs.coinflow.cash/guides/developer-resources/webhooks/verifying-webhook-signatures") =
        listed(&[header("coinflow-signature")]);

    COINIFY("coinify", "Coinify", Vector,
        "https://coinify.readme.io/docs/webhook-signature") =
        hex_of_body(&[header("x-coinify-webhook-signature")], "");

    DODO_PAYMENTS("dodo-payments", "Dodo Payments", Documentation,
        "https://docs.dodopayments.com/developer-resources/webhooks") =
        standard();

    /// the header has the name of that of Standard Webhooks, but another format.
    GOCARDLESS("gocardless", "GoCardless", Vector,
        "https://developer.gocardless.com/api-reference/#webhooks-overview") =
        hex_of_body(&[header("webhook-signature")], "");

    KOMOJU("komoju", "KOMOJU", Library,
        "https://doc.komoju.com/reference/webhooks") =
        hex_of_body(&[header("x-komoju-signature")], "");

    /// the next-generation webhooks, with one signature for each valid secret, in headers of their
    /// own or in one list. Mollie's classic webhooks are not signed.
    MOLLIE("mollie", "Mollie", Library,
        "https://docs.mollie.com/reference/webhooks-new") =
        custom(&[header("x-mollie-signature")])
            .layout(Layout::list(',', '=', "sha256"))
            .repeated_signature();

    /// HMAC-SHA-512. The key is the client secret.
    MONNIFY("monnify", "Monnify", Vector,
        "https://developers.monnify.com/docs/webhooks") =
        hex_of_body(&[header("monnify-signature")], "").algorithm(Algorithm::HmacSha512);

    /// `te=` is the signature in test mode and `li=` in live mode; the other one is empty.
    PAYMONGO("paymongo", "PayMongo", Library,
        "https://developers.paymongo.com/docs/creating-webhook") =
        listed(&[header("paymongo-signature")]).layout(
            Layout::list(',', '=', "te")
                .more_versions(&[("li", Algorithm::HmacSha256)])
                .timestamp_key("t"),
        );

    /// HMAC-SHA-512 with the secret key of the API.
    PAYSTACK("paystack", "Paystack", Library,
        "https://paystack.com/docs/payments/webhooks/") =
        hex_of_body(&[header("x-paystack-signature")], "").algorithm(Algorithm::HmacSha512);

    RAZORPAY("razorpay", "Razorpay", Vector,
        "https://razorpay.com/docs/webhooks/validate-test/") =
        hex_of_body(&[header("x-razorpay-signature")], "")
            .delivery_header("x-razorpay-event-id");

    /// Ripple Collections. The digest of the body is signed, and each event type has a key of its own.
    RIPPLE_COLLECTIONS("ripple-collections", "Ripple Collections", Documentation,
        "https://docs.ripple.com/products/collections/guides/verifying-webhooks") =
        custom(&[header("x-webhook-signature").timestamp("x-webhook-timestamp")])
            .layout(Layout::list(',', '=', "v1"))
            .signed(&[Part::Timestamp, Part::Literal("."), Part::Digest])
            .timestamp_format(TimestampFormat::Millis)
            .key_format(KeyFormat::Base64);

    /// the URL and the body are signed.
    ///
    /// Nothing separates the URL from the body, so
    /// [bytes can be moved between them](crate::scheme::SchemeBuilder::dangerous_movable_url).
    SQUARE("square", "Square", Vector,
        "https://developer.squareup.com/docs/webhooks/step3validate") =
        custom(&[header("x-square-hmacsha256-signature")])
            .encoding(Encoding::Base64)
            .signed(&[Part::Url, Part::Body])
            .dangerous_movable_url();

    /// `Stripe-Signature: t=…,v1=…`.
    ///
    /// The whole secret is the key, including the `whsec_` in front: it only looks like a secret of
    /// Standard Webhooks.
    STRIPE("stripe", "Stripe", Vector,
        "https://docs.stripe.com/webhooks") =
        listed(&[header("stripe-signature")]).retries(Retries::Fresh);
}
