"""The environment that the app gets, and its files with certificates."""

import os
import ssl
from pathlib import Path

import pytest

from deskphone.run.authority import Authority
from deskphone.run.bundles import Bundles, write_bundles
from deskphone.run.environment import environment_of, replaced
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN
from tests.deskphone.certificates import certificate

OTHER = "f" * 32
PROXY = "http://127.0.0.1:1"
BUNDLES = Bundles(Path("/t/full"), Path("/t/extra"), Path("/t/php"))


def environment(**given: str) -> dict[str, str]:
    return environment_of(given, "http://127.0.0.1:2", PROXY, BUNDLES)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
def test_all_requests_go_through_the_proxy(name: str) -> None:
    assert environment(**{name: "http://other"})[name] == PROXY


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"])
def test_programs_trust_the_authority(name: str) -> None:
    assert environment()[name] == str(BUNDLES.full)


def test_node_trusts_the_authority_too() -> None:
    assert environment()["NODE_EXTRA_CA_CERTS"] == str(BUNDLES.extra)


def test_account_is_the_emulators() -> None:
    app = environment(TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN=OTHER)

    assert (app["TWILIO_ACCOUNT_SID"], app["TWILIO_AUTH_TOKEN"]) == (ACCOUNT_SID, AUTH_TOKEN)


def test_api_key_is_replaced_if_there_is_one() -> None:
    app = environment(TWILIO_API_KEY="SK1", TWILIO_API_SECRET=OTHER)

    assert (app["TWILIO_API_KEY"], app["TWILIO_API_SECRET"]) == (API_KEY_SID, API_KEY_SECRET)
    assert "TWILIO_API_KEY" not in environment()


def test_replaced_credentials_are_named() -> None:
    given = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": "x", "TWILIO_API_KEY": "y"}

    assert replaced(given) == ["TWILIO_AUTH_TOKEN", "TWILIO_API_KEY"]


def test_other_variables_stay() -> None:
    assert environment(TWILIO_NUMBER="+1")["TWILIO_NUMBER"] == "+1"


def test_own_python_path_comes_after_ours() -> None:
    assert environment(PYTHONPATH="own")["PYTHONPATH"].split(os.pathsep)[1:] == ["own"]


def test_php_reads_its_own_settings_first() -> None:
    assert environment()["PHP_INI_SCAN_DIR"].split(os.pathsep) == ["", str(BUNDLES.php)]


def authorities(file: Path) -> set[bytes]:
    """Return the certificates of authorities in a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(file)
    return {*context.get_ca_certs(binary_form=True)}


def test_bundle_has_the_authority_and_the_systems(tmp_path: Path) -> None:
    own = Authority().certificate
    bundles = write_bundles(tmp_path, own, {})
    system = ssl.create_default_context().get_ca_certs(binary_form=True)

    assert {ssl.PEM_cert_to_DER_cert(own.decode()), *system} <= authorities(bundles.full)
    assert authorities(bundles.extra) == {ssl.PEM_cert_to_DER_cert(own.decode())}


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])
def test_own_authorities_are_included(name: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost", days=20).read_text()
    public = pem[pem.index("-----BEGIN CERTIFICATE") :]
    (tmp_path / "own.pem").write_text(public)
    bundles = write_bundles(tmp_path, Authority().certificate, {name: str(tmp_path / "own.pem")})
    file = bundles.extra if name.startswith("NODE") else bundles.full

    assert public.strip() in file.read_text()


def test_no_file_has_a_private_key(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost", days=20)
    folder = tmp_path / "run"
    folder.mkdir()
    write_bundles(folder, Authority().certificate, {"SSL_CERT_FILE": str(pem)})
    written = [file.read_text() for file in folder.rglob("*") if file.is_file()]

    assert len(written) == 3
    assert not any("PRIVATE KEY" in text for text in written)
