"""Why a TLS connection to an app fails, with Twilio's error codes."""

import ssl

import aiohttp

# OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_CERT_HAS_EXPIRED.
WRONG_NAME = 62
EXPIRED = 10
DEVELOPMENT = (
    "Twilio only accepts a certificate from a public authority. To try a development certificate "
    "here, start the emulator with the SSL_CERT_FILE environment variable set to its PEM file."
)


def tls_fault(host: str, error: aiohttp.ClientSSLError) -> tuple[str, int]:
    """Return what is wrong, and the code (twilio.com/docs/api/errors/11220, 11235 to 11237)."""
    if not isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{host} doesn't accept TLS: is it http, not https?", 11220
    cause = error.certificate_error
    code = cause.verify_code if isinstance(cause, ssl.SSLCertVerificationError) else 0
    if code == WRONG_NAME:
        return f"The certificate of {host} is for another name", 11235
    if code == EXPIRED:
        return f"The certificate of {host} has expired", 11236
    return f"The certificate of {host} isn't trusted. {DEVELOPMENT}", 11237
