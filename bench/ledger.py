"""What sending once costs: `python bench/ledger.py [ROUNDS]`. Run it with the Python of .venv.

Sends texts through the local stack without a key and with one, in rounds that take turns (9 unless
told otherwise), and prints for each way the median of the rounds: sends a second, the processor
time of the Functions host for a send, and how the two ways compare. The emulator, which also plays
the storage, shares the machine, so sends a second say less than the host's processor time.
"""

import asyncio
import itertools
import os
import statistics
import sys
import time
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from emulator.local_values import FUNCTION_KEY
from emulator.testing import HANDSET, LocalStack

SENDS = 200
IN_FLIGHT = 20
WAYS = ("without a key", "with a key", "replayed")

Round = tuple[float, float]
"""Sends a second, and milliseconds of the host's processor time for one."""


def processor_time_s(pid: int) -> float:
    """Seconds of processor time that a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def host_pid(stack: LocalStack) -> int:
    """The process that runs the functions."""
    status = stack.http.get(
        f"{stack.functions_url}/admin/host/status",
        headers={"x-functions-key": FUNCTION_KEY},
        timeout=10,
    )
    return int(status.json()["instanceId"])


async def send_all(url: str, keys: list[str]) -> None:
    """Send one text for each key, "" for none, some at a time."""
    waiting = iter(keys)

    async def work(session: aiohttp.ClientSession) -> None:
        for key in waiting:
            headers = {"x-functions-key": FUNCTION_KEY}
            headers |= {"Idempotency-Key": key} if key else {}
            body = {"to": HANDSET, "body": "Hello"}
            async with session.post(url, json=body, headers=headers) as answer:
                answer.raise_for_status()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(IN_FLIGHT)))


def measured(stack: LocalStack, keys: list[str]) -> Round:
    """One round."""
    pid = host_pid(stack)
    used, began = processor_time_s(pid), time.perf_counter()
    asyncio.run(send_all(f"{stack.functions_url}/api/SendSms", keys))
    took, used = time.perf_counter() - began, processor_time_s(pid) - used
    return len(keys) / took, used / len(keys) * 1000


def main() -> int:
    """Print the table; return the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    figures: dict[str, list[Round]] = {way: [] for way in WAYS}
    # On the manual clock no reports come, whose cost is not that of a send.
    stack = LocalStack.start(clock="manual")
    try:
        numbers = itertools.count()
        measured(stack, [f"warm-{next(numbers)}" for _ in range(SENDS)])
        for _ in range(rounds):
            keys = [f"key-{next(numbers)}" for _ in range(SENDS)]
            figures["without a key"].append(measured(stack, [""] * SENDS))
            figures["with a key"].append(measured(stack, keys))
            figures["replayed"].append(measured(stack, keys))
            stack.reset()
    finally:
        stack.stop()
    medians = {
        way: [statistics.median(column) for column in zip(*rows, strict=True)]
        for way, rows in figures.items()
    }
    base = medians["without a key"]
    sys.stdout.write(f"{'':16}{'sends/s':>10}{'ratio':>8}{'host ms':>10}{'ratio':>8}\n")
    for way, (rate, cost) in medians.items():
        row = f"{rate:10.0f}{rate / base[0]:8.2f}{cost:10.2f}{cost / base[1]:8.2f}"
        sys.stdout.write(f"{way:16}{row}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
