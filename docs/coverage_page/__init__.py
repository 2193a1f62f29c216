"""The page docs/change/emulator-coverage.md, made from the code: `python -m docs.coverage_page`."""

from docs.coverage_page.page import TEXTS, coverage_page, names_of

__all__ = ["TEXTS", "coverage_page", "names_of"]
