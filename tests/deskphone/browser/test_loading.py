"""What browser calls need is loaded only when there are browsers."""

import subprocess
import sys

import pytest

HEAVY = ("cryptography", "OpenSSL", "jwt", "deskphone.media")
SCRIPT = """
import asyncio, sys
from deskphone.clock import SystemClock
from deskphone.emulator import Emulator
from deskphone.server import application

async def main():
    emulator = Emulator(SystemClock(), "http://127.0.0.1:1")
    application(emulator)
    await emulator.close()

asyncio.run(main())
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """Return the modules that an emulator without browsers has loaded."""
    command = [sys.executable, "-c", SCRIPT]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("module", HEAVY)
def test_an_emulator_without_browsers_does_not_load(module: str, loaded: list[str]) -> None:
    assert "deskphone.browser.gateway" in loaded
    assert [name for name in loaded if name == module or name.startswith(f"{module}.")] == []
