"""The site: pages with changed links in a folder of their own, from which Zensical builds it."""

import json
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import yaml

from commands.docs.links import Links
from commands.docs.pages import OPENAPI, Entry, listed, navigation, pages
from commands.errors import CommandError

_HERE = Path(__file__).parent


def build(root: Path, repository: str) -> Path:
    """Build the site of the project in `root`, and return its folder, dist/docs.

    `repository` is the base URL for links to code. Raise CommandError for a dead link or
    anchor, and for a page that the README doesn't list.
    """
    source = root / "dist" / "docs-source"
    site = root / "dist" / "docs"
    for folder in (source, site):
        shutil.rmtree(folder, ignore_errors=True)
    _write_pages(root, source / "pages", repository)
    _write_openapi(root, source / "pages" / "use" / "swagger-ui")
    _write_configuration(root, source)
    _run_zensical(source)
    return (source / "site").rename(site)


def _write_pages(root: Path, folder: Path, repository: str) -> None:
    places = pages(root)
    links = Links(root, places, repository)
    for page, place in places.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        if page == OPENAPI:
            shutil.copy(_HERE / "openapi.md", file)
        else:
            file.write_text(links.rewrite(page, (root / page).read_text("utf-8")), "utf-8")
    if links.dead:
        raise CommandError("\n".join(["these links are dead:", *links.dead]))
    for image in links.images:
        place = folder / image.removeprefix("docs/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / image, place)


def _write_openapi(root: Path, folder: Path) -> None:
    """Write Swagger UI and the description that it shows, which needs no request this way."""
    folder.mkdir()
    package = resources.files("mkdocs_swagger_ui_tag") / "swagger-ui"
    for asset in ("stylesheets/swagger-ui.css", "javascripts/swagger-ui-bundle.js"):
        with resources.as_file(package / asset) as file:
            shutil.copy(file, folder)
    document = yaml.safe_load((root / OPENAPI).read_text("utf-8"))
    (folder / "openapi.js").write_text(f"const openapi = {json.dumps(document)};\n", "utf-8")


def _write_configuration(root: Path, source: Path) -> None:
    places = pages(root)
    entries = navigation((root / "README.md").read_text("utf-8"), places)
    missing = {*places.values()} - {*listed(entries)} - {places["README.pl.md"]}
    if missing:
        raise CommandError(f"missing from the README's tables: {', '.join(sorted(missing))}")
    settings = (_HERE / "zensical.toml").read_text("utf-8")
    (source / "zensical.toml").write_text(
        settings.replace("nav = []", f"nav = {_in_toml(entries)}"), "utf-8"
    )


def _in_toml(value: Entry | list[Entry]) -> str:
    """Return a part of the navigation as TOML, whose strings are those of JSON."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(name)} = {_in_toml(inner)}" for name, inner in value.items()]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_toml, value)) + "]"
    return json.dumps(value)


def _run_zensical(source: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        # Zensical colors each letter, and ends with a traceback after its warnings.
        warnings = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.partition("Traceback")[0])
        raise CommandError(f"Zensical reports:\n{warnings.strip()}")
