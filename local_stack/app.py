"""Describe this app to deskphone."""

from collections.abc import Callable

from deskphone.app import App
from deskphone.webhooks.advice import Advice
from local_stack.azure.stand_ins import Azure
from local_stack.examples import TEXT_EXAMPLES, VOICE_EXAMPLES, commands
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.host_view import HostView

PUBLIC_URL = "the setting PUBLIC_URL (dev.py start sets it automatically)"
SHARED_KEY_NOTE = (
    "The local vault has it as TwilioWebhookKey. For func start, set TWILIO_WEBHOOK_KEY to it."
)
FAULT_NOTES = (
    "What do your functions do when something fails?",
    "The app reads Key Vault only once, after it starts.",
)


def local_app(
    answers_url: str, host: HostView, azure: Azure, messaging_service: Callable[[], str]
) -> App:
    """Return the description of the app at a URL."""
    return App(
        title="Switchboard",
        name="your functions",
        start="python3 dev.py start",
        answers_url=answers_url,
        voice_url=f"{answers_url}/TwimlHello",
        sms_url=f"{answers_url}/TwimlReply",
        voice_examples=VOICE_EXAMPLES,
        text_examples=TEXT_EXAMPLES,
        commands=commands(answers_url),
        faults=(VAULT, STORAGE, HOST),
        fault_notes=FAULT_NOTES,
        shared_key_note=SHARED_KEY_NOTE,
        advice=Advice(host.why, azure.judge_token, PUBLIC_URL),
        host=host.view,
        messaging_service=messaging_service,
        reset=azure.reset,
    )
