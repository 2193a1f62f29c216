"""Details of errors are sentences: a capital letter or a field's name first, a period last."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared"
OTHERS = {"AttributeError", "NotHealthyError", "ValueError"}
VALUE = "\0"
SENTENCES = re.compile(rf"[A-Z`{VALUE}].*[.{VALUE}]|.* To \w+ .*, run .*", re.DOTALL)


def details(module: Path) -> Iterator[str]:
    """Yield the texts that errors are made with; VALUE stands for each value in them."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            name, detail = node.func.id, node.args[0]
            if not name.endswith("Error") or name in OTHERS:
                continue
            if isinstance(detail, ast.Constant) and isinstance(detail.value, str):
                yield detail.value
            if isinstance(detail, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else VALUE
                    for part in detail.values
                )


def test_the_details_of_errors_are_sentences() -> None:
    found = {detail for module in SHARED.rglob("*.py") for detail in details(module)}

    assert len(found) > 50
    assert [detail for detail in sorted(found) if not SENTENCES.fullmatch(detail)] == []
