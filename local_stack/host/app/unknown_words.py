"""Find unknown words in a `function.json`, usually misspellings."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

# Source: https://json.schemastore.org/function.json and the reference of the HTTP bindings.
FUNCTION_KEYS = (
    "$schema", "bindings", "configurationSource", "disabled", "entryPoint", "excluded",
    "functionDirectory", "generatedBy", "language", "name", "retry", "scriptFile",
)  # fmt: skip
BINDING_KEYS = ("dataType", "direction", "name", "properties", "type")
TRIGGER_KEYS = (*BINDING_KEYS, "authLevel", "methods", "route", "webHookType")
TIMER_KEYS = (*BINDING_KEYS, "runOnStartup", "schedule", "useMonitor")
HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT")


def unknown_words(document: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each unknown key and each unknown HTTP method.

    `document` is a parsed `function.json` whose bindings are a list of objects.
    """
    found = unknown("key", list(document), FUNCTION_KEYS)
    for binding in cast(list[dict[str, Any]], document["bindings"]):
        is_trigger = binding.get("type") == "httpTrigger"
        is_timer = binding.get("type") == "timerTrigger"
        keys = TRIGGER_KEYS if is_trigger else TIMER_KEYS if is_timer else BINDING_KEYS
        found += unknown("key", list(binding), keys)
        methods: object = binding.get("methods") if is_trigger else None
        if isinstance(methods, list):
            words = [str(method).upper() for method in cast(list[object], methods)]
            found += unknown("HTTP method", words, HTTP_METHODS)
    return found


def unknown(kind: str, words: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return a sentence for each unknown word."""
    return [
        f'function.json: unknown {kind} "{word}"{suggestion(word, known)}'
        for word in words
        if word not in known
    ]


def suggestion(word: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    """Return the closest known word, if one is close; a `cutoff` of 1 means equal."""
    spellings = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(spellings), n=1, cutoff=cutoff)
    return f'. Did you mean "{spellings[near[0]]}"?' if near else ""
