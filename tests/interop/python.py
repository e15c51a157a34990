"""The libraries of PyPI, as a receiver and as a sender, at a time that stands still.

POST /{package}        answers 204 to a delivery that the library accepts, and 401 to another.
POST /{package}/send   has the library sign a delivery, sends it, and answers with the status.

/preset/{name} is the library of the preset in presets.py.
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
import presets
import slack_sdk.signature
import standardwebhooks
import stripe
import svix.webhooks

SETTINGS = json.loads(sys.argv[1])
WHSEC, SECRET = SETTINGS["whsec"], SETTINGS["secret"]
CLOCK = freezegun.freeze_time(
    datetime.fromtimestamp(SETTINGS["now"], tz=timezone.utc),
    # Imports most of itself when it is looked at.
    ignore=["square"],
)


class Standard:
    def __init__(self, webhook, prefix):
        self.webhook, self.prefix = webhook, prefix

    def verify(self, headers, body, url):
        self.webhook.verify(body, headers)

    def sign(self, id, at, text, url):
        time = datetime.fromtimestamp(at, tz=timezone.utc)
        return {
            f"{self.prefix}-id": id,
            f"{self.prefix}-timestamp": str(at),
            f"{self.prefix}-signature": self.webhook.sign(id, time, text),
        }


class Stripe:
    def verify(self, headers, body, url):
        stripe.Webhook.construct_event(body, headers.get("stripe-signature"), SECRET)

    def sign(self, id, at, text, url):
        header = stripe.WebhookSignature.generate_signature_header(text, SECRET, at)
        return {"stripe-signature": header}


class Slack:
    verifier = slack_sdk.signature.SignatureVerifier(SECRET)

    def verify(self, headers, body, url):
        return self.verifier.is_valid_request(body, headers)

    def sign(self, id, at, text, url):
        signature = self.verifier.generate_signature(timestamp=str(at), body=text)
        return {"x-slack-request-timestamp": str(at), "x-slack-signature": signature}


LIBRARIES = {
    "standardwebhooks": Standard(standardwebhooks.Webhook(WHSEC), "webhook"),
    "svix": Standard(svix.webhooks.Webhook(WHSEC), "svix"),
    "stripe": Stripe(),
    "slack-sdk": Slack(),
}


class Preset:
    def __init__(self, name):
        # Not with the clock that stands still, which some libraries cannot be imported with.
        CLOCK.stop()
        try:
            self.library = getattr(presets, name.replace("-", "_"))(SETTINGS["keys"][name])
        finally:
            CLOCK.start()

    def verify(self, headers, body, url):
        return self.library.verify(headers, body.decode(), url)

    def sign(self, id, at, text, url):
        return self.library.sign(text, at, url)


def find(name):
    preset = name.removeprefix("preset/")
    if name not in LIBRARIES and preset != name:
        LIBRARIES[name] = Preset(preset)
    return LIBRARIES[name]


def send(library, to, id, at, signed, sent):
    url = urllib.parse.urlsplit(to)
    target = to.removeprefix(f"http://{url.netloc}")
    headers = library.sign(id, at, signed, SETTINGS["origin"] + target)
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("POST", target, sent.encode(), headers)
    return "200 OK", str(connection.getresponse().status)


def receive(library, headers, body, url):
    try:
        if library.verify(headers, body, url) is False:
            return "401 Unauthorized", "False"
        return "204 No Content", ""
    except Exception as error:
        return "401 Unauthorized", f"{type(error).__name__}: {error}"


def application(environ, start_response):
    path = environ["PATH_INFO"]
    name = path.removeprefix("/").removesuffix("/send")
    library = find(name)
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if path.endswith("/send"):
        status, text = send(library, **json.loads(body))
    else:
        headers = {
            key.removeprefix("HTTP_").replace("_", "-").lower(): value
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        # As the provider calls it, whatever is in front of the server.
        url = f"{SETTINGS['origin']}{path}?{environ['QUERY_STRING']}"
        status, text = receive(library, headers, body, url)
    start_response(status, [("content-type", "text/plain")])
    return [text.encode()]


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def end_with_the_test():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    CLOCK.start()
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=end_with_the_test, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()
