"""Benchmark the local stack's start, reload and stop: `python bench/local_stack.py [RUNS]`.

Starts the stack RUNS times (5 by default) from a copy of the app and prints the minimum, median and
maximum of each figure in seconds. Run it with the Python of .venv.
"""

import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from commands.package.contents import app_in_folder
from local_stack.testing import HANDSET, LocalStack

ROOT = Path(__file__).resolve().parents[1]
Figures = dict[str, list[float]]


@contextmanager
def measured(figures: Figures, name: str) -> Generator[None]:
    """Add the body's duration to a figure."""
    began = time.perf_counter()
    yield
    figures.setdefault(name, []).append(time.perf_counter() - began)


def copy_of_the_app(folder: Path) -> Path:
    """Copy what is deployed, so that the repository stays unchanged."""
    for name in app_in_folder(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def save_and_wait(stack: LocalStack, answer: Path, sentence: str) -> None:
    """Change what TwimlHello says and wait until it says so."""
    source = answer.read_text()
    changed = source.replace('response.say("', f'response.say("{sentence} ')
    answer.write_text(changed)
    while sentence not in stack.webhook("TwimlHello").text:
        pass


def run(root: Path, figures: Figures) -> None:
    """Measure one start, two sends, one saved file, and one stop."""
    with measured(figures, "both ports answer"):
        stack = LocalStack.start(root, clock="system")
        stack.http.get(stack.emulator_url, timeout=10).raise_for_status()
    with measured(figures, "first SendSms"):
        stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).raise_for_status()
    with measured(figures, "second SendSms"):
        stack.function("SendSms", {"to": HANDSET, "body": "Hello"}).raise_for_status()
    with measured(figures, "save to reload"):
        save_and_wait(stack, root / "shared" / "answers" / "hello.py", f"No {time.time_ns()}")
    with measured(figures, "Ctrl-C to exit"):
        stack.process.send_signal(signal.SIGINT)
        stack.process.wait(10)
    stack.output.close()


def main() -> int:
    """Print the table; return the exit status."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_the_app(Path(folder))
        for _ in range(runs):
            run(root, figures)
    sys.stdout.write(f"{'seconds':24}{'min':>8}{'median':>8}{'max':>8}\n")
    for name, times in figures.items():
        low, middle, high = min(times), statistics.median(times), max(times)
        sys.stdout.write(f"{name:24}{low:8.3f}{middle:8.3f}{high:8.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
