"""Lists page by page, while rows come, change and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.paging import page_of
from deskphone.rest.parameters import Parameters

PATH = "/list.json"


class Row:
    """A row of a list."""

    def __init__(self, number: int) -> None:
        self.sid = f"XX{number:032x}"
        self.serial = number
        self.is_shown = True


class Rows:
    """A resource with any rows, of which some may be filtered out."""

    key = "rows"
    filters = ("Status",)
    missing_filters = ()

    def __init__(self, count: int, *, newest_first: bool) -> None:
        self.newest_first = newest_first
        self.all: list[Row] = []
        self._made = 0
        for _ in range(count):
            self.add()

    def add(self) -> None:
        self._made += 1
        self.all.insert(0 if self.newest_first else len(self.all), Row(self._made))

    def return_row(self, row: Row) -> None:
        """Remove a row and add it again as a new one."""
        self.all.remove(row)
        self._made += 1
        row.serial = self._made
        self.all.insert(0 if self.newest_first else len(self.all), row)

    def serial(self, row: Row) -> int:
        return row.serial

    def rows(self, parameters: Parameters) -> list[Row]:
        return [row for row in self.all if row.is_shown]

    def to_json(self, row: Row) -> str:
        return row.sid

    def page(self, uri: str) -> dict[str, Any]:
        parameters = Parameters(parse_qsl(urlsplit(uri).query))
        resource: Any = self
        return page_of(resource, urlsplit(uri).path, parameters)


def remove_shown(rows: Rows, shown: list[str]) -> None:
    rows.all = [row for row in rows.all if row.sid not in shown]


def hide_shown(rows: Rows, shown: list[str]) -> None:
    for row in rows.all:
        row.is_shown = row.is_shown and row.sid not in shown


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("change", [remove_shown, hide_shown])
def test_rows_can_be_deleted_or_changed_page_by_page(
    change: Callable[[Rows, list[str]], None], newest_first: bool
) -> None:
    rows = Rows(123, newest_first=newest_first)
    every = {row.sid for row in rows.all}
    seen: list[str] = []
    uri: str | None = f"{PATH}?PageSize=50&Status=x"
    while uri:
        page = rows.page(uri)
        seen += page["rows"]
        change(rows, page["rows"])
        uri = page["next_page_uri"]

    assert len(seen) == 123
    assert set(seen) == every


@given(data=st.data(), size=st.integers(1, 4), newest_first=st.booleans())
def test_each_row_that_stays_is_seen_once(
    data: st.DataObject, size: int, newest_first: bool
) -> None:
    rows = Rows(data.draw(st.integers(0, 12)), newest_first=newest_first)
    first = {row.sid for row in rows.all}
    gone: set[str] = set()
    seen: list[str] = []
    uri: str | None = f"{PATH}?PageSize={size}"
    while uri:
        page = rows.page(uri)
        seen += page["rows"]
        uri = page["next_page_uri"]
        for row in list(rows.all):
            match data.draw(st.sampled_from(["stay", "stay", "delete", "hide"])):
                case "delete":
                    rows.all.remove(row)
                    gone.add(row.sid)
                case "hide":
                    row.is_shown = False
                    gone.add(row.sid)
                case _:
                    pass
        for _ in range(data.draw(st.integers(0, 2)) if len(rows.all) < 20 else 0):
            rows.add()
        if not newest_first and len(seen) > 60:
            break

    assert len(seen) == len(set(seen))
    assert first - gone <= set(seen)
    if newest_first:
        assert set(seen) <= first


@given(data=st.data(), size=st.integers(1, 4), newest_first=st.booleans())
def test_each_row_that_stays_is_seen_once_on_the_way_back(
    data: st.DataObject, size: int, newest_first: bool
) -> None:
    rows = Rows(data.draw(st.integers(0, 12)), newest_first=newest_first)
    page = rows.page(f"{PATH}?PageSize={size}")
    while page["next_page_uri"]:
        page = rows.page(page["next_page_uri"])
    first = {row.sid for row in rows.all}
    seen: list[str] = page["rows"]
    while page["previous_page_uri"]:
        for row in list(rows.all):
            if data.draw(st.booleans()):
                rows.all.remove(row)
        rows.add()
        page = rows.page(page["previous_page_uri"])
        seen = page["rows"] + seen

    assert len(seen) == len(set(seen))
    assert first.intersection(row.sid for row in rows.all) <= set(seen)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("leaving", [[0], [1], [0, 1], [3], [1, 3]])
def test_rows_can_leave_and_come_back(leaving: list[int], newest_first: bool) -> None:
    rows = Rows(6, newest_first=newest_first)
    every = list(rows.all)
    page = rows.page(f"{PATH}?PageSize=2")
    seen: list[str] = page["rows"]
    for row in (every[index] for index in leaving):
        rows.return_row(row)
    while page["next_page_uri"]:
        page = rows.page(page["next_page_uri"])
        seen += page["rows"]

    stayed = [row.sid for index, row in enumerate(every) if index not in leaving]
    assert [sid for sid in seen if sid in stayed] == stayed


def test_the_page_before_an_empty_one_has_the_last_rows() -> None:
    rows = Rows(6, newest_first=True)
    sids = [row.sid for row in rows.all]
    second = rows.page(rows.page(f"{PATH}?PageSize=2")["next_page_uri"])
    rows.all = rows.all[2:4]
    empty = rows.page(second["next_page_uri"])

    assert empty["rows"] == []
    assert rows.page(empty["previous_page_uri"])["rows"] == sids[2:4]


def test_the_page_before_ends_where_it_did() -> None:
    rows = Rows(6, newest_first=True)
    sids = [row.sid for row in rows.all]
    third = rows.page(rows.page(rows.page(f"{PATH}?PageSize=2")["next_page_uri"])["next_page_uri"])
    rows.all = [row for row in rows.all if row.sid != third["rows"][0]]
    rows.add()

    assert rows.page(third["previous_page_uri"])["rows"] == sids[2:4]


def test_a_list_continues_where_it_was_after_any_number_of_other_pages() -> None:
    rows = Rows(4, newest_first=True)
    sids = [row.sid for row in rows.all]
    first = rows.page(f"{PATH}?PageSize=2")
    for number in range(1000):
        rows.page(f"{PATH}?PageSize=1&Status={number}")
    remove_shown(rows, first["rows"])

    assert rows.page(first["next_page_uri"])["rows"] == sids[2:]


def test_a_token_of_another_list_is_refused() -> None:
    rows = Rows(3, newest_first=True)
    uri = rows.page(f"{PATH}?PageSize=1")["next_page_uri"]

    assert len(rows.page(uri)["rows"]) == 1
    with pytest.raises(TwilioRefusalError) as caught:
        rows.page(uri.replace(PATH, "/other.json"))
    assert caught.value.code == 21481


HUGE = "PAXX" + "0" * 40 + "f" * 4000


@pytest.mark.parametrize(
    "token", ["garbage", "PA" + "XX" + "f" * 32, "PX" + "XX" + f"{1:032x}", HUGE]
)
def test_an_unknown_token_is_refused(token: str) -> None:
    rows = Rows(3, newest_first=True)

    with pytest.raises(TwilioRefusalError) as caught:
        rows.page(f"{PATH}?PageToken={token}")

    assert caught.value.code == 21481
