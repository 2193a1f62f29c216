"""The command that signs a test request."""

import hashlib

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator, get_signature_algorithm

from deskphone.values import AUTH_TOKEN, SHARED_KEY
from local_stack.sign import main

URL = "http://127.0.0.1:7071/api/TwimlReply?Message=Hello"
PUBLIC_URL = "https://app.example/api/TwimlReply"


@pytest.fixture(autouse=True)
def token_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set another account's token in the shell."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another token")


def signed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the signature that the command prints for its arguments."""
    assert main(arguments) == 0
    name, _, value = capsys.readouterr().out.strip().partition(": ")
    assert name == "X-Twilio-Signature"
    return value


def test_a_local_url_is_signed_with_the_local_stacks_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert RequestValidator(AUTH_TOKEN).validate(URL, {}, signed(capsys, URL))


def test_empty_and_repeated_fields_are_signed(capsys: pytest.CaptureFixture[str]) -> None:
    signature = signed(capsys, URL, "Body=a=b", "Empty=", "Media=1", "Media=2")

    form = MultiDict([("Body", "a=b"), ("Empty", ""), ("Media", "1"), ("Media", "2")])
    assert RequestValidator(AUTH_TOKEN).validate(URL, form, signature)


def test_localhost_is_signed_as_the_local_stacks_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    local = URL.replace("127.0.0.1", "localhost")

    assert signed(capsys, local) == signed(capsys, URL)


@pytest.mark.parametrize(("token", "used"), [("another token", "another token"), ("", AUTH_TOKEN)])
def test_for_func_start_the_url_is_unchanged_and_signed_with_the_accounts_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, token: str, used: str
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    url = "http://localhost:7071/api/TwimlReply"

    assert RequestValidator(used).validate(url, {}, signed(capsys, "--func-start", url))


def test_other_urls_are_signed_unchanged_with_the_environments_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    public = "https://localhost.example/api/TwimlReply?a=%41&b=x+y&c"

    assert RequestValidator("another token").validate(public, {}, signed(capsys, public))


@pytest.mark.parametrize("token", [None, ""])
def test_without_that_token_other_urls_are_not_signed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    if token is not None:
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)

    assert main(["https://app.example/api/TwimlReply"]) == 1

    output = capsys.readouterr()
    assert output.out == ""
    assert "Set TWILIO_AUTH_TOKEN" in output.err


def test_a_json_body_is_signed_by_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    body = '{"a": 1}'
    url = f"{URL}&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"

    assert main([URL, "--json", body]) == 0

    output = capsys.readouterr()
    assert url in output.err
    assert RequestValidator(AUTH_TOKEN).validate(url, body, output.out.strip().partition(": ")[2])


def test_credentials_in_the_url_are_not_signed(capsys: pytest.CaptureFixture[str]) -> None:
    public = "https://app.example:8443/api/TwimlReply?a=user:pass@app"

    assert signed(capsys, public.replace("//", "//user:pass@")) == signed(capsys, public)


@pytest.mark.parametrize(("url", "key"), [(URL, SHARED_KEY), (PUBLIC_URL, "shared")])
def test_a_shared_key_signs_with_sha256_and_adds_a_header(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, key: str
) -> None:
    monkeypatch.setenv("TWILIO_WEBHOOK_KEY", "shared")

    assert main([url, "Body=Hi", "--shared-key"]) == 0

    lines = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    settings = lines["X-Twilio-Webhooks-Signature-Settings"]
    assert settings.endswith(",algorithm=HMAC_SHA256")
    assert RequestValidator(key).validate(
        url, {"Body": "Hi"}, lines["X-Twilio-Signature"], get_signature_algorithm(settings)
    )


def test_a_missing_shared_key_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_WEBHOOK_KEY", raising=False)

    assert main([PUBLIC_URL, "--shared-key"]) == 1

    output = capsys.readouterr()
    assert output.out == ""
    assert "set TWILIO_WEBHOOK_KEY" in output.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["/api/TwimlReply"], "expected a full URL"),
        ([URL, "Body"], "expected name=value"),
        ([], "required: url\n"),
        ([URL, "Body=x", "--json", "{}"], "not both"),
    ],
)
def test_an_invalid_command_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["127.0.0.1:7071/api"],
        ["http://127.0.0.1:99999/api"],
        ["http://127.0.0.1:port/api"],
        ["http://[::1/api"],
        [URL, "Body=\udcff"],
        [URL, "--json", "\udcff"],
    ],
)
def test_an_impossible_request_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
