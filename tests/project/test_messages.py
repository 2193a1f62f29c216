"""Details of errors are sentences; a command's errors follow its name, without a last period."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OTHERS = {"AttributeError", "NotHealthyError", "ValueError"}
VALUE = "\0"
SENTENCES = re.compile(rf"[A-Z`{VALUE}].*[.{VALUE}]|.* To \w+ .*, run .*", re.DOTALL)


def details(module: Path) -> Iterator[tuple[str, str]]:
    """Yield each error's name and the text that it is made with; VALUE stands for its values."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            name, detail = node.func.id, node.args[0]
            if not name.endswith("Error") or name in OTHERS:
                continue
            if isinstance(detail, ast.Constant) and isinstance(detail.value, str):
                yield name, detail.value
            if isinstance(detail, ast.JoinedStr):
                yield (
                    name,
                    "".join(
                        str(part.value) if isinstance(part, ast.Constant) else VALUE
                        for part in detail.values
                    ),
                )


def test_the_details_of_errors_are_sentences() -> None:
    found = {text for module in (ROOT / "shared").rglob("*.py") for _, text in details(module)}

    assert len(found) > 50
    assert [detail for detail in sorted(found) if not SENTENCES.fullmatch(detail)] == []


def test_errors_of_commands_do_not_end_with_a_period() -> None:
    modules = (ROOT / "commands").rglob("*.py")
    found = [text for module in modules for name, text in details(module) if name == "CommandError"]

    assert len(found) > 20
    assert [text for text in found if text.endswith(".")] == []
