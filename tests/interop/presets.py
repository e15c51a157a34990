"""The libraries of PyPI that receive for one preset: its name, and how its library verifies.

A delivery has `headers`, `text` and `url`, the one that was called; an order to sign has `text`, `at`
in seconds and `url`. Each library is imported when it is asked for: some of them are large.
"""

import types
import urllib.parse


class Single:
    """What takes the body and the value of one header, and what computes that value."""

    def __init__(self, name, verify, sign=None):
        self.name, self._verify, self._sign = name, verify, sign

    def verify(self, headers, text, url):
        return self._verify(text, headers[self.name])

    def sign(self, text, at, url):
        return {self.name: self._sign(text, at)}


class Whole:
    """What finds the headers by itself."""

    def __init__(self, verify):
        self._verify = verify

    def verify(self, headers, text, url):
        return self._verify(text, headers)


def adyen(key):
    from Adyen.util import generate_payload_sig, is_valid_hmac_payload

    return Single(
        "hmacsignature",
        lambda text, signature: is_valid_hmac_payload(signature, key, text.encode()),
        lambda text, at: generate_payload_sig(text.encode(), key).decode(),
    )


def box(key):
    from box_sdk_gen.managers.webhooks import WebhooksManager

    return Whole(lambda text, headers: WebhooksManager.validate_message(text, headers, key))


def easypost(key):
    from easypost.util import validate_webhook

    return Single(
        "x-hmac-signature",
        lambda text, signature: validate_webhook(
            text.encode(), {"X-Hmac-Signature": signature}, key
        ),
    )


def gocardless(key):
    from gocardless_pro import webhooks

    return Single(
        "webhook-signature", lambda text, signature: webhooks.parse(text, key, signature)
    )


def increase(key):
    from increase import Increase

    events = Increase(api_key="unused", webhook_secret=key).events
    return Whole(lambda text, headers: events.unwrap(text, headers=headers))


def line(key):
    from linebot.v3.webhook import SignatureValidator

    return Single("x-line-signature", SignatureValidator(key).validate)


def paddle(key):
    from paddle_billing.Notifications import Secret, Verifier

    def verify(text, header):
        request = types.SimpleNamespace(headers={"Paddle-Signature": header}, body=text.encode())
        return Verifier().verify(request, Secret(key))

    return Single("paddle-signature", verify)


def polar(key):
    from polar.webhooks import validate_event

    return Whole(
        lambda text, headers: validate_event(text, headers, key, frozenset({"event"}), dict)
    )


def pusher(key):
    from pusher import Pusher

    client = Pusher(app_id="1", key="app", secret=key, cluster="unused")
    return Single(
        "x-pusher-signature",
        lambda text, signature: client.validate_webhook("app", signature, text) is not None,
    )


def razorpay(key):
    from razorpay import Client

    utility = Client(auth=("unused", "unused")).utility
    return Single(
        "x-razorpay-signature",
        lambda text, signature: utility.verify_webhook_signature(text, signature, key),
    )


def replicate(key):
    from replicate.webhook import Webhooks, WebhookSigningSecret

    secret = WebhookSigningSecret(key=key)
    return Whole(lambda text, headers: Webhooks.validate(headers=headers, body=text, secret=secret))


def resend(key):
    from resend import Webhooks

    names = ("id", "timestamp", "signature")
    return Whole(
        lambda text, headers: Webhooks.verify(
            {
                "payload": text,
                "headers": {name: headers.get(f"svix-{name}", "") for name in names},
                "webhook_secret": key,
            }
        )
    )


def retell(key):
    from retell.lib.webhook_auth import symmetric, verify

    return Single(
        "x-retell-signature",
        lambda text, header: verify(text, key, header),
        lambda text, at: symmetric["sign"](text, key, at * 1000),
    )


def sendgrid(key):
    from sendgrid.helpers.eventwebhook import EventWebhook

    webhook = EventWebhook(key)
    name = "x-twilio-email-event-webhook"
    return Whole(
        lambda text, headers: webhook.verify_signature(
            text, headers[f"{name}-signature"], headers[f"{name}-timestamp"]
        )
    )


def sinch(key):
    from sinch import SinchClient

    events = SinchClient(project_id="unused", key_id="unused", key_secret="unused").conversation
    validate = events.sinch_events(key).validate_authentication_header
    return Whole(lambda text, headers: validate(headers=headers, json_payload=text))


def square(key):
    from square.utils.webhooks_helper import verify_signature

    class Square:
        def verify(self, headers, text, url):
            return verify_signature(
                request_body=text,
                signature_header=headers["x-square-hmacsha256-signature"],
                signature_key=key,
                notification_url=url,
            )

    return Square()


def telnyx(key):
    from telnyx import Telnyx

    webhooks = Telnyx(api_key="unused", public_key=key).webhooks
    return Whole(lambda text, headers: webhooks.unwrap(text, headers=headers))


def twilio(key, algorithm="HMAC_SHA1"):
    from twilio.request_validator import RequestValidator

    validator = RequestValidator(key)

    class Fields(dict):
        def getlist(self, name):
            return self[name]

    def params(text, url):
        if "bodySHA256" in url:
            return text
        return Fields(urllib.parse.parse_qs(text, keep_blank_values=True))

    class Twilio:
        def verify(self, headers, text, url):
            signature = headers["x-twilio-signature"]
            return validator.validate(url, params(text, url), signature, algorithm)

        def sign(self, text, at, url):
            fields = None if "bodySHA256" in url else params(text, url)
            return {"x-twilio-signature": validator.compute_signature(url, fields, algorithm)}

    return Twilio()


def twilio_sha256(key):
    return twilio(key, "HMAC_SHA256")


def workos(key):
    from workos import WorkOSClient

    webhooks = WorkOSClient(api_key="unused", client_id="unused").webhooks
    return Single(
        "workos-signature",
        lambda text, header: webhooks.verify_header(
            event_body=text.encode(), event_signature=header, secret=key
        ),
    )
