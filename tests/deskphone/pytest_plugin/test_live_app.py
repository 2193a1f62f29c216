"""live_app: where it finds the app, and how it serves it."""

import pytest

from tests.deskphone.pytest_plugin.shop import run

pytest_plugins = ["pytester"]

ASGI = """
    from urllib.parse import parse_qs

    import requests

    class Asgi:
        def __init__(self, wants_lifespan=True):
            self.events = []
            self.wants_lifespan = wants_lifespan

        async def __call__(self, scope, receive, send):
            if scope["type"] == "lifespan":
                assert self.wants_lifespan
                while len(self.events) < 2:
                    event = await receive()
                    self.events.append(event["type"])
                    await send({"type": event["type"] + ".complete"})
                return
            form = parse_qs((await receive())["body"].decode())
            who = dict(scope["headers"])[b"user-agent"].decode()
            query = scope["query_string"].decode()
            body = f"{scope['method']} {scope['path']} {query} {who} {form}"
            headers = [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"x-b", b"2")]
            await send({"type": "http.response.start", "status": 201, "headers": headers})
            await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b"!"})
"""


def test_asgi_app_is_served_with_its_lifespan(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        ASGI
        + """
    asgi = Asgi()

    @pytest.fixture
    def app():
        return asgi

    def test_it(live_app):
        answer = requests.post(
            live_app + "/a%20b?c=d", data={"e": "f"}, headers={"User-Agent": "test"}
        )
        assert (answer.status_code, answer.text) == (201, "POST /a b c=d test {'e': ['f']}!")
        assert (answer.headers["X-B"], answer.cookies["a"]) == ("2", "1")
        assert asgi.events == ["lifespan.startup"]

    def test_afterwards():
        assert asgi.events == ["lifespan.startup", "lifespan.shutdown"]
    """,
    )

    result.assert_outcomes(passed=2)


def test_asgi_app_without_a_lifespan_is_served(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        ASGI
        + """
    @pytest.fixture
    def app():
        return Asgi(wants_lifespan=False)

    def test_it(live_app):
        assert requests.get(live_app).status_code == 201
    """,
    )

    result.assert_outcomes(passed=1)


def test_error_of_an_asgi_app_is_a_500(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import requests

    @pytest.fixture
    def app():
        async def broken(scope, receive, send):
            raise RuntimeError("out of order")

        return broken

    def test_it(live_app):
        assert requests.get(live_app).status_code == 500
    """,
    )

    result.assert_outcomes(passed=1)


def test_app_can_be_an_option(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import requests
    del app

    def test_it(live_app):
        assert requests.post(live_app + "/status").status_code == 204
    """,
        *("-o", "deskphone_app=shop_app:flask_app"),
    )

    result.assert_outcomes(passed=1)


def test_missing_app_says_what_to_do(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    del app

    def test_it(live_app):
        pass
    """,
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Define a fixture `app`*deskphone_app*own `live_app`*"])


def test_own_server_replaces_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    @pytest.fixture
    def live_app():
        return "http://127.0.0.1:3000"

    def test_it(live_app, twilio):
        twilio.number.voice_url = f"{live_app}/voice"
        assert twilio.number.voice_url == "http://127.0.0.1:3000/voice"
    """,
    )

    result.assert_outcomes(passed=1)
