"""Writes the page."""

from pathlib import Path

from docs.coverage_page.page import coverage_page

PAGE = Path(__file__).parents[2] / "docs" / "change" / "emulator-coverage.md"

if __name__ == "__main__":
    PAGE.write_text(coverage_page())
