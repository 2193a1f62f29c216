"""`deskphone --config` and `--persist`: a second run has what the first one had."""

import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from deskphone.values import ACCOUNT_SID, AUTH_TOKEN
from tests.deskphone.standalone import ROOT, TIMEOUT_S

COMMAND = [sys.executable, "-m", "deskphone", "--port", "0"]


@contextmanager
def running(*options: str | Path) -> Generator[str]:
    """Run deskphone, yield its account's URL, and stop it as Ctrl-C does."""
    with subprocess.Popen(
        [*COMMAND, *map(str, options)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            url = next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
            yield f"{url}/2010-04-01/Accounts/{ACCOUNT_SID}"
            process.send_signal(signal.SIGTERM)
            assert process.wait(TIMEOUT_S) == 0
        finally:
            process.kill()


def names(url: str) -> list[str]:
    answer = requests.get(
        f"{url}/IncomingPhoneNumbers.json", auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=TIMEOUT_S
    )
    return sorted(one["friendly_name"] for one in answer.json()["incoming_phone_numbers"])


def test_numbers_survive_a_restart(tmp_path: Path) -> None:
    config = tmp_path / "phone.toml"
    config.write_text('[[numbers]]\nnumber = "+12025550101"\nname = "Support"\n')
    options = ("--config", config, "--persist", tmp_path / "state.json")
    with running(*options) as url:
        requests.post(
            f"{url}/IncomingPhoneNumbers.json",
            {"PhoneNumber": "+12025550102", "FriendlyName": "Sales"},
            auth=(ACCOUNT_SID, AUTH_TOKEN),
            timeout=TIMEOUT_S,
        ).raise_for_status()
    with running(*options) as url:
        after = names(url)

    assert after == ["(202) 555-0100", "Sales", "Support"]


@pytest.mark.parametrize("option", ["--config", "--persist"])
def test_damaged_file_is_named(option: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("{")
    done = subprocess.run(
        [*COMMAND, option, file], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert str(file) in done.stderr
    assert file.read_text() == "{"
