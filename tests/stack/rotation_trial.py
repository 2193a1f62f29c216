"""A rotation in progress: an emulator, instances of the app, and an operator."""

import asyncio
import base64
import getpass
import os
import shlex
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import NamedTuple

import aiohttp
import jwt
import pytest
from aiohttp import web

from commands.local_values import local_values
from commands.secrets import __main__ as secrets_command
from commands.secrets.vault import KeyVault
from deskphone.clock import ManualClock as EmulatorClock
from deskphone.ports import listen, port_of
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID, API_KEY_SID
from local_stack.emulator import LocalEmulator
from local_stack.folder import read_folder
from local_stack.testing import ROOT
from local_stack.values import host_settings
from shared import clients
from shared.config.settings import Secret
from shared.http.request_parts import FORM_TYPE
from tests.shared.conftest import ManualClock
from tests.stack.rotating import RECORDING, Instance

USE_SHARED_KEY = "Make Twilio sign with it."
WAITS = {
    "Wait two minutes.": 120.0,
    "Wait an hour.": 3600.0,
    "For browser calls, wait `CLIENT_TOKEN_SECONDS` longer.": 3600.0,
}


class Step(NamedTuple):
    """One numbered step of a runbook."""

    title: str
    commands: list[str]


class Operator:
    """Follows the steps of the page, with an emulator in place of Twilio and Azure."""

    def __init__(
        self, emulator: LocalEmulator, emulator_url: str, session: aiohttp.ClientSession
    ) -> None:
        self.typed: dict[str, str] = {}
        self._emulator = emulator
        self._emulator_url = emulator_url
        self._session = session

    async def carry_out(self, command: str) -> None:
        """Carry out a command from the page."""
        words = shlex.split(command)
        if words[0] == "curl":
            await self._ask_twilio(words[1:])
        elif words[:3] == ["python3", "dev.py", "secrets"]:
            words = [word for word in words[3:] if word not in ("--vault", "$V")]
            port = self._emulator_url.rpartition(":")[2]
            local = ["--local", "--phone-port", port]
            assert await asyncio.to_thread(secrets_command.main, [*words, *local]) == 0
        else:  # checks, and steps that only Azure can do
            assert "doctor" in words or words[0] == "az", words

    async def _ask_twilio(self, words: list[str]) -> None:
        """Send the request of a curl command, with the password that it prompts for."""
        [url] = [word for word in words if word.startswith("https://")]
        path = "/" + url.split("/", 3)[3]
        path = path.replace("$ACCOUNT_SID", ACCOUNT_SID).replace("$OLD_KEY_SID", API_KEY_SID)
        body = words[words.index("-d") + 1] if "-d" in words else None
        user = f"{ACCOUNT_SID}:{self._emulator.deskphone.auth_token}"
        password = base64.b64encode(user.encode()).decode()
        headers = {"Authorization": f"Basic {password}", "Content-Type": FORM_TYPE}
        address = self._emulator_url + path
        method = words[words.index("-X") + 1]
        async with self._session.request(method, address, data=body, headers=headers) as answer:
            assert answer.ok, await answer.text()
            answered = await answer.json() if answer.status != HTTPStatus.NO_CONTENT else {}
        self.typed |= {
            Secret.AUTH_TOKEN_SECONDARY: answered.get("secondary_auth_token", ""),
            Secret.API_KEY_SID_SECONDARY: answered.get("sid", ""),
            Secret.API_KEY_SECRET_SECONDARY: answered.get("secret", ""),
        }

    def type(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Simulate a terminal where the operator types the values that Twilio has shown."""

        def answer_prompt(question: str) -> str:
            return self.typed[question.partition(" ")[0]]

        for name in local_values("", 0):  # `--local` changes these; this restores them
            monkeypatch.setenv(name, os.environ.get(name, ""))
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
        monkeypatch.setattr(getpass, "getpass", answer_prompt)


class Trial:
    """A rotation in progress: the instances, and the requests that each refused."""

    def __init__(self, emulator: LocalEmulator, values: dict[str, str], operator: Operator) -> None:
        self.clock = ManualClock()
        self.refused: list[tuple[str, str, int]] = []
        self.tokens = {emulator.deskphone.auth_token}
        self.shared_key = ""
        """The webhook shared key that Twilio signs with as well, or ""."""
        self._emulator = emulator
        self._values = values
        self._operator = operator
        self.steady, self.attacked, self.idle = map(self.instance, ("steady", "attacked", "idle"))
        self.opened: list[Instance] = [self.steady, self.attacked, self.idle]
        self.link = ""
        self._browsers: set[str] = set()

    def instance(self, name: str) -> Instance:
        """Return a new worker with an empty cache."""
        return Instance(name, self._values, self.clock)

    def sign_with_shared_key(self, key: str, next_key: str) -> None:
        """Make Twilio sign with a shared key from the vault, and show the next key."""
        self._emulator.azure.secrets[Secret.WEBHOOK_KEY] = self.shared_key = key
        self._operator.typed[Secret.WEBHOOK_KEY_SECONDARY] = next_key

    async def begin(self) -> None:
        """Make all instances read the secrets for everyday requests."""
        self.link = await self.steady.new_link()
        for instance in self.opened:
            await self.use(instance)

    async def use(self, instance: Instance, new_link: str = "") -> None:
        """Make an instance do everything; record what it refused."""
        done = [(await instance.webhook(token), "webhook") for token in sorted(self.tokens)]
        done.append((await instance.send() - 1, "send"))  # 201
        done.append((await instance.open(self.link), "link"))
        self._browsers.add(await instance.token())
        done += [(self._judged(token), "token") for token in sorted(self._browsers)]
        if new_link:
            done.append((await instance.open(new_link), "new link"))
        self.refused += [(instance.name, what, status) for status, what in done if status != 200]

    def _judged(self, token: str) -> int:
        """Return how Twilio answers a browser's token. Browsers no longer use expired ones."""
        said = jwt.decode(token, options={"verify_signature": False})
        key = self._emulator.deskphone.account.keys.get(said["iss"])
        if said["exp"] <= self.clock.now().timestamp():
            return 200
        if key is None:
            return 403
        try:
            jwt.decode(
                token, key.secret, ["HS256"], options={"verify_exp": False, "verify_nbf": False}
            )
        except jwt.InvalidTokenError:
            return 403
        return 200

    async def attack(self) -> None:
        """Use up the vault reads that the attacked instance may make within a minute."""
        await self.attacked.attacked(self.link)

    async def use_all(self) -> None:
        """Make a new instance, a busy one, and the attacked one do everything."""
        self.tokens.update(filter(None, (self._emulator.deskphone.auth_token, self.shared_key)))
        cold = self.instance("cold")
        new_link = await cold.new_link()
        for instance in (cold, self.steady, self.attacked):
            await self.use(instance, new_link)
        await cold.close()

    async def run(self, steps: list[Step], *, waiting: bool = True) -> None:
        """Carry out steps, with requests before and after each change."""
        assert not self.shared_key or USE_SHARED_KEY in {step.title for step in steps}
        for step in steps:
            if step.title in WAITS and waiting:
                self.clock.advance(WAITS[step.title] / 2)
                for instance in (self.steady, self.attacked):
                    self._browsers.add(await instance.token())
                self.clock.advance(WAITS[step.title] / 2)
                self.tokens.clear()  # no older requests are in transit anymore
                await self.use_all()
            if step.title == USE_SHARED_KEY:
                await self.attack()
                self.shared_key = self._operator.typed[Secret.WEBHOOK_KEY_SECONDARY]
                await self.use_all()
            for command in step.commands:
                await self.attack()
                await self._operator.carry_out(command)
                if command.startswith("curl"):  # writes to the vault already do this
                    await self.use_all()


@asynccontextmanager
async def a_trial(monkeypatch: pytest.MonkeyPatch, credential: str) -> AsyncGenerator[Trial]:
    """An emulator in this process, three instances of the app, and an operator."""
    socket = listen(0)
    url = f"http://127.0.0.1:{port_of(socket)}"
    functions_url = "http://127.0.0.1:9"  # unused: Twilio sends nothing while its clock rests
    emulator = LocalEmulator(
        EmulatorClock(datetime.now(UTC)), functions_url, read_folder(ROOT, {}), url
    )
    add_recording(emulator)
    values = host_settings(functions_url, url)
    values |= {"TWILIO_REST_CREDENTIAL": credential, "DAILY_SEGMENT_LIMIT": "0"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)  # Azure's package reads the identity from there
    runner = web.AppRunner(emulator.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, socket).start()
    async with aiohttp.ClientSession() as session:
        operator = Operator(emulator, url, session)
        operator.type(monkeypatch)
        trial = Trial(emulator, values, operator)
        use_around_each_write(monkeypatch, trial, asyncio.get_running_loop())
        await trial.begin()
        yield trial
        for instance in trial.opened:
            await instance.close()
    clients.reset()
    await emulator.deskphone.close()
    await runner.cleanup()


def use_around_each_write(
    monkeypatch: pytest.MonkeyPatch, trial: Trial, loop: asyncio.AbstractEventLoop
) -> None:
    """Use the app before and after every single write, even between two writes of one command."""
    write = KeyVault.write

    def write_among_requests(vault: KeyVault, secret: Secret, value: str) -> None:
        asyncio.run_coroutine_threadsafe(trial.attack(), loop).result(30)
        write(vault, secret, value)
        asyncio.run_coroutine_threadsafe(trial.use_all(), loop).result(30)

    monkeypatch.setattr(KeyVault, "write", write_among_requests)


def add_recording(emulator: LocalEmulator) -> None:
    """Add a recording for links."""
    now = emulator.deskphone.clock.now()
    emulator.deskphone.store.recordings.put(
        Recording(RECORDING, "CA" + "0" * 32, "", "RecordVerb", now, now, "completed", 1, 1)
    )


def in_trial(
    monkeypatch: pytest.MonkeyPatch,
    use: Callable[[Trial], Awaitable[None]],
    credential: str = "auth_token",
) -> Trial:
    """Run something in a trial, and return the trial."""

    async def main() -> Trial:
        async with a_trial(monkeypatch, credential) as trial:
            await use(trial)
        return trial

    return asyncio.run(main())
