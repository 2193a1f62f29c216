"""Options, fixtures and reports. pytest imports this in every run, so it imports nothing slow.

PYTEST_DONT_REWRITE: it has no asserts.
"""

import importlib
import inspect
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from deskphone.pytest_plugin.clock import TestClock
    from deskphone.pytest_plugin.phones import Phone, Phones
    from deskphone.pytest_plugin.server import Server
    from deskphone.pytest_plugin.twilio import Twilio

CLOCKS = ("manual", "real")
SERVERS: "pytest.StashKey[dict[str, Server]]" = pytest.StashKey()
"""The running emulators of this process, by the kind of their clock."""
IN_USE: "pytest.StashKey[Desk]" = pytest.StashKey()
MARKER = "deskphone(clock): use a real clock, for browsers, or a manual one"
NO_APP = (
    "live_app has no app to serve. Define a fixture `app`, set `deskphone_app = module:app` in "
    "pytest's options, or define your own `live_app` that returns your server's URL."
)


class Desk:
    """What one test uses: an emulator and its Twilio."""

    def __init__(self, server: "Server") -> None:
        from deskphone.pytest_plugin.twilio import Twilio

        self.server = server
        self.twilio = Twilio(server)

    def check(self) -> None:
        """Fail the test if there are alerts that it doesn't allow."""
        from deskphone.pytest_plugin.story import named

        names = [f"  {named(alert)}" for alert in self.twilio.unexpected()]
        if names:
            advice = "If the test expects this, call twilio.allow_alerts()."
            pytest.fail("\n".join(["Twilio raised alerts:", *names, advice]), pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "deskphone_twilio",
        "point twilio-python at the emulator and set TWILIO_... variables: on or off",
        default="on",
    )
    parser.addini("deskphone_clock", "the clock of the emulator: manual or real", default="manual")
    parser.addini("deskphone_app", "the WSGI or ASGI app that live_app serves: module:name")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.stash[SERVERS] = {}


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(SERVERS, {})
    while servers:
        servers.popitem()[1].stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test by the names of its alerts, after everything that it began has happened."""
    result = yield
    if IN_USE in item.stash:
        item.stash[IN_USE].check()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the story of the calls and texts to the report of a failed test."""
    report = yield
    if report.failed and report.when != "teardown" and IN_USE in item.stash:
        lines = item.stash[IN_USE].server.story.lines()
        report.sections.append(("Twilio", "\n".join(lines or ["No call and no text."])))
    return report


@pytest.fixture
def deskphone(request: pytest.FixtureRequest) -> Generator[Desk]:
    """The emulator in its initial state. The other fixtures are its parts."""
    config = request.config
    server = _server(config, _clock_of(request))
    server.reset()
    with pytest.MonkeyPatch.context() as patch:
        if _is_on(config):
            from deskphone.pytest_plugin import sdk

            sdk.set_variables(patch, server.url)
            sdk.point_sdk(patch, server.url)
        item: pytest.Item = request.node
        item.stash[IN_USE] = desk = Desk(server)
        yield desk
        server.reset()  # so that nothing goes on during other tests
        del item.stash[IN_USE]


@pytest.fixture
def twilio(deskphone: Desk) -> "Twilio":
    """Twilio: the app's numbers, webhooks, alerts and faults."""
    return deskphone.twilio


@pytest.fixture
def phones(deskphone: Desk) -> "Phones":
    """The phones of people: phones[0], phones[1], or any number."""
    from deskphone.pytest_plugin.phones import Phones

    return Phones(deskphone.server)


@pytest.fixture
def phone(phones: "Phones") -> "Phone":
    """The first phone, +1 202 555 0123."""
    return phones[0]


@pytest.fixture
def clock(deskphone: Desk) -> "TestClock":
    """Twilio's clock."""
    from deskphone.pytest_plugin.clock import TestClock

    return TestClock(deskphone.server)


@pytest.fixture
def twilio_url(deskphone: Desk) -> str:
    """The URL of the emulator, which stands for https://api.twilio.com, without a slash."""
    return deskphone.server.url


@pytest.fixture
def twilio_env(deskphone: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and other variables, set during the test."""
    from deskphone.pytest_plugin import sdk

    return sdk.set_variables(monkeypatch, deskphone.server.url)


@pytest.fixture
def live_app(request: pytest.FixtureRequest) -> Generator[str]:
    """The URL of your app's server, without a slash.

    It serves the WSGI or ASGI app of the fixture `app`, or of the option deskphone_app.
    """
    server = _serve(_app_of(request))
    yield server.url
    server.stop()


def _app_of(request: pytest.FixtureRequest) -> Callable[..., Any]:
    try:
        return request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
    module, _, name = request.config.getini("deskphone_app").partition(":")
    if not module:
        pytest.fail(NO_APP, pytrace=False)
    return getattr(importlib.import_module(module), name or "app")


def _serve(app: Callable[..., Any]) -> Any:
    call = getattr(app, "__call__", None)  # noqa: B004 - its kind matters
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call):
        from deskphone.pytest_plugin.asgi import AsgiServer

        return AsgiServer(app)
    from deskphone.pytest_plugin.wsgi import WsgiServer

    return WsgiServer(app)


def _server(config: pytest.Config, clock: Any) -> "Server":
    """Return this process's emulator with this clock; start it for the first test that needs it."""
    from deskphone.pytest_plugin.server import Server

    servers = config.stash[SERVERS]
    if clock not in servers:
        servers[clock] = Server(clock)
    return servers[clock]


def _clock_of(request: pytest.FixtureRequest) -> str:
    marker = request.node.get_closest_marker("deskphone")
    own = marker.kwargs.get("clock") if marker else None
    kind = own or request.config.getini("deskphone_clock")
    if kind not in CLOCKS:
        raise pytest.UsageError(f"The clock of deskphone must be manual or real, not {kind!r}.")
    return kind


def _is_on(config: pytest.Config) -> bool:
    value = config.getini("deskphone_twilio")
    if value not in ("on", "off"):
        raise pytest.UsageError(f"deskphone_twilio must be on or off, not {value!r}.")
    return value == "on"
