"""Read the output of a running local stack."""

import io
import re
import subprocess
import threading
from collections import deque

TIMEOUT_S = 20
OUTPUT_LINES = 10_000
RUNNING = "Functions running"
NOT_RUNNING = "Functions not running"
WELCOME = re.compile(r"Phone +(?P<phone>http://\S+).*\n +Functions +(?P<functions>http://[^/\s]+)")


class Output:
    """The last lines that the stack and the functions printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=OUTPUT_LINES)
        self._begun = threading.Event()
        self._printed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """Return everything printed so far."""
        return "".join(list(self._lines))

    def wait_for(self, text: str, *, after: str = "\0") -> str:
        """Wait for `text`; return the output after the last `after`, or all of it without `after`.

        Raise TimeoutError after TIMEOUT_S seconds.
        """
        with self._printed:
            if not self._printed.wait_for(lambda: text in self._after(after), TIMEOUT_S):
                raise TimeoutError(f"{text!r} was not printed")
            return self._after(after)

    def _after(self, mark: str) -> str:
        return self.text.rpartition(mark)[2]

    def addresses(self) -> tuple[str, str]:
        """Wait for the functions to start; return the URLs of the functions and the emulator."""
        self._begun.wait(TIMEOUT_S)
        found = WELCOME.search(self.text)
        if found is None or RUNNING not in self.text:
            self._process.kill()
            raise RuntimeError(f"the local stack did not start:\n{self.text}")
        return found["functions"], found["phone"]

    def close(self) -> None:
        """Read to the end."""
        self._reader.join(TIMEOUT_S)

    def _read(self) -> None:
        with self._process.stdout or io.StringIO() as stream:
            for line in stream:
                with self._printed:
                    self._lines.append(line)
                    self._printed.notify_all()
                if line.startswith((RUNNING, NOT_RUNNING)):
                    self._begun.set()
        self._begun.set()
