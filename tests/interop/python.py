"""The libraries of PyPI, as a receiver and as a sender, at a time that stands still.

POST /{package}        answers 204 to a delivery that the library accepts, and 401 to another.
POST /{package}/send   has the library sign a delivery, sends it, and answers with the status.
"""

import http.client
import json
import os
import sys
import threading
import urllib.parse
from datetime import datetime, timezone
from wsgiref.simple_server import WSGIRequestHandler, make_server

import freezegun
import slack_sdk.signature
import standardwebhooks
import stripe
import svix.webhooks

SETTINGS = json.loads(sys.argv[1])
WHSEC, SECRET = SETTINGS["whsec"], SETTINGS["secret"]


class Standard:
    def __init__(self, webhook, prefix):
        self.webhook, self.prefix = webhook, prefix

    def verify(self, headers, body):
        self.webhook.verify(body, headers)

    def sign(self, id, at, text):
        time = datetime.fromtimestamp(at, tz=timezone.utc)
        return {
            f"{self.prefix}-id": id,
            f"{self.prefix}-timestamp": str(at),
            f"{self.prefix}-signature": self.webhook.sign(id, time, text),
        }


class Stripe:
    def verify(self, headers, body):
        stripe.Webhook.construct_event(body, headers.get("stripe-signature"), SECRET)

    def sign(self, id, at, text):
        header = stripe.WebhookSignature.generate_signature_header(text, SECRET, at)
        return {"stripe-signature": header}


class Slack:
    verifier = slack_sdk.signature.SignatureVerifier(SECRET)

    def verify(self, headers, body):
        if not self.verifier.is_valid_request(body, headers):
            raise ValueError("is_valid_request returned False")

    def sign(self, id, at, text):
        signature = self.verifier.generate_signature(timestamp=str(at), body=text)
        return {"x-slack-request-timestamp": str(at), "x-slack-signature": signature}


LIBRARIES = {
    "standardwebhooks": Standard(standardwebhooks.Webhook(WHSEC), "webhook"),
    "svix": Standard(svix.webhooks.Webhook(WHSEC), "svix"),
    "stripe": Stripe(),
    "slack-sdk": Slack(),
}


def send(library, to, id, at, signed, sent):
    headers = library.sign(id, at, signed)
    url = urllib.parse.urlsplit(to)
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("POST", url.path, sent.encode(), headers)
    return "200 OK", str(connection.getresponse().status)


def receive(library, headers, body):
    try:
        library.verify(headers, body)
        return "204 No Content", ""
    except Exception as error:
        return "401 Unauthorized", f"{type(error).__name__}: {error}"


def application(environ, start_response):
    name, _, sends = environ["PATH_INFO"].removeprefix("/").partition("/")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if sends:
        status, text = send(LIBRARIES[name], **json.loads(body))
    else:
        headers = {
            key.removeprefix("HTTP_").replace("_", "-").lower(): value
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        status, text = receive(LIBRARIES[name], headers, body)
    start_response(status, [("content-type", "text/plain")])
    return [text.encode()]


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def end_with_the_test():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    freezegun.freeze_time(datetime.fromtimestamp(SETTINGS["now"], tz=timezone.utc)).start()
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=end_with_the_test, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()
