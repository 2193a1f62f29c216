"""What a waiting call hears: a document, Twilio's music, or silence."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from deskphone.clock import LimitsOnly
from deskphone.line.fields import Fields
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.records.instructions import Instructions, Music
from deskphone.sound.music import hold_music
from deskphone.twiml.source import Source

SHORTEST_ROUND_S = 1
"""The interval for repeating a document that takes no time. Twilio's rule isn't documented."""


def read_music(source: Source, url: str, method: str, warning: int) -> Music:
    """Read the attributes with these names; `warning` is the code for an invalid method."""
    return Music(source.raw(url), source.method(method, warning))


def resolved(session: CallSession, music: Music) -> Music:
    """Return it with an absolute URL; raise WebhookError (11100) for an invalid one."""
    return Music(session.resolve(music.url), music.method) if music.url else music


async def stay(
    session: CallSession,
    music: Music,
    dialect: str,
    params: Callable[[], Fields],
    *,
    again: bool,
) -> Step:
    """Play it until it leaves. At its end, repeat it if `again`, otherwise wait in silence.

    Raise WebhookError or TwimlError for a document that can't be fetched or run.
    """
    if music.url is None:
        session.journal.happened("hold music", "Twilio's own")
        with session.playing(hold_music()):
            await asyncio.Event().wait()
    waiting = replace(session, clock=LimitsOnly(session.clock))
    while music.url:
        began = session.clock.now()
        instructions = Instructions(music.url, music.method)
        step = await waiting.follow(instructions, dialect, params)
        if step is not None:
            return step
        if not again:
            break
        took_s = (session.clock.now() - began).total_seconds()
        await waiting.clock.sleep(max(SHORTEST_ROUND_S - took_s, 0))
    await asyncio.Event().wait()
    return None
