"""Benchmark a burst of sends: `python bench/crowd.py [ROUNDS]`.

Requests 300 texts at once, each with its own key, while Twilio takes 2 s for each (5 rounds by
default). Prints for each round how many were sent, how long they took, and the Functions host's CPU
time per text. The callers and the emulator, which is also the storage, share the machine.

Run it with the Python of .venv, on Linux.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.ledger import PEOPLE, host_pid, processor_time_s
from local_stack.testing import LocalStack
from local_stack.values import FUNCTION_KEY

CROWD = 300
SLOW = {"service": "twilio", "kind": "slow", "seconds": 2}
LIMITS = {"DAILY_SEGMENT_LIMIT": "100000", "RECIPIENT_LIMIT": "1000"}

Answer = tuple[str, float]
"""The status with the problem's title, and the seconds until it arrived."""


async def ask(session: aiohttp.ClientSession, url: str, key: str, to: str) -> Answer:
    """Request one text."""
    headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": key}
    began = time.perf_counter()
    async with session.post(url, json={"to": to, "body": "Hello"}, headers=headers) as answer:
        body = await answer.json(content_type=None)
        words = " ".join(str(body[name]) for name in ("title", "detail") if name in body)
        return f"{answer.status} {words}".strip(), time.perf_counter() - began


async def ask_all(url: str, name: str) -> list[Answer]:
    """Request all texts at once."""
    timeout = aiohttp.ClientTimeout(total=120)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        asks = (
            ask(session, url, f"{name}-{number}", PEOPLE[number % len(PEOPLE)])
            for number in range(CROWD)
        )
        return await asyncio.gather(*asks)


def main() -> int:
    """Print a row for each round; return the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    stack = LocalStack.start(clock="system", environment=LIMITS)
    try:
        pid = host_pid(stack.functions_url)
        sys.stdout.write(f"{'sent':>6}{'median s':>10}{'p99 s':>8}{'host ms':>10}\n")
        with stack.faults(SLOW):
            for number in range(rounds):
                used = processor_time_s(pid)
                answers = asyncio.run(
                    ask_all(f"{stack.functions_url}/api/SendSms", f"round-{number}")
                )
                used = (processor_time_s(pid) - used) / CROWD * 1000
                statuses = Counter(status for status, _ in answers)
                times = sorted(seconds for _, seconds in answers)
                row = f"{statuses['201']:6}{times[CROWD // 2]:10.1f}{times[CROWD * 99 // 100]:8.1f}"
                others = {status: count for status, count in statuses.items() if status != "201"}
                sys.stdout.write(f"{row}{used:10.1f}  {others or ''}\n")
    finally:
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
