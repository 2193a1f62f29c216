"""The error that ends a command."""


class CommandError(Exception):
    """The message tells the user what is wrong; `exit_status` is 2 for incorrect usage."""

    def __init__(self, sentence: str, *, exit_status: int = 1) -> None:
        super().__init__(sentence)
        self.exit_status = exit_status
