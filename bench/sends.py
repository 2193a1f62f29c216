"""Benchmark sends with a slow Twilio: `python bench/sends.py [ROUNDS]`.

Twilio responds after 200 ms, and 200 sends are in flight. Sends in four ways, in rounds of
alternating order (7 by default), and prints the sends per second and the Functions host's CPU time
per send:

- `bare_send`: a bare `create_async`, without the SDK's log lines
- `SendSms` without a key: the app remembers opt-outs in memory and has no limits.
- `SendSms` with an Idempotency-Key, in a second host that uses the local stack's table storage. The
  storage is another process on the same CPUs, so compare the host's CPU time rather than the rate.
  Locally the app also reads opt-outs from storage for each send, or once for several at the same
  time; in Azure it reads them every 30 seconds.
- `send`: the how-to's synchronous function. The runtime's thread pool, whose size depends on the
  number of CPUs, limits its rate.

Run it with the Python of .venv, on Linux. `--project DIR` measures the app of another checkout.
"""

import asyncio
import itertools
import statistics
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.fake_twilio import fake_twilio
from bench.how_to_app import (
    FUNCTION_KEY,
    HANDSETS,
    NO_STORAGE,
    NO_VAULT,
    Host,
    Stopwatch,
    add_how_to,
    copy_app,
    in_turn,
    ratio,
    read_options,
    running_host,
    running_stack,
    temporary_folder,
)
from bench.ledger import NO_LIMITS, processor_time_s

TWILIO_WAIT_S = 0.2
IN_FLIGHT = 200
WARM_UP = 1
BODY = {"to": HANDSETS[0], "body": "Hello"}
TIMEOUT = aiohttp.ClientTimeout(total=120)


class Way(NamedTuple):
    """One way to send: the function, sends per round, and whether each send has a key."""

    name: str
    function: str
    sends: int
    is_keyed: bool = False


BARE = Way("bare_send", "bare_send", 1000)
APP = Way("SendSms", "SendSms", 1000)
KEYED = Way("SendSms, keyed", "SendSms", 600, is_keyed=True)
HOW_TO = Way("send", "send", 200)
WAYS = (BARE, APP, KEYED, HOW_TO)

Figures = dict[Way, list[tuple[float, float]]]
"""By way and round: sends per second, and the host's CPU seconds per send."""


async def send_all(host: Host, way: Way, keys: "itertools.count[int]") -> tuple[float, float]:
    """Send one round; return sends per second and CPU seconds per send."""
    url = f"{host.url}/api/{way.function}"
    waiting = iter(range(way.sends))

    async def work(session: aiohttp.ClientSession) -> None:
        for _ in waiting:
            headers = {"x-functions-key": FUNCTION_KEY}
            headers |= {"Idempotency-Key": f"key-{next(keys)}"} if way.is_keyed else {}
            async with session.post(url, json=BODY, headers=headers) as answer:
                if answer.status != 201:
                    raise RuntimeError(f"{way.name}: {answer.status} {await answer.text()}")

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
        watch = Stopwatch(lambda: processor_time_s(host.pid))
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(IN_FLIGHT, way.sends)):
                tasks.create_task(work(session))
        took, used = watch.read()
    return way.sends / took, used / way.sends


@contextmanager
def running_hosts(project: Path, folder: Path) -> Generator[dict[Way, Host]]:
    """Start the servers; return the host of each way."""
    empty = add_how_to(project, folder / "empty", "empty")
    copy_app(project, folder / "app")
    app = add_how_to(project, folder / "app", "bare_send", "send")
    plain, stored = NO_VAULT | NO_STORAGE | NO_LIMITS, NO_VAULT | NO_LIMITS
    with (
        fake_twilio(TWILIO_WAIT_S) as twilio,
        running_stack(empty) as stack,
        running_host(app, twilio, settings=plain) as one,
        running_host(app, stack.emulator_url, twilio_url=twilio, settings=stored) as two,
    ):
        yield {way: two if way.is_keyed else one for way in WAYS}


def measure(hosts: dict[Way, Host], rounds: int) -> Figures:
    """Send in all ways; the warm-up rounds don't count."""
    figures: Figures = {way: [] for way in WAYS}
    keys = itertools.count()
    for number in range(rounds + WARM_UP):
        for way in in_turn(WAYS, number):
            figures[way].append(asyncio.run(send_all(hosts[way], way, keys)))
    return {way: rows[WARM_UP:] for way, rows in figures.items()}


def main() -> int:
    """Print the table; return the exit status."""
    options = read_options(__doc__ or "", rounds=7)
    with temporary_folder() as folder, running_hosts(options.project, folder) as hosts:
        figures = measure(hosts, options.rounds)
    rates = {way: [rate for rate, _ in rows] for way, rows in figures.items()}
    costs = {way: [cost for _, cost in rows] for way, rows in figures.items()}
    print(f"{'':16}{'sends/s':>10}{'vs how-to':>10}{'host ms':>10}{'vs bare':>10}")
    for way in WAYS:
        rate, cost = statistics.median(rates[way]), statistics.median(costs[way]) * 1000
        row = f"{rate:10.0f}{ratio(rates[way], rates[HOW_TO]):10.1f}"
        print(f"{way.name:16}{row}{cost:10.2f}{ratio(costs[way], costs[BARE]):10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
