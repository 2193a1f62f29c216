"""What was sent, and the HTTP answer for it."""

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import azure.functions as func

from shared.http.responses import json_response

if TYPE_CHECKING:
    from shared.guards.guards import Outgoing
    from shared.sending.claim import IdempotencyClaim

# As in the IETF draft of the Idempotency-Key header.
REPLAYED_HEADER = "Idempotent-Replayed"


class Sent(NamedTuple):
    """A text or a call that Twilio accepted.

    `sender` is "" until a messaging service picks one. `segments` is None for a call. `is_replay`:
    an earlier request with the same key sent it. `is_dry_run`: with the setting DRY_RUN, it was
    checked but not sent, and has no `sid`.
    """

    sid: str
    status: str
    sender: str
    to: str
    segments: int | None = None
    is_replay: bool = False
    is_dry_run: bool = False

    @classmethod
    def of(cls, request: "Outgoing", sid: str, status: str, sender: str | None) -> "Sent":
        """Describe a request with Twilio's answer to it."""
        segments = request.segments or None
        return cls(sid, status, sender or "", request.to, segments)

    @classmethod
    def before(cls, request: "Outgoing", claim: "IdempotencyClaim") -> "Sent":
        """Describe a request that was sent earlier under its key."""
        return cls.of(request, claim.sid, claim.status, claim.sender)._replace(is_replay=True)


def sent_response(sent: Sent) -> func.HttpResponse:
    """Answer with what was sent: 201, or 200 for a dry run, which created nothing."""
    shown: dict[str, object] = {
        "sid": sent.sid or None,
        "status": sent.status,
        "from": sent.sender or None,
        "to": sent.to,
    }
    if sent.segments is not None:
        shown["segments"] = sent.segments
    return json_response(
        shown,
        status=HTTPStatus.OK if sent.is_dry_run else HTTPStatus.CREATED,
        headers={REPLAYED_HEADER: "true"} if sent.is_replay else None,
    )
