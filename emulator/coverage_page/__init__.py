"""The page docs/emulator-coverage.md, made from the code: `python -m emulator.coverage_page`."""

from emulator.coverage_page.page import TEXTS, coverage_page, names_of

__all__ = ["TEXTS", "coverage_page", "names_of"]
