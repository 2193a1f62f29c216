"""An app that was written without this plugin in mind, and a test suite to run with it."""

import re

import flask
import pytest
from twilio import rest

from deskphone.pytest_plugin import asgi, plugin, sdk, server, twilio, wsgi

LOADED = (flask, rest, asgi, sdk, server, twilio, wsgi)
"""Modules that each inner run would otherwise load again."""
OPTIONS = (
    *("-p", plugin.__name__, "-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
    *("-W", "error"),
)
APP = """
import os

import pytest
from flask import Flask, request
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

flask_app = Flask("shop")
client = Client("AC" + "a" * 32, "the token of another account")
XML = {"Content-Type": "text/xml"}
base = []

@flask_app.post("/voice")
def voice():
    answer = VoiceResponse()
    answer.gather(num_digits=1, action="/key").say("Press 1 for our opening hours.")
    answer.say("Goodbye.")
    return str(answer), XML

@flask_app.post("/key")
def key():
    return f"<Response><Say>We open at nine.</Say></Response>", XML

@flask_app.post("/sms")
def sms():
    return f"<Response><Message>You wrote: {request.form['Body']}</Message></Response>", XML

@flask_app.post("/broken")
def broken():
    return "out of order", 500

@flask_app.post("/unknown-verb")
def unknown_verb():
    return "<Response><Connect><Stream url='wss://example.com'/></Connect></Response>", XML

@flask_app.post("/status")
def status():
    return "", 204

def remind(number):
    callback = {"status_callback": base[0] + "/status"} if base else {}
    client.messages.create(to=number, from_="+12025550100", body="Tomorrow at nine.", **callback)

class Outcome:
    def __init__(self, outcome):
        self.outcome = outcome

def send_once(key):
    try:
        remind("+12025550123")
    except OSError:
        return Outcome("unknown")
    return Outcome("sent")

@pytest.fixture
def app():
    return flask_app

@pytest.fixture
def callbacks(live_app):
    base[:] = [live_app]
    yield
    base.clear()
"""


def suite(pytester: pytest.Pytester, source: str) -> None:
    """Write a test module, which has the names of the app."""
    pytester.makepyfile(shop_app=APP)
    head = "import pytest\nfrom shop_app import *\nfrom shop_app import app\n"
    pytester.makepyfile(test_shop=head + re.sub(r"^ {4}", "", source, flags=re.MULTILINE))


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    """Run a test module in this process; return the result."""
    suite(pytester, source)
    return pytester.runpytest_inprocess(*OPTIONS, *options)
