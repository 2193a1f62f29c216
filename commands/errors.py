"""What ends a command."""


class CommandError(Exception):
    """What the user has to know, in a sentence; `exit_status` is 2 where the command was wrong."""

    def __init__(self, sentence: str, *, exit_status: int = 1) -> None:
        super().__init__(sentence)
        self.exit_status = exit_status
