"""Who may call a function: the function key of Azure Functions."""

import hmac

from local_stack.host.definitions import AuthLevel
from local_stack.host.http.queries import Query


def is_authorized(level: AuthLevel, header: str | None, query: Query, function_key: str) -> bool:
    """Tell whether a request may pass a door of this auth level.

    The key is in the header `x-functions-key`, else in the query as `code` in any case. On the desk
    one key opens both levels `function` and `admin`.
    """
    if level == "anonymous":
        return True
    codes = (value for name, values in query.items() if name.lower() == "code" for value in values)
    given = header if header is not None else next(codes, "")
    # Bytes, since compare_digest refuses text outside ASCII.
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), function_key.encode())
