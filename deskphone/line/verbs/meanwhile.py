"""What a call hears while it waits: a document of its own, Twilio's music, or nothing."""

import asyncio
from collections.abc import Callable

from deskphone.line.fields import Fields
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.records.instructions import Instructions, Music
from deskphone.twiml.source import Source

SHORTEST_ROUND_S = 1
"""A document that takes no time is not asked for more often. Twilio's rule is not documented."""


def read_music(source: Source, url: str, method: str, warning: int) -> Music:
    """Read the attributes with these names; `warning` is the number of a wrong method."""
    return Music(source.raw(url), source.method(method, warning))


def resolved(session: CallSession, music: Music) -> Music:
    """Return it with an absolute URL; raise WebhookError (11100) for one that leads nowhere."""
    return Music(session.resolve(music.url), music.method) if music.url else music


async def stay(
    session: CallSession,
    music: Music,
    dialect: str,
    params: Callable[[], Fields],
    *,
    again: bool,
) -> Step:
    """Hear it until it leads out. With `again` it begins anew at its end, else silence follows.

    Raise WebhookError or TwimlError for a document that cannot be had or run.
    """
    if music.url is None:
        session.journal.happened("hold music", "Twilio's own")
    while music.url:
        began = session.clock.now()
        instructions = Instructions(music.url, music.method)
        step = await session.follow(instructions, dialect, params)
        if step is not None:
            return step
        if not again:
            break
        took_s = (session.clock.now() - began).total_seconds()
        await session.clock.sleep(max(SHORTEST_ROUND_S - took_s, 0))
    await asyncio.Event().wait()
    return None
