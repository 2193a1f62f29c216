"""Import rules, checked against the code. Each test reports every violation at once."""

import ast
import graphlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))

FLOORS = [
    {"errors", "guard_errors", "clock", "phone_numbers", "segments", "xml_text", "twilio_limits"},
    {"answers"},
    {"config"},
    {"http"},
    {"ledger", "twilio_api"},
    {"live_settings"},
    {"guards", "media"},
    {"webhooks", "sending", "browser_calls"},
    {"delivery", "recordings"},
    {"tracing"},
    {"clients"},
    {"endpoints", "health"},
    {"own"},
]
"""The rooms of shared/ from the ground up: each may use itself and those below it."""

COMMAND_FLOORS = [
    {"azd", "by_get", "errors", "local_values", "settings_file", "sign_in", "terminal"},
    {"check", "docs", "doctor", "lock", "new", "package", "secrets", "sending", "wire"},
]
"""Code shared by several commands, then the commands: none imports another."""

DESKPHONE_FLOORS = [
    {"values", "clock", "events", "ports", "doorkeeper", "bad_requests", "sound"},
    {"media", "records"},
    {"account"},
    {"webhooks", "faults"},
    {"twiml"},
    {"line"},
    {"browser"},
    {"rest"},
    {"app"},
    {"docs", "phone", "terminal"},
    {"emulator"},
    {"world"},
    {"server", "twilio_door"},
    {"compare", "pytest_plugin", "run", "setup"},
    {"cli"},
    {"__main__"},
]
"""The rooms of deskphone/ from the ground up."""

LOCAL_STACK_FLOORS = [
    {"values", "examples"},
    {"azure", "host"},
    {"faults", "supervision", "folder"},
    {"host_view", "terminal", "testing"},
    {"app"},
    {"emulator"},
    {"stack"},
    {"__main__", "sign"},
]
"""The rooms of local_stack/ from the ground up."""

LINE_FLOORS = [
    {"field_order"},
    {"fields", "tasks", "waiting"},
    {"status_reports", "studio"},
    {"queued_calls", "recording"},
    {"conferences", "texts"},
    {"session"},
    {"verbs"},
    {"calls"},
    {"network"},
]
"""The rooms of deskphone/line/ from the ground up."""


@cache
def modules(folder: str) -> dict[str, Path]:
    """Return the modules below a folder by dotted name."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(path: Path, *, at_load_only: bool = False) -> frozenset[str]:
    """Return every imported name, e.g. `shared.clients`; relative ones start with a dot."""
    return frozenset(_imports(path, at_load_only=at_load_only))


def _imports(path: Path, *, at_load_only: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in tree.body if at_load_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(folder: str, *forbidden: str) -> list[str]:
    """Return the modules below a folder that import any of these top-level packages."""
    return [
        name
        for name, path in modules(folder).items()
        if {imported.partition(".")[0] for imported in imports(path)} & {*forbidden}
    ]


def climbing(folder: str, floors: list[set[str]]) -> list[str]:
    """Return a folder's imports from a higher floor, or from another room on the same floor.

    Modules on the ground floor may use one another.
    """
    package, depth = folder.replace("/", "."), folder.count("/") + 1
    floor_of = {room: number for number, rooms in enumerate(floors) for room in rooms}
    found: list[str] = []
    for name, path in modules(folder).items():
        room = f"{name}.".split(".")[depth]
        if room not in floor_of:
            continue
        for imported in imports(path):
            other = f"{imported}.".split(".")[depth] if imported.startswith(f"{package}.") else ""
            if other in floor_of and (
                floor_of[other] > floor_of[room]
                or (floor_of[other] == floor_of[room] > 0 and other != room)
            ):
                found.append(f"{name} -> {imported}")
    return found


def test_a_function_imports_only_the_sdk_and_the_shared_library() -> None:
    allowed = {"azure", "functools", "shared", "twilio"}
    found = [
        f"{name} -> {imported}"
        for function in FUNCTIONS
        for name, path in modules(function).items()
        for imported in imports(path)
        if imported.partition(".")[0] not in allowed
    ]

    assert {"SendSms", "PlaceCall", "TwimlHello"} <= {*FUNCTIONS}
    assert found == []


def test_the_shared_library_imports_no_function_and_no_local_stack() -> None:
    others = ("deskphone", "local_stack", "commands", "tests", *FUNCTIONS)

    assert importers("shared", *others) == []


def test_a_room_of_the_shared_library_imports_only_rooms_below_it() -> None:
    assert climbing("shared", FLOORS) == []


def test_every_room_is_on_a_floor() -> None:
    houses = {
        "shared": FLOORS,
        "deskphone": DESKPHONE_FLOORS,
        "local_stack": LOCAL_STACK_FLOORS,
        "commands": COMMAND_FLOORS,
    }
    misplaced = [
        name
        for folder, floors in houses.items()
        for name in modules(folder)
        if name != folder and name.split(".")[1] not in set().union({"__main__"}, *floors)
    ]

    assert misplaced == []


def test_deskphone_imports_nothing_of_this_project_or_azure() -> None:
    others = ("shared", "local_stack", "commands", "tests", "azure", "twilio", *FUNCTIONS)

    assert importers("deskphone", *others) == []


def test_a_room_of_deskphone_imports_only_rooms_below_it() -> None:
    assert climbing("deskphone", DESKPHONE_FLOORS) == []


def test_media_import_nothing_else_of_deskphone() -> None:
    others = {
        imported
        for path in modules("deskphone/media").values()
        for imported in imports(path)
        if imported.startswith("deskphone") and not imported.startswith("deskphone.media")
    }

    assert modules("deskphone/media")
    assert others == set()


def test_a_room_of_the_line_imports_only_rooms_below_it() -> None:
    assert climbing("deskphone/line", LINE_FLOORS) == []
    assert {path.stem for path in (ROOT / "deskphone/line").glob("[a-z]*")} == set().union(
        *LINE_FLOORS
    )


def test_only_the_host_loads_functions_and_their_library() -> None:
    allowed = "local_stack.host."
    found = importers("local_stack", "shared", "azure", "azure_functions_runtime_v1", *FUNCTIONS)

    assert [name for name in found if not name.startswith(allowed)] == []


def test_a_room_of_the_local_stack_imports_only_rooms_below_it() -> None:
    assert climbing("local_stack", LOCAL_STACK_FLOORS) == []


def test_a_command_imports_neither_the_emulator_nor_the_local_stack() -> None:
    assert importers("commands", "deskphone", "local_stack", "tests", *FUNCTIONS) == []


def test_a_command_imports_no_other_command() -> None:
    assert climbing("commands", COMMAND_FLOORS) == []


def test_only_commands_import_commands() -> None:
    folders = ("shared", "deskphone", "local_stack", *FUNCTIONS)

    assert [name for folder in folders for name in importers(folder, "commands")] == []


def test_imports_are_absolute() -> None:
    relative = [
        f"{name} -> {imported}"
        for folder in ("shared", "deskphone", "local_stack", "commands", *FUNCTIONS)
        for name, path in modules(folder).items()
        for imported in imports(path)
        if imported.startswith(".")
    ]

    assert relative == []


def test_an_answer_depends_only_on_its_parameters() -> None:
    pure = ("answers", "errors", "phone_numbers", "segments", "twilio_limits", "xml_text")
    found = [
        f"{name} -> {imported}"
        for name, path in modules("shared/answers").items()
        for imported in imports(path)
        if imported.startswith(("shared.", "azure"))
        and not imported.startswith(tuple(f"shared.{module}" for module in pure))
    ]

    assert found == []


def test_the_shared_library_defines_each_limit_and_kind_of_function_once() -> None:
    written = [
        ast.unparse(node)
        for path in modules("shared").values()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node).startswith(("MAX_", "MIN_", "Field ", "Connect "))
    ]

    assert len(written) == len({*written}) > 10


def test_no_imports_are_circular() -> None:
    for folder in ("shared", "deskphone", "local_stack", "commands"):
        found = modules(folder)
        graph = {
            name: {one for one in imports(path, at_load_only=True) if one in found} - {name}
            for name, path in found.items()
        }

        assert list(graphlib.TopologicalSorter(graph).static_order())


def test_a_room_holds_a_dozen_modules_at_most() -> None:
    # A file for each answer, function and verb.
    excepted = {"shared/answers", "shared/own", "deskphone/line/verbs"}
    folders = {
        path.parent
        for folder in ("shared", "deskphone", "local_stack", "commands")
        for path in modules(folder).values()
    }
    full = {
        folder.relative_to(ROOT).as_posix(): count
        for folder in folders
        if (count := sum(path.name != "__init__.py" for path in folder.glob("*.py"))) > 12
    }

    assert {room: count for room, count in full.items() if room not in excepted} == {}


def test_few_modules_of_the_shared_library_are_outside_its_rooms() -> None:
    outside = [path.name for path in ROOT.glob("shared/*.py") if path.name != "__init__.py"]

    assert len(outside) <= 10, outside


def test_no_module_is_longer_than_250_lines() -> None:
    folders = ("shared", "deskphone", "local_stack", "commands", "docs", "bench", *FUNCTIONS)
    paths = [path for folder in folders for path in modules(folder).values()]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in [ROOT / "dev.py", *paths]
    }

    assert {path: length for path, length in lengths.items() if length > 250} == {}
