//! One constant per provider, by what is signed.

mod body;
mod id;
mod request;
mod timestamp;

use crate::scheme::Scheme;

impl Scheme {
    /// Every preset, in the order of the manual's table.
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
        Self::CLERK,
        Self::GITLAB,
        Self::OPENAI,
        Self::POLAR,
        Self::RESEND,
        Self::TWITCH,
        Self::BOX,
        Self::CALENDLY,
        Self::DISCORD,
        Self::MUX,
        Self::PADDLE,
        Self::SANITY,
        Self::SLACK,
        Self::STRIPE,
        Self::TELNYX,
        Self::WORKOS,
        Self::ZENDESK,
        Self::ZOOM,
        Self::ADYEN,
        Self::ASANA,
        Self::BITBUCKET,
        Self::CAL_COM,
        Self::CIRCLECI,
        Self::CLICKUP,
        Self::COINBASE_COMMERCE,
        Self::DOCUSIGN,
        Self::DROPBOX,
        Self::EASYPOST,
        Self::GITEA,
        Self::GITHUB,
        Self::GITHUB_SHA1,
        Self::GOCARDLESS,
        Self::GOGS,
        Self::INTERCOM,
        Self::JIRA,
        Self::LEMON_SQUEEZY,
        Self::LINE,
        Self::LINEAR,
        Self::META,
        Self::MOLLIE,
        Self::NOTION,
        Self::PAGERDUTY,
        Self::PAYSTACK,
        Self::RAZORPAY,
        Self::SENTRY,
        Self::SHOPIFY,
        Self::SPAAZA,
        Self::TYPEFORM,
        Self::VELT_APPROVAL,
        Self::VERCEL,
        Self::WOOCOMMERCE,
        Self::XERO,
        Self::HUBSPOT_V3,
        Self::SQUARE,
        Self::TRELLO,
    ];
}
