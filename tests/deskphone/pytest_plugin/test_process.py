"""What the plugin does in a test process that hardly uses it."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deskphone.pytest_plugin import plugin
from tests.deskphone.pytest_plugin.shop import run

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
LOADED = """
import pytest, sys
before = set(sys.modules)
import deskphone.pytest_plugin.plugin
print(*sorted({name for name in set(sys.modules) - before}))
"""


def test_importing_the_plugin_loads_nothing_else() -> None:
    command = [sys.executable, "-c", LOADED]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == ["deskphone", "deskphone.pytest_plugin", plugin.__name__]


def test_nothing_starts_without_a_fixture(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import threading

    before = threading.enumerate()

    def test_it():
        assert threading.enumerate() == before
    """,
    )

    result.assert_outcomes(passed=1)


def test_one_emulator_serves_all_tests_and_ends_with_them(pytester: pytest.Pytester) -> None:
    before = threading.enumerate()
    result = run(
        pytester,
        """
    import threading

    before, urls = len(threading.enumerate()), set()

    @pytest.mark.parametrize("number", range(3))
    def test_it(number, twilio_url):
        urls.add(twilio_url)
        assert (len(urls), len(threading.enumerate())) == (1, before + 1)
    """,
    )

    result.assert_outcomes(passed=3)
    assert threading.enumerate() == before


def test_each_process_has_its_own_emulator(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    from pathlib import Path

    @pytest.mark.parametrize("number", range(4))
    def test_it(number, twilio_url, worker_id):
        Path(f"{worker_id}-{twilio_url.rpartition(':')[2]}").touch()
    """,
        *("-n", "2", "--dist", "each"),
    )

    result.assert_outcomes(passed=8)
    ports = sorted(path.name for path in pytester.path.glob("gw?-*"))
    assert [name.partition("-")[0] for name in ports] == ["gw0", "gw1"]


@pytest.mark.parametrize("option", ["deskphone_clock=slow", "deskphone_twilio=maybe"])
def test_wrong_option_is_named(pytester: pytest.Pytester, option: str) -> None:
    result = run(
        pytester,
        """
    def test_it(twilio):
        pass
    """,
        *("-o", option),
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*must be *not '{option.partition('=')[2]}'*"])
