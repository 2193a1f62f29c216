"""The functions' logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_stack.conftest import RunningHost


def test_each_record_is_one_line_with_time_level_and_logger(host: RunningHost) -> None:
    host.get("/api/Logs?what=paper")

    output = host.wait_for_output("shop: low on paper")
    assert re.search(r"^\d\d:\d\d:\d\d INFO    root: two\\nlines$", output, re.MULTILINE)
    assert re.search(r"^\d\d:\d\d:\d\d WARNING shop: low on paper$", output, re.MULTILINE)


def test_requests_are_not_logged(host: RunningHost) -> None:
    host.get("/api/Echo?secret=inside")
    host.get("/api/Logs?what=time")

    assert "inside" not in host.wait_for_output("shop: low on time")
