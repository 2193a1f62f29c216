"""Problems of browsers, each of which becomes an alert once."""

from deskphone.account.store import Store

KEPT = 200
"""How many different problems to name, so that nonsense can't fill the list of alerts."""
IN_ALERTS = {31201: 20151, 31204: 20101, 31205: 20104}
"""What the SDK calls some of the signaling's codes."""


class Problems:
    """Names each problem once, however often it happens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._named: set[tuple[int | None, str]] = set()

    def name(self, code: int | None, message: str, call_sid: str = "") -> None:
        """Raise an alert with the signaling's code, or None for the emulator's own."""
        problem = (code, message)
        if problem in self._named or len(self._named) >= KEPT:
            return
        self._named.add(problem)
        shown = IN_ALERTS.get(code, code) if code else None
        self._store.alert(call_sid, shown, message)

    def forget(self) -> None:
        """Name everything anew."""
        self._named.clear()
