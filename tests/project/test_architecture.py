"""Who may import whom, read from the code itself."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))


def modules(folder: str) -> dict[str, Path]:
    """Return the modules below a folder by dotted name."""
    found: dict[str, Path] = {}
    for path in (ROOT / folder).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, *, at_load_only: bool = False) -> Iterator[str]:
    """Yield every imported name, e.g. `shared.clients`; relative ones begin with a dot."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_load_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path: Path) -> set[str]:
    """Return the top-level packages that a module imports, anywhere in it."""
    return {name.partition(".")[0] for name in imports(path)}


def test_there_are_functions_to_check() -> None:
    assert {"SendSms", "PlaceCall", "TwimlHello"} <= set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_only_the_sdk_and_the_shared_library(function: str) -> None:
    for path in (ROOT / function).rglob("*.py"):
        assert tops(path) <= {"azure", "shared", "twilio"}


@pytest.mark.parametrize(("name", "path"), modules("shared").items())
def test_the_shared_library_knows_no_function_and_no_emulator(name: str, path: Path) -> None:
    assert not tops(path) & {"emulator", "tests", *FUNCTIONS}


@pytest.mark.parametrize(
    ("name", "path"),
    [item for item in modules("emulator").items() if not item[0].startswith("local_stack.host.")],
)
def test_only_the_host_touches_functions_shared_and_azure(name: str, path: Path) -> None:
    assert not tops(path) & {"shared", "azure", "azure_functions_runtime_v1", *FUNCTIONS}


@pytest.mark.parametrize(("name", "path"), modules("commands").items())
def test_a_command_knows_the_shared_library_and_no_emulator(name: str, path: Path) -> None:
    assert not tops(path) & {"emulator", "tests", *FUNCTIONS}


@pytest.mark.parametrize("folder", ["shared", "emulator", *FUNCTIONS])
def test_nothing_but_a_command_imports_commands(folder: str) -> None:
    assert not [name for name, path in modules(folder).items() if "commands" in tops(path)]


@pytest.mark.parametrize("folder", ["shared", "emulator", "commands", *FUNCTIONS])
def test_imports_are_absolute(folder: str) -> None:
    relative = [
        (name, imported)
        for name, path in modules(folder).items()
        for imported in imports(path)
        if imported.startswith(".")
    ]

    assert relative == []


FLOORS = [
    {"local_values", "clock", "events", "faults"},
    {"twilio"},
    {"identity", "webhooks", "views"},
    {"line"},
    {"rest", "storage"},
    {"state", "vault"},
    {"world", "page"},
    {"application", "fault_injection"},
]
"""The emulator from the ground up: a room may use those below it and its own neighbours."""


def floor_of(module: str) -> int | None:
    """Return the floor of a module of the emulator; None for those around it."""
    room = module.split(".")[1] if "." in module else ""
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def test_the_emulator_is_built_from_the_ground_up() -> None:
    climbing = [
        (name, imported)
        for name, path in modules("emulator").items()
        for imported in imports(path)
        if imported.startswith("emulator.")
        and (floor := floor_of(name)) is not None
        and (above := floor_of(imported)) is not None
        and above > floor
    ]

    assert climbing == []


# Text, values and tables: nothing of a request, of settings or of credentials.
PURE = (
    "shared.answers",
    "shared.answers.melodies",
    "shared.twilio_limits",
    "shared.answers.parameters",
    "shared.xml_text",
)


@pytest.mark.parametrize(("name", "path"), modules("shared/answers").items())
def test_an_answer_is_made_of_nothing_but_its_parameters(name: str, path: Path) -> None:
    known = {imported for imported in imports(path) if imported.startswith(("shared", "azure"))}
    others = {imported for imported in known if not imported.startswith(PURE)}

    assert others <= {"shared.http.responses", "shared.http.responses.Redirection"}


def test_the_shared_library_writes_no_limit_and_no_kind_of_function_down_twice() -> None:
    written = [
        ast.unparse(node)
        for path in modules("shared").values()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node).startswith(("MAX_", "MIN_", "Field ", "Connect "))
    ]

    assert len(written) == len({*written}) > 10


@pytest.mark.parametrize("folder", ["shared", "emulator", "commands"])
def test_no_module_imports_itself_in_a_circle(folder: str) -> None:
    found = modules(folder)
    graph = {
        name: {other for other in imports(path, at_load_only=True) if other in found} - {name}
        for name, path in found.items()
    }

    assert list(graphlib.TopologicalSorter(graph).static_order())
