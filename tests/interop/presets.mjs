// The libraries of npm that receive for one preset: its name, the module, and how that verifies.
//
// A delivery has `headers`, `text` and `url`, the one that was called; an order to sign has `text`,
// `at` in seconds and `url`.

// What takes the body and the value of one header, and what computes that value.
const single = (name, verify, sign) => ({
  verify: ({ headers, text }) => verify(text, headers[name]),
  sign: sign && (async (order) => ({ [name]: await sign(order) })),
});

// What finds the headers by itself.
const whole = (verify) => ({ verify: ({ headers, text }) => verify(text, headers) });

const rows = {
  adyen: ["@adyen/api-library", ({ default: { hmacValidator } }, key) => {
    const validator = new hmacValidator();
    return single(
      "hmacsignature",
      (text, signature) => validator.validateHMACSignature(key, signature, text),
      ({ text }) => validator.calculateHmac(text, key),
    );
  }],
  anthropic: ["@anthropic-ai/sdk", ({ default: Anthropic }, key) => {
    const { webhooks } = new Anthropic({ apiKey: "unused" }).beta;
    return whole((text, headers) => webhooks.unwrap(text, { headers, key }));
  }],
  box: ["box-node-sdk/managers/webhooks", ({ WebhooksManager }, key) =>
    whole((text, headers) => WebhooksManager.validateMessage(text, headers, key))],
  clerk: ["@clerk/backend/webhooks", ({ verifyWebhook }, key) => ({
    verify: ({ headers, text, url }) => {
      const request = new Request(url, { method: "POST", headers, body: text });
      return verifyWebhook(request, { signingSecret: key });
    },
  })],
  "coinbase-commerce": ["coinbase-commerce-node", ({ default: { Webhook } }, key) =>
    single(
      "x-cc-webhook-signature",
      (text, signature) => Webhook.verifySigHeader(text, signature, key),
      ({ text }) => Webhook.computeSignature(text, key),
    )],
  cronofy: ["cronofy", ({ default: Cronofy }, key) =>
    single("cronofy-hmac-sha256", (body, hmac) =>
      new Cronofy({}).hmacValid({ hmac, body, client_secret: key }))],
  discord: ["discord-interactions", ({ verifyKey }, key) =>
    whole((text, headers) =>
      verifyKey(text, headers["x-signature-ed25519"], headers["x-signature-timestamp"], key))],
  "dodo-payments": ["dodopayments", ({ default: DodoPayments }, key) => {
    const { webhooks } = new DodoPayments({ bearerToken: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, { headers, key }));
  }],
  easypost: ["@easypost/api", ({ default: EasyPost }, key) => {
    const { Utils } = new EasyPost("unused");
    return whole((text, headers) => Utils.validateWebhook(Buffer.from(text), headers, key));
  }],
  finch: ["@tryfinch/finch-api", ({ default: Finch }, key) => {
    const { webhooks } = new Finch({ accessToken: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  fintoc: ["fintoc", ({ WebhookSignature }, key) =>
    single("fintoc-signature", (text, header) => WebhookSignature.verifyHeader(text, header, key))],
  getstream: ["stream-chat", ({ StreamChat }, key) => {
    const client = new StreamChat("unused", key);
    return single("x-signature", (text, signature) => client.verifyWebhook(text, signature));
  }],
  gocardless: ["gocardless-nodejs/webhooks", ({ parse }, key) =>
    single("webhook-signature", (text, signature) => parse(text, key, signature))],
  "hubspot-v3": ["@hubspot/api-client", ({ Signature }, key) => {
    const options = (text, url, timestamp) => ({
      clientSecret: key,
      method: "POST",
      requestBody: text,
      signatureVersion: "v3",
      timestamp,
      url,
    });
    return {
      verify: ({ headers, text, url }) =>
        Signature.isValid({
          ...options(text, url, Number(headers["x-hubspot-request-timestamp"])),
          signature: headers["x-hubspot-signature-v3"],
        }),
      sign: ({ text, at, url }) => ({
        "x-hubspot-request-timestamp": String(at * 1000),
        "x-hubspot-signature-v3":
          Signature.getSignature("POST", "v3", options(text, url, at * 1000)),
      }),
    };
  }],
  line: ["@line/bot-sdk", ({ validateSignature }, key) =>
    single("x-line-signature", (text, signature) => validateSignature(text, key, signature))],
  linear: ["@linear/sdk/webhooks", ({ LinearWebhookClient }, key) => {
    const client = new LinearWebhookClient(key);
    return single("linear-signature", (text, signature) =>
      client.verify(Buffer.from(text), signature));
  }],
  lithic: ["lithic", ({ default: Lithic }, key) => {
    const { webhooks } = new Lithic({ apiKey: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  mailtrap: ["mailtrap", ({ verifyWebhookSignature }, key) =>
    single("mailtrap-signature", (text, signature) =>
      verifyWebhookSignature(text, signature, key))],
  metronome: ["@metronome/sdk", ({ default: Metronome }, key) => {
    const { webhooks } = new Metronome({ bearerToken: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  "modern-treasury": ["modern-treasury", ({ default: ModernTreasury }, key) => {
    const { webhooks } = new ModernTreasury({ apiKey: "unused", organizationID: "unused" });
    return {
      ...whole((text, headers) => webhooks.validateSignature(text, headers, { key })),
      sign: ({ text }) => ({ "x-signature": webhooks.getSignature(text, { key }) }),
    };
  }],
  mux: ["@mux/mux-node", ({ default: Mux }, key) => {
    const { webhooks } = new Mux({ tokenId: "unused", tokenSecret: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  notion: ["@notionhq/client", ({ signWebhookPayload, verifyWebhookSignature }, key) =>
    single(
      "x-notion-signature",
      (body, signature) => verifyWebhookSignature({ body, signature, verificationToken: key }),
      ({ text }) => signWebhookPayload({ body: text, verificationToken: key }),
    )],
  onfido: ["@onfido/api", ({ WebhookEventVerifier }, key) => {
    const verifier = new WebhookEventVerifier(key);
    return single("x-sha2-signature", (text, signature) => verifier.readPayload(text, signature));
  }],
  openai: ["openai", ({ default: OpenAI }, key) => {
    const { webhooks } = new OpenAI({ apiKey: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  orb: ["orb-billing", ({ default: Orb }, key) => {
    const { webhooks } = new Orb({ apiKey: "unused" });
    return whole((text, headers) => webhooks.unwrap(text, headers, key));
  }],
  paddle: ["@paddle/paddle-node-sdk", ({ Paddle }, key) => {
    const { webhooks } = new Paddle("unused");
    return single("paddle-signature", (text, header) =>
      webhooks.isSignatureValid(text, key, header));
  }],
  plain: ["@team-plain/typescript-sdk", (module, key) =>
    single("plain-request-signature", (text, signature) => {
      const { error } = module.verifyPlainWebhook(text, signature, key);
      // Any other is about the members of what has been verified.
      return !(error instanceof module.PlainWebhookSignatureVerificationError);
    })],
  polar: ["@polar-sh/sdk/webhooks", ({ WebhookVerificationError, validateEvent }, key) =>
    whole((text, headers) => {
      try {
        validateEvent(text, headers, key);
      } catch (error) {
        // Any other is about the members of what has been verified.
        if (error instanceof WebhookVerificationError) throw error;
      }
    })],
  pusher: ["pusher", ({ default: Pusher }, key) => {
    const client = new Pusher({ appId: "unused", key: "app", secret: key, cluster: "unused" });
    const others = { "content-type": "application/json", "x-pusher-key": "app" };
    return whole((text, headers) =>
      client.webhook({ headers: { ...headers, ...others }, rawBody: text }).isValid());
  }],
  razorpay: ["razorpay", ({ default: Razorpay }, key) =>
    single("x-razorpay-signature", (text, signature) =>
      Razorpay.validateWebhookSignature(text, signature, key))],
  replicate: ["replicate", ({ validateWebhook }, key) =>
    whole((body, headers) => validateWebhook({ headers, body }, key))],
  resend: ["resend", ({ Resend }, key) => {
    const { webhooks } = new Resend("unused");
    return whole((payload, headers) =>
      webhooks.verify({
        payload,
        headers: {
          id: headers["svix-id"],
          timestamp: headers["svix-timestamp"],
          signature: headers["svix-signature"],
        },
        webhookSecret: key,
      }));
  }],
  retell: ["retell-sdk", ({ sign, verify }, key) =>
    single(
      "x-retell-signature",
      (text, header) => verify(text, key, header),
      ({ text }) => sign(text, key),
    )],
  sanity: ["@sanity/webhook", ({ encodeSignatureHeader, isValidSignature }, key) =>
    single(
      "sanity-webhook-signature",
      (text, header) => isValidSignature(text, header, key),
      ({ text, at }) => encodeSignatureHeader(text, at * 1000, key),
    )],
  sendgrid: ["@sendgrid/eventwebhook", ({ EventWebhook }, key) => {
    const webhook = new EventWebhook();
    const point = webhook.convertPublicKeyToECDSA(key);
    const name = "x-twilio-email-event-webhook";
    return whole((text, headers) =>
      webhook.verifySignature(
        point, text, headers[`${name}-signature`], headers[`${name}-timestamp`]));
  }],
  smartcar: ["smartcar", ({ default: smartcar }, key) =>
    single(
      "sc-signature",
      (text, signature) => smartcar.verifyPayload(key, signature, JSON.parse(text)),
      ({ text }) => smartcar.hashChallenge(key, text),
    )],
  square: ["square", ({ default: { WebhooksHelper } }, key) => ({
    verify: ({ headers, text, url }) =>
      WebhooksHelper.verifySignature({
        requestBody: text,
        signatureHeader: headers["x-square-hmacsha256-signature"],
        signatureKey: key,
        notificationUrl: url,
      }),
  })],
  telnyx: ["telnyx", ({ default: Telnyx }, key) => {
    const { webhooks } = new Telnyx({ apiKey: "unused", publicKey: key });
    return whole((text, headers) => webhooks.unwrap(text, { headers }));
  }],
  terra: ["terra-api", ({ verifyTerraWebhookSignature }, key) =>
    single("terra-signature", (text, header) => verifyTerraWebhookSignature(text, header, key))],
  twilio: ["twilio", ({ default: twilio }, key) => {
    const fields = (text) => {
      const params = {};
      for (const [name, value] of new URLSearchParams(text)) (params[name] ??= []).push(value);
      return params;
    };
    const isJson = (url) => url.includes("bodySHA256");
    return {
      verify: ({ headers, text, url }) => {
        const signature = headers["x-twilio-signature"];
        return isJson(url)
          ? twilio.validateRequestWithBody(key, signature, url, text)
          : twilio.validateRequest(key, signature, url, fields(text));
      },
      sign: ({ text, url }) => ({
        "x-twilio-signature":
          twilio.getExpectedTwilioSignature(key, url, isJson(url) ? {} : fields(text)),
      }),
    };
  }],
  webflow: ["webflow-api", ({ WebflowClient }, key) => {
    const { webhooks } = new WebflowClient({ accessToken: "unused" });
    return whole((body, headers) => webhooks.verifySignature({ headers, body, secret: key }));
  }],
  workos: ["@workos-inc/node", ({ WorkOS }, key) => {
    const { webhooks } = new WorkOS("unused");
    return single(
      "workos-signature",
      (text, header) =>
        webhooks.verifyHeader({ payload: JSON.parse(text), sigHeader: header, secret: key }),
      async ({ text, at }) => {
        const time = at * 1000;
        return `t=${time}, v1=${await webhooks.computeSignature(time, JSON.parse(text), key)}`;
      },
    );
  }],
};

const loaded = {};

// Only when it is asked for: some of them are large.
export async function preset(name, key) {
  const [module, row] = rows[name];
  return (loaded[name] ??= row(await import(module), key));
}
