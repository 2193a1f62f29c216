"""Files with certificates for the app: everything that it trusts anyway, and the run's authority.

The variables for such files replace a program's own list, so the system's authorities have to be in
them. Otherwise the app could reach no other server by HTTPS.
"""

import importlib.util
import re
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Name a file that replaces a program's own list of authorities."""
NODE_VARIABLE = "NODE_EXTRA_CA_CERTS"
"""Names a file that Node.js adds to its own list."""
CERTIFICATE = re.compile(
    b"-----BEGIN (?:TRUSTED )?CERTIFICATE-----.+?-----END (?:TRUSTED )?CERTIFICATE-----", re.DOTALL
)
SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)


class Bundles(NamedTuple):
    """The files: `full` for VARIABLES, `extra` for Node.js, and a folder with settings for PHP."""

    full: Path
    extra: Path
    php: Path


def write_bundles(folder: Path, authority: bytes, environment: Mapping[str, str]) -> Bundles:
    """Write the files into a folder.

    `authority` is a certificate as PEM. `environment` may name files of the user's, which are
    included.
    """
    bundles = Bundles(folder / "authorities.pem", folder / "authority.pem", folder / "php")
    own = [Path(environment[name]) for name in VARIABLES if environment.get(name)]
    extra = [Path(environment[NODE_VARIABLE])] if environment.get(NODE_VARIABLE) else []
    bundles.full.write_bytes(_joined([*_read(own), *_system_authorities(), authority]))
    bundles.extra.write_bytes(_joined([*_read(extra), authority]))
    bundles.php.mkdir()
    settings = f'curl.cainfo="{bundles.full}"\nopenssl.cafile="{bundles.full}"\n'
    (bundles.php / "deskphone.ini").write_text(settings)
    return bundles


def _system_authorities() -> Iterable[bytes]:
    """Return the authorities of the system and of certifi, which Python programs use, as PEM."""
    yield from _read(map(Path, SYSTEM_FILES))
    default = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    default.load_default_certs()
    for certificate in default.get_ca_certs(binary_form=True):
        yield ssl.DER_cert_to_PEM_cert(certificate).encode()
    certifi = importlib.util.find_spec("certifi")
    if certifi is not None and certifi.origin:
        yield from _read([Path(certifi.origin).with_name("cacert.pem")])


def _joined(files: Iterable[bytes]) -> bytes:
    """Return the certificates in PEM files, each once."""
    found = (certificate for file in files for certificate in CERTIFICATE.findall(file))
    return b"\n".join([*dict.fromkeys(found), b""])


def _read(files: Iterable[Path]) -> Iterable[bytes]:
    """Return the content of the files that can be read."""
    for file in files:
        try:
            yield file.read_bytes()
        except OSError:
            continue
