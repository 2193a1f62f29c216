"""Apps that answer like Azure's host: one host for the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, MakeAppFolder, RunHost, RunningHost


class Serve(Protocol):
    """Starts a host until the end of the module; see the fixture of this name."""

    def __call__(
        self, build: Callable[[AppFolder], None], settings: Mapping[str, str] | None = None, /
    ) -> RunningHost: ...


@pytest.fixture(scope="module")
def serve(
    run_host: RunHost, app_folder: MakeAppFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Starts a host for an app until the end of the module: serve(BUILD, SETTINGS)."""
    with ExitStack() as running:

        def start(
            build: Callable[[AppFolder], None], settings: Mapping[str, str] | None = None
        ) -> RunningHost:
            app = app_folder(tmp_path_factory.mktemp("app"))
            build(app)
            return running.enter_context(run_host(app.root, settings or {}))

        yield start
