"""Two independent segment counts agree."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.account.new_text import GSM_BASIC, GSM_ESCAPED, count_segments
from deskphone.account.smart_encoding import smart_encoded
from shared import segments
from shared.sending import text

texts = st.one_of(
    st.text(alphabet=GSM_BASIC + GSM_ESCAPED, max_size=700),
    st.text(alphabet="a€👋я", max_size=700),
    st.text(max_size=300),
)


@given(texts)
def test_app_and_emulator_count_alike(body: str) -> None:
    assert text.count_segments(body) == count_segments(body)
    assert text.count_smart_segments(body) == count_segments(body, by_service=True)


def test_app_and_emulator_replace_the_same_characters() -> None:
    every = "".join(map(chr, range(0x10000)))

    assert segments.smart_encoded(every) == smart_encoded(every)
    assert sum(smart_encoded(sign) != sign for sign in every) == 270


def test_limits_of_gsm_7_and_ucs_2() -> None:
    bodies = ["", "a" * 160, "a" * 161, "a" * 306, "a" * 307, "я" * 70, "я" * 71, "я" * 135]

    assert [count_segments(body) for body in bodies] == [1, 1, 2, 2, 3, 1, 2, 3]


def test_escaped_character_is_not_split() -> None:
    assert count_segments("a" * 152 + "€" + "a" * 152) == 3
