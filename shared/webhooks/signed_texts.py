"""The exact texts that may have been signed: one form, and a URL in one or a few spellings."""

from collections.abc import Mapping
from functools import cached_property

from shared.webhooks.headers import SignatureHeader
from shared.webhooks.signatures import Fields, is_signed, joined


class SignedTexts:
    """The candidates for the signed text; each is built once, however many secrets are tried."""

    def __init__(
        self,
        public_url: str,
        path_and_query: str,
        fields: Fields,
        headers: Mapping[str, str],
    ) -> None:
        self._public_url = public_url
        self._path_and_query = path_and_query
        self._headers = headers
        self._form = joined(fields)

    def is_made_with(self, secret: str, header: SignatureHeader) -> bool:
        """Try the URL as it came, with any port; then its other spellings, if there are any.

        That is two signatures per secret, and as many as other_spellings allows.
        """
        return self._is_signed(secret, header, self._path_and_query, any_port=True) or any(
            self._is_signed(secret, header, other, any_port=False)
            for other in self._other_spellings
        )

    def _is_signed(
        self, secret: str, header: SignatureHeader, path_and_query: str, *, any_port: bool
    ) -> bool:
        url, algorithm = self._public_url + path_and_query, header.algorithm
        return is_signed(header.signature, [secret], url, self._form, algorithm, any_port=any_port)

    @cached_property
    def _other_spellings(self) -> list[str]:
        from shared.webhooks.spellings import other_spellings  # not needed for a valid signature

        extra_chars = len(self._public_url) + len(self._form)
        return other_spellings(self._path_and_query, self._headers, extra_chars=extra_chars)
