"""Whether the app can have a token, by the vault's secrets and the app's reads."""

from local_stack.azure.token_places import TokenPlaces, judge_shared_key, judge_token

SECRET_NAME = "TwilioAuthToken"  # noqa: S105 - the name of a secret, not a secret
NAMES = frozenset({SECRET_NAME})


def test_an_app_with_the_old_token_learns_when_it_reads_again() -> None:
    rotated = TokenPlaces(in_vault=NAMES, asked=NAMES, is_rotated=True)

    step, advice = judge_token([SECRET_NAME], rotated)

    assert step.agrees is False
    assert "(the rotated fault is active)" in step.text
    assert "once a minute" in advice


def test_a_vault_without_the_current_token_is_reported() -> None:
    step, advice = judge_token([SECRET_NAME], TokenPlaces(asked=NAMES))

    assert step.text.startswith("The vault doesn't have the account's current token")
    assert "Store the account's current token as TwilioAuthToken" in advice


def test_the_next_token_is_accepted() -> None:
    names = [SECRET_NAME, "TwilioAuthTokenSecondary"]
    places = TokenPlaces(frozenset(names[1:]), frozenset(names[1:]), frozenset(names))

    assert judge_token(names, places)[0].agrees is True


def test_an_app_that_never_read_this_vault_has_another_source() -> None:
    step, advice = judge_token([SECRET_NAME], TokenPlaces(in_vault=NAMES))

    assert step.agrees is None
    assert "from somewhere else" in advice


def test_without_tried_secrets_only_the_vault_is_reported() -> None:
    step, advice = judge_token([], TokenPlaces(in_vault=NAMES))

    assert step.text == "The vault has the account's current token as TwilioAuthToken"
    assert (step.agrees, advice) == (None, "")


KEY_NAME = "TwilioWebhookKey"
KEY_NAMES = frozenset({KEY_NAME})


def test_an_app_with_the_shared_key_is_recognized() -> None:
    places = TokenPlaces(KEY_NAMES, KEY_NAMES, KEY_NAMES)

    assert judge_shared_key([KEY_NAME], places)[0].agrees is True


def test_a_vault_without_the_shared_key_is_reported() -> None:
    step, advice = judge_shared_key([KEY_NAME], TokenPlaces(asked=KEY_NAMES))

    assert (step.name, step.agrees) == ("Key", False)
    assert "as TwilioWebhookKey" in advice


def test_an_app_with_the_previous_shared_key_reads_the_vault_again() -> None:
    step, advice = judge_shared_key([KEY_NAME], TokenPlaces(KEY_NAMES, asked=KEY_NAMES))

    assert step.agrees is False
    assert "within a minute" in advice


def test_an_app_that_tried_the_token_lost_the_settings_header() -> None:
    step, advice = judge_shared_key([SECRET_NAME], TokenPlaces(KEY_NAMES, asked=NAMES))

    assert step.agrees is False
    assert "X-Twilio-Webhooks-Signature-Settings" in advice


def test_without_tried_secrets_only_the_place_of_the_shared_key_is_reported() -> None:
    step, advice = judge_shared_key([], TokenPlaces(KEY_NAMES))

    assert step.text.endswith("as TwilioWebhookKey")
    assert (step.agrees, advice) == (None, "")
