//! The shapes that many providers have in common, and the macro behind the tables of presets.

use crate::crypto::Algorithm;
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::definition::Scheme;
use crate::scheme::encoding::Encoding;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;

/// Makes one trade: its documentation, its list, and a constant for each row.
///
/// A row is `NAME("name", "Title", Evidence, "url") = shape;`, or `…, "url", 25 MiB)` for a provider
/// that sends bodies of more than 2 MiB. It makes the constant, its entry in the list, and its
/// documentation: a link to the page, the comment of the row (which goes on after the colon that
/// follows the link), the facts of its description, the largest body, and the evidence that the preset
/// rests on.
macro_rules! presets {
    (
        $(#[$trade_docs:meta])*
        $trade:ident

        $(
            $(#[doc = $first:literal] $(#[doc = $rest:literal])*)?
            $preset:ident($name:tt, $title:literal, $evidence:ident, $url:literal
                $(, $limit:literal MiB)?) = $shape:expr;
        )*
    ) => {
        // The links in the documentation need it too.
        use $crate::scheme::definition::Scheme;

        $(#[$trade_docs])*
        impl Scheme {
            $(
                #[doc = presets!(@link $title, $url $(, $first)?)]
                $($(#[doc = $rest])*)?
                ///
                #[doc = $crate::scheme::catalog::facts::facts!($name)]
                ///
                #[doc = presets!(@limit $($limit)?)]
                ///
                #[doc = presets!(@rests_on $evidence)]
                pub const $preset: Self = $shape
                    .named($name)
                    $(.body_limit($limit << 20))?
                    .documentation($url, $crate::scheme::evidence::Evidence::$evidence)
                    .build();
            )*
        }

        pub(super) const $trade: &[Scheme] = &[$(Scheme::$preset),*];
    };
    (@link $title:literal, $url:literal) => {
        concat!(" [", $title, "](", $url, ").")
    };
    (@link $title:literal, $url:literal, $first:literal) => {
        concat!(" [", $title, "](", $url, "):", $first)
    };
    (@limit) => {
        " No largest body is stated, so one of more than 2 MiB is rejected unless the \
         [limit](crate::Receiver#method.body_limit) is raised."
    };
    (@limit $limit:literal) => {
        concat!(" Bodies of up to ", $limit, " MiB are accepted.")
    };
    (@rests_on Vector) => {
        " Rests on [a published vector](crate::scheme::Evidence::Vector)."
    };
    (@rests_on Documentation) => {
        " Rests on [its documentation](crate::scheme::Evidence::Documentation)."
    };
    (@rests_on Library) => {
        " Rests on [its own code](crate::scheme::Evidence::Library)."
    };
    (@rests_on ThirdParty) => {
        " Rests on [third-party sources](crate::scheme::Evidence::ThirdParty): verify a delivery \
         of your own before you rely on it."
    };
}

pub(super) use presets;

pub(super) const WEBHOOK: HeaderNames =
    header("webhook-signature").id("webhook-id").timestamp("webhook-timestamp");
pub(super) const SVIX: HeaderNames =
    header("svix-signature").id("svix-id").timestamp("svix-timestamp");

/// The `v1` signatures of Standard Webhooks, and `v1a`, which are Ed25519.
pub(super) const V1_AND_V1A: Layout =
    Layout::list(' ', ',', "v1").more_versions(&[("v1a", Algorithm::Ed25519)]);

/// A family with one signature header.
pub(super) const fn header(signature: &'static str) -> HeaderNames {
    HeaderNames::new(signature)
}

/// Hexadecimal digits, over the body alone.
pub(super) const fn hex_of_body(
    headers: &'static [HeaderNames],
    prefix: &'static str,
) -> SchemeBuilder {
    custom(headers).layout(Layout::single(prefix))
}

/// Base64, over the body alone.
pub(super) const fn base64_of_body(
    headers: &'static [HeaderNames],
    prefix: &'static str,
) -> SchemeBuilder {
    hex_of_body(headers, prefix).encoding(Encoding::Base64)
}

/// `t=…,v1=…` in one header, over `{timestamp}.{body}`.
pub(super) const fn listed(headers: &'static [HeaderNames]) -> SchemeBuilder {
    custom(headers).layout(Layout::list(',', '=', "v1").timestamp_key("t")).signed(&[
        Part::Timestamp,
        Part::Literal("."),
        Part::Body,
    ])
}

/// `v0=…` and a header with the time, over `v0:{timestamp}:{body}`.
pub(super) const fn version_0(headers: &'static [HeaderNames]) -> SchemeBuilder {
    custom(headers).layout(Layout::single("v0=")).signed(&[
        Part::Literal("v0:"),
        Part::Timestamp,
        Part::Literal(":"),
        Part::Body,
    ])
}

/// `v1,…` in the headers of Standard Webhooks, over `{id}.{timestamp}.{body}`.
pub(super) const fn standard() -> SchemeBuilder {
    custom(&[WEBHOOK])
        .layout(Layout::list(' ', ',', "v1"))
        .encoding(Encoding::Base64)
        .signed(&[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body])
        .key_format(KeyFormat::Whsec)
}

/// Base64 of HMAC-SHA-1, over the URL and the fields of a form.
pub(super) const fn form(headers: &'static [HeaderNames]) -> SchemeBuilder {
    custom(headers)
        .algorithm(Algorithm::HmacSha1)
        .encoding(Encoding::Base64)
        .signed(&[Part::Url, Part::Form])
        .dangerous_movable_url()
}

/// Base64 of the DER of an ECDSA signature over P-256.
pub(super) const fn ecdsa_of(
    headers: &'static [HeaderNames],
    signed: &'static [Part],
) -> SchemeBuilder {
    custom(headers)
        .algorithm(Algorithm::EcdsaP256)
        .encoding(Encoding::Base64Der)
        .signed(signed)
        .key_format(KeyFormat::PublicKeyDer)
}

/// The secret itself, and no signature.
pub(super) const fn token(headers: &'static [HeaderNames]) -> SchemeBuilder {
    custom(headers).dangerous_shared_token()
}

/// Anything else. The macro sets the name.
pub(super) const fn custom(headers: &'static [HeaderNames]) -> SchemeBuilder {
    Scheme::custom("").headers(headers)
}
