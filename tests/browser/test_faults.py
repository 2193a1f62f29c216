"""Faults on the page: the strip that names them, and the menu that switches them."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.browser.conftest import ToldPage

Fault = dict[str, object]
NARROW_PX = 390
LOST: Fault = {"service": "twilio", "kind": "lost", "probability": 0.1, "happened": 0}
TWICE: Fault = {"service": "webhooks", "kind": "twice", "probability": 1, "happened": 3}
VAULT: Fault = {"service": "vault", "kind": "503", "happened": 0}
STORAGE: Fault = {"service": "storage", "kind": "refused", "seconds": 30, "happened": 0}
KILLED: Fault = {"service": "host", "kind": "killed", "count": 1, "happened": 0}


def on(*faults: Fault) -> dict[str, object]:
    """Return these faults as the page gets them."""
    return {"seed": 7, "faults": list(faults)}


def faults_of(stack: LocalStack) -> list[tuple[str, str]]:
    """Return service and kind of the faults that are on."""
    answer = stack.http.get(f"{stack.emulator_url}/emulator/faults").json()
    return [(fault["service"], fault["kind"]) for fault in answer["faults"]]


def test_a_fault_is_switched_on_in_the_menu_and_off_in_the_strip(
    page: Page, live_stack: LocalStack
) -> None:
    page.get_by_test_id("break").click()
    page.get_by_label("Status callbacks: dropped").check()
    expect(page.get_by_test_id("faults")).to_contain_text("Status callbacks: dropped")
    assert faults_of(live_stack) == [("webhooks", "dropped")]

    page.get_by_role("button", name="Turn off").click()

    expect(page.get_by_test_id("faults")).to_be_empty()
    assert faults_of(live_stack) == []


@pytest.mark.soak
def test_a_fault_comes_on_top_of_others_and_goes_alone(page: Page, live_stack: LocalStack) -> None:
    page.get_by_test_id("break").click()
    page.get_by_label("Status callbacks: delivered twice").check()
    page.get_by_label("Status callbacks: dropped").check()
    expect(page.get_by_test_id("faults").locator("span")).to_have_count(2)

    page.get_by_label("Status callbacks: delivered twice").uncheck()

    # A list, since for an instant there are two.
    left = page.get_by_test_id("faults").locator("span")
    expect(left).to_have_text(["Status callbacks: dropped"])
    assert faults_of(live_stack) == [("webhooks", "dropped")]


@pytest.mark.soak
def test_the_strip_names_each_fault_in_plain_words(page: Page, told: "ToldPage") -> None:
    told.show(faults=on(LOST, TWICE, VAULT, STORAGE, KILLED))

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
def test_a_fault_that_has_happened_often_enough_is_off(page: Page, told: "ToldPage") -> None:
    told.show(faults=on(KILLED))
    expect(page.get_by_test_id("faults")).to_contain_text("killed")

    told.tell("faults", on({**KILLED, "happened": 1}))

    expect(page.get_by_test_id("faults")).to_be_empty()


@pytest.mark.soak
def test_a_fault_that_is_spent_is_left_out_of_the_next_choice(page: Page, told: "ToldPage") -> None:
    told.show(faults=on(LOST, {**KILLED, "happened": 1}))
    page.get_by_test_id("break").click()

    with page.expect_request("**/faults"):
        page.get_by_label("Storage: down").check()

    storage: Fault = {"service": "storage", "kind": "refused"}
    assert told.posted == [("faults", on(LOST, storage))]


@pytest.mark.soak
def test_many_faults_leave_a_narrow_page_its_width_and_its_phone(
    page: Page, told: "ToldPage"
) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})

    told.show(faults=on(LOST, TWICE, VAULT, STORAGE, KILLED))

    expect(page.get_by_role("button", name="Turn off")).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("compose")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX


@pytest.mark.soak
def test_the_menu_fits_a_narrow_page(page: Page) -> None:
    page.set_viewport_size({"width": NARROW_PX, "height": 844})
    page.get_by_role("button", name="Inspector").click()

    page.get_by_test_id("break").click()

    for choice in page.get_by_role("checkbox").all():
        expect(choice).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW_PX
