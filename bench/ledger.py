"""Benchmark what the ledger costs a send: `python bench/ledger.py [ROUNDS]`.

Sends texts through the local stack without a key and with one, and through other hosts of the same
app with different limits, in alternating rounds (9 by default). Prints for each case the median of
the rounds: sends per second, the Functions host's CPU time per send, and how the cases compare. The
emulator, which also stands in for the storage, shares the machine, so the host's CPU time says more
than sends per second.

Run it with the Python of .venv, on Linux.
"""

import asyncio
import itertools
import os
import statistics
import sys
import time
from pathlib import Path

import aiohttp
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from local_stack.testing import LocalStack
from local_stack.values import FUNCTION_KEY

SENDS = 200
WARM_UP = 1
IN_FLIGHT = 20
# Many recipients, so that a limit per number uses different rows.
PEOPLE = [f"+12025550{number}" for number in range(101, 200)]
NO_LIMITS = {"RECIPIENT_LIMIT": "0", "DAILY_SEGMENT_LIMIT": "0"}
DAY = NO_LIMITS | {"DAILY_SEGMENT_LIMIT": "1000"}
NUMBER = NO_LIMITS | {"RECIPIENT_LIMIT": "1000"}
WAYS = ("without a key", "with a key", "replayed", "daily limit", "limit per number", "both limits")

Round = tuple[float, float]
"""Sends per second, and milliseconds of the host's CPU time per send."""


def processor_time_s(pid: int) -> float:
    """Return the CPU seconds that a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def host_pid(url: str) -> int:
    """Return the id of the process that runs the functions at a URL."""
    headers = {"x-functions-key": FUNCTION_KEY}
    status = requests.get(f"{url}/admin/host/status", headers=headers, timeout=10)
    return int(status.json()["instanceId"])


async def send_all(url: str, keys: list[str]) -> None:
    """Send one text for each key ("" means without a key), IN_FLIGHT at a time."""
    waiting = zip(keys, itertools.cycle(PEOPLE))

    async def work(session: aiohttp.ClientSession) -> None:
        for key, person in waiting:
            headers = {"x-functions-key": FUNCTION_KEY}
            headers |= {"Idempotency-Key": key} if key else {}
            body = {"to": person, "body": "Hello"}
            async with session.post(url, json=body, headers=headers) as answer:
                answer.raise_for_status()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(IN_FLIGHT)))


def measured(url: str, keys: list[str]) -> Round:
    """Measure one round at the host with this URL."""
    pid = host_pid(url)
    used, began = processor_time_s(pid), time.perf_counter()
    asyncio.run(send_all(f"{url}/api/SendSms", keys))
    took, used = time.perf_counter() - began, processor_time_s(pid) - used
    return len(keys) / took, used / len(keys) * 1000


def rounds_of(stack: LocalStack, rounds: int) -> dict[str, list[Round]]:
    """Return the figures of all cases; the warm-up rounds don't count."""
    figures: dict[str, list[Round]] = {way: [] for way in WAYS}
    numbers, plain = itertools.count(), [""] * SENDS
    with (
        stack.second_host(NO_LIMITS) as free,
        stack.second_host(DAY) as day,
        stack.second_host(NUMBER) as number,
        stack.second_host(DAY | {"RECIPIENT_LIMIT": "1000"}) as both,
    ):
        for _ in range(rounds + WARM_UP):
            keys = [f"key-{next(numbers)}" for _ in range(SENDS)]
            figures["without a key"].append(measured(free.url, plain))
            figures["with a key"].append(measured(stack.functions_url, keys))
            figures["replayed"].append(measured(stack.functions_url, keys))
            figures["daily limit"].append(measured(day.url, plain))
            figures["limit per number"].append(measured(number.url, plain))
            figures["both limits"].append(measured(both.url, plain))
            stack.reset()
    return {way: rows[WARM_UP:] for way, rows in figures.items()}


def main() -> int:
    """Print the table; return the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    # On the manual clock no status reports arrive, whose cost isn't part of a send.
    stack = LocalStack.start(clock="manual", environment=NO_LIMITS)
    try:
        figures = rounds_of(stack, rounds)
    finally:
        stack.stop()
    medians = {
        way: [statistics.median(column) for column in zip(*rows, strict=True)]
        for way, rows in figures.items()
    }
    base = medians["without a key"]
    sys.stdout.write(f"{'':18}{'sends/s':>10}{'ratio':>8}{'host ms':>10}{'ratio':>8}\n")
    for way, (rate, cost) in medians.items():
        row = f"{rate:10.0f}{rate / base[0]:8.2f}{cost:10.2f}{cost / base[1]:8.2f}"
        sys.stdout.write(f"{way:18}{row}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
