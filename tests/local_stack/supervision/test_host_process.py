"""The host as a child process."""

import pytest

from deskphone.ports import PortInUseError, listen, port_of
from local_stack.supervision.host_process import describe_exit


def test_a_port_in_use_is_named_with_the_option_to_change_it() -> None:
    with listen(0) as taken:
        port = port_of(taken)
        with pytest.raises(PortInUseError) as raised:
            listen(port, option="--phone-port")

    assert f"port {port} (Address already in use)" in str(raised.value)
    assert "choose another with --phone-port" in str(raised.value)


def test_an_invalid_port_is_refused() -> None:
    with pytest.raises(PortInUseError, match="70000 isn't a valid port"):
        listen(70_000)


def test_a_port_can_be_reused_immediately() -> None:
    with listen(0) as first:
        port = port_of(first)
    with listen(port) as second:
        assert port_of(second) == port


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "the host exited with status 0"),
        (3, "the host exited with status 3"),
        (-9, "the host was killed by signal 9 (SIGKILL)"),
        (-64, "the host was killed by signal 64"),
    ],
)
def test_exit_statuses_are_described(status: int, words: str) -> None:
    assert describe_exit(status).startswith(words)
