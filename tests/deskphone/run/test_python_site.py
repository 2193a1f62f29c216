"""sitecustomize.py: twilio-python's async client uses the environment's proxy."""

import os
import subprocess
import sys
from pathlib import Path

from deskphone.run.environment import PYTHON_SITE


def python(code: str, *folders: Path | str) -> str:
    """Run code with folders on PYTHONPATH and return what it prints."""
    path = os.pathsep.join(map(str, (PYTHON_SITE, *folders)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_async_client_uses_the_proxy() -> None:
    code = """
import asyncio
from twilio.http.async_http_client import AsyncTwilioHttpClient
async def main():
    client = AsyncTwilioHttpClient()
    print(client.session.trust_env)
    await client.close()
asyncio.run(main())
"""
    assert python(code) == "True"


def test_client_uses_the_certificates() -> None:
    code = """
import os
os.environ["REQUESTS_CA_BUNDLE"] = "/authorities.pem"
from twilio.http.http_client import TwilioHttpClient
print(TwilioHttpClient().session.verify)
"""
    assert python(code) == "/authorities.pem"


def test_other_sessions_stay_as_they_are() -> None:
    code = """
import asyncio, aiohttp, twilio.http.async_http_client
async def main():
    async with aiohttp.ClientSession() as session:
        print(session.trust_env)
asyncio.run(main())
"""
    assert python(code) == "False"


def test_nothing_is_loaded_before_the_app_does() -> None:
    assert (
        python("import sys; print({'twilio', 'aiohttp', 'deskphone'} & {*sys.modules})") == "set()"
    )


def test_own_sitecustomize_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('own')")

    assert python("import sitecustomize; print(sitecustomize.__file__)", tmp_path).split() == [
        "own",
        str(tmp_path / "sitecustomize.py"),
    ]
