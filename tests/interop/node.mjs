// The libraries of npm, as a receiver and as a sender, at a time that stands still.
//
// POST /{package}        answers 204 to a delivery that the library accepts, and 401 to another.
// POST /{package}/send   has the library sign a delivery, sends it, and answers with the status.
//
// /preset/{name} is the library of the preset in presets.mjs.

import { createServer } from "node:http";
import { mock } from "node:test";

import "@shopify/shopify-api/adapters/node";
import { sign, verify } from "@octokit/webhooks-methods";
import { LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { HashFormat, createSHA256HMAC } from "@shopify/shopify-api/runtime";
import bolt from "@slack/bolt";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

import { preset } from "./presets.mjs";

const { now, whsec, secret, keys, origin } = JSON.parse(process.argv[2]);
mock.timers.enable({ apis: ["Date"], now: now * 1000 });

const standard = new StandardWebhook(whsec);
const svix = new SvixWebhook(whsec);
const stripe = new Stripe("unused");
const shopify = shopifyApi({
  apiKey: "unused",
  apiSecretKey: secret,
  apiVersion: "2025-10",
  hostName: "localhost",
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error },
});

const libraries = {
  standardwebhooks: {
    verify: ({ headers, body }) => standard.verify(body, headers),
    sign: ({ id, at, text }) => ({
      "webhook-id": id,
      "webhook-timestamp": String(at),
      "webhook-signature": standard.sign(id, new Date(at * 1000), text),
    }),
  },
  svix: {
    verify: ({ headers, body }) => svix.verify(body, headers),
    sign: ({ id, at, text }) => ({
      "svix-id": id,
      "svix-timestamp": String(at),
      "svix-signature": svix.sign(id, new Date(at * 1000), text),
    }),
  },
  stripe: {
    verify: ({ headers, body }) =>
      stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret),
    sign: ({ at, text }) => ({
      "stripe-signature": stripe.webhooks.generateTestHeaderString({
        payload: text,
        secret,
        timestamp: at,
      }),
    }),
  },
  "@octokit/webhooks-methods": {
    verify: ({ headers, text }) => verify(secret, text, headers["x-hub-signature-256"]),
    sign: async ({ text }) => ({ "x-hub-signature-256": await sign(secret, text) }),
  },
  "@slack/bolt": {
    verify: ({ headers, text }) =>
      bolt.verifySlackRequest({ signingSecret: secret, body: text, headers }),
  },
  "@shopify/shopify-api": {
    verify: async ({ text, request, response }) => {
      const verdict = await shopify.webhooks.validate({
        rawBody: text,
        rawRequest: request,
        rawResponse: response,
      });
      if (!verdict.valid) throw new Error(verdict.reason);
    },
    sign: async ({ text }) => ({
      "x-shopify-hmac-sha256": await createSHA256HMAC(secret, text, HashFormat.Base64),
    }),
  },
};

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function find(name) {
  const row = name.replace(/^preset\//, "");
  return row === name ? libraries[name] : preset(row, keys[row]);
}

async function send(library, { to, id, at, signed, sent }) {
  const { pathname, search } = new URL(to);
  const headers = await library.sign({ id, at, text: signed, url: origin + pathname + search });
  const response = await fetch(to, { method: "POST", headers, body: Buffer.from(sent) });
  return [200, String(response.status)];
}

async function receive(library, delivery) {
  try {
    const verdict = await library.verify(delivery);
    return verdict === false ? [401, "false"] : [204, ""];
  } catch (error) {
    return [401, `${error.name}: ${error.message}`];
  }
}

const server = createServer(async (request, response) => {
  const [, name, sends] = request.url.match(/^\/([^?]+?)(\/send)?(?:\?|$)/);
  const library = await find(name);
  const body = await read(request);
  const { headers } = request;
  // As the provider calls it, whatever is in front of the server.
  const url = origin + request.url;
  const [status, text] = sends
    ? await send(library, JSON.parse(body))
    : await receive(library, { headers, body, text: body.toString(), url, request, response });
  response.writeHead(status).end(text);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

// Not longer than the test that started it.
process.stdin.on("end", () => process.exit()).resume();
