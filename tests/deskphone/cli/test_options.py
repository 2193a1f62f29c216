"""The options of `serve` and `run`."""

import argparse

import pytest

from deskphone.cli.options import ALL_ADDRESSES, Options, add_options, options_of
from deskphone.ports import PortInUseError, port_of


def read(*arguments: str) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return options_of(parser.parse_args(arguments))


def test_only_this_machine_can_connect_by_default() -> None:
    with read("--port", "0").listener() as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_loopback_address_needs_no_warning(host: str) -> None:
    assert read("--host", host).warning() == ""


def test_warning_names_an_address_that_others_reach() -> None:
    assert "192.0.2.7" in read("--host", "192.0.2.7").warning()


def test_requests_may_use_the_address_that_was_asked_for() -> None:
    assert "192.0.2.7" in read("--host", "192.0.2.7").allowed_names


def test_all_addresses_ask_for_a_host_name() -> None:
    assert "--allow-host" in read("--host", ALL_ADDRESSES).warning()
    assert "--allow-host" not in read("--host", ALL_ADDRESSES, "--allow-host", "phone").warning()


def test_port_in_use_is_named() -> None:
    with read("--port", "0").listener() as listener:
        port = port_of(listener)
        with pytest.raises(PortInUseError, match=str(port)):
            read("--port", str(port)).listener()
