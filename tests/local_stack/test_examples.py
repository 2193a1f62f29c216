"""The page's examples: answers to choose from, and commands to copy."""

from pathlib import Path

from local_stack.examples import SOFTPHONE, TEXT_EXAMPLES, VOICE_EXAMPLES, commands
from local_stack.values import BROWSER_CALLS, LINK_SIGNING_KEY
from shared.browser_calls.identities import derived

ROOT = Path(__file__).parents[2]


def test_each_example_is_answered_by_a_function() -> None:
    names = [address.partition("?")[0] for _, address in (*VOICE_EXAMPLES, *TEXT_EXAMPLES)]

    assert [name for name in names if not (ROOT / name / "function.json").exists()] == []


def test_the_softphones_identity_is_the_one_that_the_app_derives() -> None:
    assert derived(BROWSER_CALLS["LOCAL_PRINCIPAL_ID"], "", LINK_SIGNING_KEY) == SOFTPHONE


def test_the_commands_name_the_address_and_key_of_the_functions() -> None:
    [_, text], _ = commands("http://127.0.0.1:7071/hooks")

    assert text == (
        "curl -X POST http://127.0.0.1:7071/hooks/SendSms -H 'x-functions-key: local'"
        ' -d \'{"to":"{handset}","body":"Hello"}\''
    )
