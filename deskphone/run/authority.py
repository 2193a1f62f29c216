"""A certificate authority for one run. Its key never leaves this process."""

import ssl
from functools import lru_cache

import trustme

from deskphone.run.hosts import API_HOST, is_twilio

HOSTS_LIMIT = 100
"""How many certificates to keep; Twilio has about 40 products."""


class Authority:
    """Makes certificates for Twilio's hosts only."""

    def __init__(self) -> None:
        self._authority = trustme.CA(
            organization_name="deskphone", organization_unit_name="valid while deskphone runs"
        )
        self._context_of = lru_cache(HOSTS_LIMIT)(self._new_context)

    @property
    def certificate(self) -> bytes:
        """The authority's certificate as PEM."""
        return self._authority.cert_pem.bytes()

    def context(self) -> ssl.SSLContext:
        """Return a server's TLS settings: the certificate is the one for the requested host."""
        context = self._new_context(API_HOST)
        context.sni_callback = self._choose
        return context

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext
    ) -> int | None:
        host = (name or API_HOST).lower()
        if not is_twilio(host):
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._context_of(host)
        return None

    def _new_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        # trustme hands the host's key over in a temporary file that only this user can read.
        self._authority.issue_cert(host).configure_cert(context)
        return context
