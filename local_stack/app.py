"""Describe the app to deskphone."""

from collections.abc import Callable
from dataclasses import replace

from deskphone.app import App
from deskphone.webhooks.advice import Advice
from local_stack.azure.stand_ins import Azure
from local_stack.examples import TEXT_EXAMPLES, VOICE_EXAMPLES, commands
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.folder import CLIENT_FUNCTION, TEXT_FUNCTION, VOICE_FUNCTION, AppFolder
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
    folder: AppFolder,
    answers_url: str,
    host: HostView,
    azure: Azure,
    messaging_service: Callable[[], str],
) -> App:
    """Return the description of the app at a URL, with examples for the functions that it has.

    Without the functions of this project, no URL handles the line's calls and texts at first.
    """

    def url(function: str) -> str:
        return f"{answers_url}/{function}" if folder.has(function) else ""

    app = App(
        title="Switchboard" if folder.is_ours else folder.name,
        name="your functions",
        start="python3 dev.py start",
        answers_url=answers_url,
        voice_url=url(VOICE_FUNCTION),
        sms_url=url(TEXT_FUNCTION),
        client_url=url(CLIENT_FUNCTION),
        voice_examples=tuple(one for one in VOICE_EXAMPLES if folder.has(one[1])),
        text_examples=tuple(one for one in TEXT_EXAMPLES if folder.has(one[1])),
        commands=commands(answers_url, folder.has),
        openapi=folder.openapi,
        host=host.view,
        reset=azure.reset,
        faults=(HOST,),
        fault_notes=FAULT_NOTES[:1],
    )
    if not folder.is_ours:
        own = tuple((route, route) for _, route in folder.endpoints if "{" not in route)
        return replace(
            app, voice_examples=app.voice_examples + own, text_examples=app.text_examples + own
        )
    return replace(
        app,
        faults=(VAULT, STORAGE, HOST),
        fault_notes=FAULT_NOTES,
        shared_key_note=SHARED_KEY_NOTE,
        advice=Advice(host.why, azure.judge_token, PUBLIC_URL),
        messaging_service=messaging_service,
    )
