"""Tokens for browser calls through the local host, with the emulator's vault."""

import jwt

from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID
from local_stack.testing import LocalStack

FORGERIES = 1_000


def test_the_vaults_key_signs_a_token(stack: LocalStack) -> None:
    response = stack.function("GetClientToken", {"identity": "ann"})
    claims = jwt.decode(response.json()["token"], API_KEY_SECRET, algorithms=["HS256"])

    assert (claims["sub"], claims["iss"]) == (ACCOUNT_SID, API_KEY_SID)


def test_a_thousand_forged_principals_get_no_token(stack: LocalStack) -> None:
    with stack.second_host({"CLIENT_IDENTITY_FROM": "easy_auth"}) as host:
        statuses = {
            host.function(
                "GetMyClientToken", **{"X-MS-CLIENT-PRINCIPAL-ID": f"person-{number}"}
            ).status_code
            for number in range(FORGERIES)
        }

    assert statuses == {403}


def test_a_pretended_person_gets_a_token(stack: LocalStack) -> None:
    settings = {"CLIENT_IDENTITY_FROM": "easy_auth", "LOCAL_PRINCIPAL_ID": "ann@example.com"}
    with stack.second_host(settings) as host:
        identities = {
            host.function("GetMyClientToken", **headers).json()["identity"]
            for headers in ({}, {"X-MS-CLIENT-PRINCIPAL-ID": "bob"})
        }

    assert len(identities) == 1
    assert "ann" not in str(identities)
