"""What the host needs of a trigger that runs functions by itself."""

from typing import Protocol

from local_stack.host.app.function_file import FunctionDefinition


class Trigger(Protocol):
    """Runs an app's functions of one trigger type. Each module of this kind has one."""

    @property
    def kind(self) -> str:
        """The type in function.json, such as timerTrigger."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether one of its functions is running."""
        ...

    def start(self) -> None:
        """Begin to run the functions that aren't disabled; needs a running event loop."""
        ...

    def stop(self) -> None:
        """Start no more runs. Those that are under way end by themselves."""
        ...

    def run_now(self, definition: FunctionDefinition) -> None:
        """Begin to run a function because of POST /admin/functions, also a disabled one."""
        ...
