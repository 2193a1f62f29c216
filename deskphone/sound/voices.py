"""Which language and voice a <Say> asks for, in eSpeak NG's names."""

from collections.abc import Collection, Iterator, Mapping

from deskphone.sound.speakers import PERSON

DEFAULT = "en-us"
LANGUAGES = {
    "zh": "cmn", "zh-hk": "yue", "yue": "yue", "no": "nb", "es-mx": "es-419", "es-us": "es-419",
    "fr": "fr-fr", "arb": "ar", "iw": "he", "in": "id", "en": "en-us", "en-gb-wls": "en-gb",
    "en-au": "en-gb", "en-in": "en-gb", "en-nz": "en-gb", "en-za": "en-gb", "en-ie": "en-gb",
}  # fmt: skip
"""Languages that eSpeak NG knows by another name, or not at all, and the name to use."""
POLLY = {
    "ar-AE": "Hala Zayd", "arb": "Zeina", "ca-ES": "Arlet", "cs-CZ": "Jitka", "cy-GB": "Gwyneth",
    "da-DK": "Mads Naja Sofie", "de-AT": "Hannah", "de-CH": "Sabrina",
    "de-DE": "Hans Marlene Vicki Daniel", "en-AU": "Nicole Russell Olivia",
    "en-GB": "Amy Brian Emma Arthur", "en-GB-WLS": "Geraint", "en-IE": "Niamh",
    "en-IN": "Aditi Raveena Kajal", "en-NZ": "Aria", "en-ZA": "Ayanda",
    "es-ES": "Conchita Lucia Enrique Sergio", "es-MX": "Mia Andres",
    "es-US": "Lupe Penelope Miguel Pedro", "fi-FI": "Suvi", "fr-BE": "Isabelle",
    "fr-CA": "Chantal Gabrielle Liam", "fr-FR": "Celine Lea Mathieu Remi",
    "is-IS": "Dora Karl", "it-IT": "Carla Bianca Giorgio Adriano",
    "ja-JP": "Mizuki Takumi Kazuha Tomoko", "ko-KR": "Seoyeon Jihye", "nb-NO": "Liv Ida",
    "nl-BE": "Lisa", "nl-NL": "Lotte Ruben Laura", "pl-PL": "Ewa Jacek Jan Maja Ola",
    "pt-BR": "Camila Vitoria Ricardo Thiago", "pt-PT": "Cristiano Ines", "ro-RO": "Carmen",
    "ru-RU": "Maxim Tatyana", "sv-SE": "Astrid Elin", "tr-TR": "Filiz Burcu",
    "yue-CN": "Hiujin", "cmn-CN": "Zhiyu",
}  # fmt: skip
"""Amazon Polly's voices that don't speak American English, by language."""
POLLY_MEN = """
    Matthew Joey Justin Kevin Stephen Gregory Brian Arthur Russell Geraint Hans Daniel Jacek Jan
    Giorgio Adriano Mathieu Remi Enrique Sergio Miguel Andres Pedro Ricardo Thiago Cristiano Ruben
    Mads Karl Takumi Maxim Liam Zayd
"""
AMERICAN_WOMEN = "Joanna Salli Kendra Kimberly Ivy Ruth Danielle"
MEN = frozenset(POLLY_MEN.split())
WOMEN = frozenset({"woman", "alice", *AMERICAN_WOMEN.split(), *" ".join(POLLY.values()).split()})
MAN, WOMAN, OTHER = "m3", "f2", "f4"
"""Variants of a voice; people in calls have a third one."""


def spoken_language(language: str, voice: str, known: Collection[str]) -> str | None:
    """Return eSpeak NG's name for a language, one of `known`; None if it has no such voice.

    Without a language, the voice's own counts, and American English without one.
    """
    wanted = language or _own(voice)
    if not wanted:
        return DEFAULT
    return next((one for one in _candidates(wanted.lower()) if one in known), None)


def variant(voice: str) -> str:
    """Return the variant for a voice of <Say>; a man's if it is unknown, as Twilio's default."""
    if voice == PERSON:
        return OTHER
    name = _name(voice)
    return WOMAN if name in WOMEN and name not in MEN else MAN


def _candidates(language: str) -> Iterator[str]:
    for name in (language, language.partition("-")[0]):
        yield LANGUAGES.get(name, name)
        yield name


def _own(voice: str) -> str:
    """Return the language of a voice such as Polly.Maja or Google.pl-PL-Standard-A, or ""."""
    provider, _, name = voice.partition(".")
    if provider == "Google":
        return "-".join(name.split("-")[:2])
    return _POLLY_LANGUAGES.get(_name(voice), "") if provider == "Polly" else ""


def _name(voice: str) -> str:
    """Return the name in, e.g., Polly.Joanna-Neural."""
    return voice.removeprefix("Polly.").partition("-")[0]


_POLLY_LANGUAGES: Mapping[str, str] = {
    name: language for language, names in POLLY.items() for name in names.split()
}
