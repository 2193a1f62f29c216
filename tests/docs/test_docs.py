"""The README and the pages around it are correct: their code and commands run here."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from commands.package.contents import app_in_folder
from deskphone.values import PHONE_PORT
from local_stack.testing import LocalStack, running
from local_stack.values import FUNCTIONS_PORT

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*/*.md")])
STACK_PAGE = (ROOT / "docs" / "change" / "local-stack.md").read_text()
OWN_ANSWER = (ROOT / "docs" / "change" / "your-own-answer.md").read_text()
EXAMPLE = dict(re.findall(r"^`(\S+)`\n\n```\w+\n(.*?)```", OWN_ANSWER, re.DOTALL | re.MULTILINE))

PAGE_NAME = re.compile(r"\b(docs/(?:begin|use|operate|change)/[\w-]+\.md)(?:#([\w-]+))?")


def tracked_files() -> list[str]:
    """Return the project's files in git."""
    command = ["git", "ls-files"]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return answer.stdout.splitlines()


def copy_with_example(names: Iterable[str], root: Path) -> None:
    """Copy files of the project to a folder, and add the files of the page's example."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name, content in EXAMPLE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


@pytest.fixture(scope="module")
def app_with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the deployed app with the page's example function."""
    root = tmp_path_factory.mktemp("app")
    copy_with_example(app_in_folder(ROOT), root)
    return root


@pytest.fixture(scope="module")
def example_stack(app_with_example: Path) -> Iterator[LocalStack]:
    yield from running(app_with_example)


def test_the_example_answer_passes_its_own_test(example_stack: LocalStack) -> None:
    names: dict[str, object] = {}
    exec(EXAMPLE["tests/functions/test_twiml_opening_hours.py"], names)  # noqa: S102 - the page's
    test = names["test_callers_hear_the_opening_hours"]
    assert callable(test)

    test(example_stack)


@pytest.mark.soak
def test_the_checks_pass_with_the_example_added(tmp_path: Path) -> None:
    copy_with_example((name for name in tracked_files() if (ROOT / name).exists()), tmp_path)
    tests = [
        "tests/functions/test_deployment_files.py",
        "tests/functions/test_function_json.py",
        "tests/functions/test_imports.py",
        "tests/project/test_architecture.py",
    ]
    # The existing functions are tested elsewhere.
    others = " or ".join(path.parent.name for path in ROOT.glob("*/function.json"))
    code = [name for name in EXAMPLE if name.endswith(".py")]
    commands = [
        ["pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", f"not ({others})", *tests],
        ["ruff", "check", "--no-cache", *code],
        ["ruff", "format", "--no-cache", "--check", *code],
    ]

    for command in commands:
        result = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", STACK_PAGE, re.DOTALL))
def test_the_tests_of_the_local_stack_page_pass(stack: LocalStack, code: str) -> None:
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - the page's own code
    [test] = [value for name, value in names.items() if name.startswith("test_")]
    assert callable(test)

    test(stack)


def test_every_route_of_the_world_is_on_its_page() -> None:
    sources = [path.read_text() for path in (ROOT / "deskphone" / "world").glob("*.py")]
    routes = re.findall(r'web\.(get|post|put|delete)\("(/emulator/[^"]+)"', "".join(sources))

    assert len(routes) > 10
    for method, alias in routes:
        path = alias.replace("/emulator/", "/emulator/v1/")
        action = f"/{path.rpartition('/')[2]}"
        assert f"`{method.upper()} {path}" in STACK_PAGE or f"`{action}`" in STACK_PAGE


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_has_a_target(page: Path) -> None:
    broken: list[str] = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text().replace("\n", " ")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_in_lists_have_an_indent_that_github_and_the_site_accept(page: Path) -> None:
    fences = re.findall(r"^( *)```", page.read_text(), re.MULTILINE)

    # Python-Markdown, which Zensical uses, ends a numbered list at a block with three spaces.
    assert {len(spaces) for spaces in fences} <= {0, 2, 4, 6, 8}


def test_every_file_that_a_page_names_exists() -> None:
    folder = "shared|deskphone|local_stack|commands|tests|infra|bench"
    from_example = {*EXAMPLE, "shared/answers/opening_hours.py"}  # by the example of the pages
    missing = [
        f"{page.name}: {name}"
        for page in PAGES
        if page.parent.name != "decisions"  # they describe their time
        for name in re.findall(rf"`((?:{folder})/[\w./-]*)[:`]", page.read_text())
        if not (name in from_example or (ROOT / name).exists())
    ]

    assert missing == []


def test_every_page_that_the_code_names_exists() -> None:
    missing: list[str] = []
    for name in tracked_files():
        path = ROOT / name
        if not name.endswith((".py", ".bicep", ".yaml", ".yml")) or not path.is_file():
            continue
        for page, anchor in PAGE_NAME.findall(path.read_text("utf-8")):
            known = (ROOT / page).is_file() and (not anchor or anchor in anchors(ROOT / page))
            missing += [] if known else [f"{name}: {page}#{anchor}"]

    assert missing == []


def test_the_readme_links_to_every_page() -> None:
    pages = {path for path in ROOT.glob("docs/*/*.md") if path.parent.name != "decisions"}
    linked = {ROOT / name for name in re.findall(r"\]\((docs/[\w/-]+\.md)\)", README)}

    assert pages - linked == set()


def test_the_ports_of_the_readme_are_the_defaults() -> None:
    assert f"127.0.0.1:{FUNCTIONS_PORT}/api/SendSms" in README
    assert f"http://127.0.0.1:{PHONE_PORT}>" in README
