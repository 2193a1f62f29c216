"""Faults on the page: the banner that lists them, and the menu that switches them."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedPage

Fault = dict[str, object]
NARROW_PX = 390
LOST: Fault = {"service": "twilio", "kind": "lost", "probability": 0.1, "happened": 0}
TWICE: Fault = {"service": "webhooks", "kind": "twice", "probability": 1, "happened": 3}
VAULT: Fault = {"service": "vault", "kind": "503", "happened": 0}
STORAGE: Fault = {"service": "storage", "kind": "refused", "seconds": 30, "happened": 0}
KILLED: Fault = {"service": "host", "kind": "killed", "count": 1, "happened": 0}


def on(*faults: Fault) -> dict[str, object]:
    """Return these faults in the page's format."""
    return {"seed": 7, "faults": list(faults)}


def faults_of(stack: LocalStack) -> list[tuple[str, str]]:
    """Return the service and kind of each fault that is on."""
    answer = stack.http.get(f"{stack.emulator_url}/emulator/faults").json()
    return [(fault["service"], fault["kind"]) for fault in answer["faults"]]


def test_menu_turns_fault_on_and_banner_clears_it(page: Page, live_stack: LocalStack) -> None:
    page.get_by_test_id("fault-menu").click()
    page.get_by_label("Status callbacks: dropped").check()
    expect(page.get_by_test_id("faults")).to_contain_text("Status callbacks: dropped")
    assert faults_of(live_stack) == [("webhooks", "dropped")]

    page.get_by_role("button", name="Clear all faults").click()

    expect(page.get_by_test_id("faults")).to_be_empty()
    assert faults_of(live_stack) == []


@pytest.mark.soak
def test_menu_adds_and_removes_single_faults(page: Page, live_stack: LocalStack) -> None:
    page.get_by_test_id("fault-menu").click()
    page.get_by_label("Status callbacks: delivered twice").check()
    page.get_by_label("Status callbacks: dropped").check()
    expect(page.get_by_test_id("faults").locator("span")).to_have_count(2)

    page.get_by_label("Status callbacks: delivered twice").uncheck()

    # A list, because for an instant there are two.
    left = page.get_by_test_id("faults").locator("span")
    expect(left).to_have_text(["Status callbacks: dropped"])
    assert faults_of(live_stack) == [("webhooks", "dropped")]


@pytest.mark.soak
def test_banner_describes_each_fault(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(faults=on(LOST, TWICE, VAULT, STORAGE, KILLED))

    expect(page.get_by_test_id("faults").locator("span")).to_have_text(
        [
            "Twilio: answers lost, 10 %",
            "Status callbacks: delivered twice",
            "Key Vault: error 503",
            "Storage: down, 30 s",
            "Functions host: killed while sending, once",
        ]
    )


@pytest.mark.soak
def test_banner_hides_used_up_fault(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(faults=on(KILLED))
    expect(page.get_by_test_id("faults")).to_contain_text("killed")

    scripted.send("faults", on({**KILLED, "happened": 1}))

    expect(page.get_by_test_id("faults")).to_be_empty()


@pytest.mark.soak
def test_menu_leaves_out_used_up_fault(page: Page, scripted: "ScriptedPage") -> None:
    scripted.show(faults=on(LOST, {**KILLED, "happened": 1}))
    page.get_by_test_id("fault-menu").click()

    with page.expect_request("**/faults"):
        page.get_by_label("Storage: down").check()

    storage: Fault = {"service": "storage", "kind": "refused"}
    assert scripted.posted == [("faults", on(LOST, storage))]


@pytest.mark.soak
def test_banner_with_many_faults_fits_narrow_page(page: Page, scripted: "ScriptedPage") -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})

    scripted.show(faults=on(LOST, TWICE, VAULT, STORAGE, KILLED))

    expect(page.get_by_role("button", name="Clear all faults")).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("compose")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


@pytest.mark.soak
def test_menu_fits_narrow_page(page: Page) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    page.get_by_role("button", name="Inspector").click()

    page.get_by_test_id("fault-menu").click()

    for choice in page.get_by_role("checkbox").all():
        expect(choice).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX
