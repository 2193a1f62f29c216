"""The Polish README matches the English one: the same commands, links and sections."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text()
POLISH = (ROOT / "README.pl.md").read_text()
HOW_TO = "docs/begin/how-to-retold.md"
# Only the Polish page has this part, because the original how-to was read in Polish.
OWN_PART = "\n## Stary poradnik i to, co go zastąpiło\n"
BLOCK = re.compile(r"(?:^<!-- [^>]* -->\n)?^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<=\]\()[^)]+(?=\))|(?<=<)https?:[^>]+(?=>)")


def own_part() -> str:
    """Return the part that only the Polish page has."""
    return POLISH.partition(OWN_PART)[2].partition("\n## ")[0]


def common_part() -> str:
    """The Polish page without its own part."""
    return POLISH.replace(OWN_PART + own_part(), "")


def names(page: str) -> set[str]:
    """Return the code words outside of blocks."""
    return set(re.findall(r"`([^`\n]+)`", BLOCK.sub("", page)))


def levels(page: str) -> list[int]:
    """Return the level of each heading."""
    return [len(marks) for marks in re.findall(r"^(#+) ", BLOCK.sub("", page), re.MULTILINE)]


def test_both_pages_have_the_same_commands_byte_for_byte() -> None:
    assert BLOCK.findall(ENGLISH)
    assert BLOCK.findall(POLISH) == BLOCK.findall(ENGLISH)


def test_both_pages_have_the_same_links_and_link_to_each_other() -> None:
    english, polish = set(LINK.findall(ENGLISH)), set(LINK.findall(common_part()))

    assert polish - english == {"README.md"}
    assert english - polish == {"README.pl.md"}


def test_both_pages_have_the_same_parts_but_one() -> None:
    assert own_part()
    assert levels(common_part()) == levels(ENGLISH)


def test_every_name_of_the_english_page_is_in_the_polish_one() -> None:
    assert names(ENGLISH) - names(POLISH) == set()


def test_the_steps_of_the_old_how_to_are_those_of_its_page() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / HOW_TO).read_text(), re.MULTILINE)
    steps = ["#" + re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in headings]
    links = re.findall(rf"^\| \[[^]]*\]\({HOW_TO}(#[^)]+)\) \|", own_part(), re.MULTILINE)

    assert steps
    assert links == steps
