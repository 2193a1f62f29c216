"""Whether the app can have the token that signed: what the vault holds, and what it gave out."""

from local_stack.azure.token_places import TokenPlaces, judge_token

SECRET_NAME = "TwilioAuthToken"  # noqa: S105 - the name of a secret, not a secret
NAMES = frozenset({SECRET_NAME})


def test_an_app_with_the_token_of_before_is_told_when_it_looks_again() -> None:
    rotated = TokenPlaces(in_vault=NAMES, asked=NAMES, is_rotated=True)

    step, advice = judge_token([SECRET_NAME], rotated)

    assert step.agrees is False
    assert "(the fault rotated is active)" in step.text
    assert "once a minute" in advice


def test_a_vault_without_the_present_token_is_told_of() -> None:
    step, advice = judge_token([SECRET_NAME], TokenPlaces(asked=NAMES))

    assert step.text.startswith("The vault doesn't have the account's current token")
    assert "Store the account's current token as TwilioAuthToken" in advice


def test_the_next_token_is_good_enough() -> None:
    names = [SECRET_NAME, "TwilioAuthTokenSecondary"]
    places = TokenPlaces(frozenset(names[1:]), frozenset(names[1:]), frozenset(names))

    assert judge_token(names, places)[0].agrees is True


def test_an_app_that_never_asked_this_vault_has_its_token_from_elsewhere() -> None:
    step, advice = judge_token([SECRET_NAME], TokenPlaces(in_vault=NAMES))

    assert step.agrees is None
    assert "from somewhere else" in advice


def test_of_an_app_that_does_not_say_what_it_tried_only_the_vault_is_known() -> None:
    step, advice = judge_token([], TokenPlaces(in_vault=NAMES))

    assert step.text == "The vault has the account's current token as TwilioAuthToken"
    assert (step.agrees, advice) == (None, "")
