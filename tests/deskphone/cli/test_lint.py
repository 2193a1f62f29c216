"""`deskphone lint`: Twilio's numbers and the places of mistakes."""

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.cli.command import main
from deskphone.cli.problems import problems_of


def found(text: str) -> list[tuple[int, int, str, int | None]]:
    """Return places, levels and codes."""
    return [(*one.place, one.level, one.code) for one in problems_of(text.encode())]


def test_document_without_mistakes_has_no_problems() -> None:
    assert found("<Response><Say>Hi</Say></Response>") == []


def test_empty_document_has_no_problems() -> None:
    assert found(" \n") == []


def test_unknown_verb_has_its_place() -> None:
    assert found("<Response>\n  <Sayy>Hi</Sayy>\n</Response>") == [(2, 3, "warning", 12200)]


def test_nested_element_has_its_place() -> None:
    text = '<Response>\n<Gather>\n <Say size="2">é</Say> <Say size="2">b</Say></Gather></Response>'

    assert found(text) == [(3, 2, "warning", 12200), (3, 24, "warning", 12200)]


def test_broken_xml_has_the_place_of_the_break() -> None:
    assert found("<Response>\n<Say></Response>") == [(2, 8, "error", 12100)]


def test_wrong_root_is_an_error() -> None:
    assert found("\n <Respons/>") == [(2, 2, "error", 12102)]


def test_verb_that_is_not_emulated_is_a_gap() -> None:
    assert found("<Response><Connect/></Response>") == [(1, 11, "gap", None)]


def test_document_with_a_message_answers_a_text() -> None:
    assert found("<Response><Message>Hi</Message><Say>a</Say></Response>") == [
        (1, 32, "warning", 14110)
    ]


def test_kind_can_be_given() -> None:
    document = b"<Response><Say>Hi</Say></Response>"

    assert [one.code for one in problems_of(document, "text")] == [14110]


@given(st.binary() | st.text(alphabet="<>/&;= \"'ResponSay\n").map(str.encode))
def test_any_bytes_give_problems_with_places(text: bytes) -> None:
    assert all(min(one.place) >= 1 for one in problems_of(text))


@pytest.mark.parametrize(("text", "status"), [("<Response><X/></Response>", 0), ("<X/>", 1)])
def test_exit_status_is_1_if_there_are_errors(text: str, status: int, tmp_path: Path) -> None:
    file = tmp_path / "answer.xml"
    file.write_text(text)

    assert main(["lint", str(file)]) == status


def test_each_line_names_file_place_and_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer.xml"
    file.write_text("<Response><X/></Response>")
    main(["lint", str(file)])

    assert capsys.readouterr().out.startswith(f"{file}:1:11: warning 12200: ")


def test_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"<X/>")))

    assert main(["lint", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:1:1: error 12102: ")


def test_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none.xml"

    assert main(["lint", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
