"""Which files belong to the app."""

from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.package.contents import app_files, app_in_folder

ROOT = Path(__file__).parents[3]
APP = ["SendSms/__init__.py", "SendSms/function.json", "host.json", "shared/guards/limits.py"]


def test_the_app_has_functions_a_library_and_the_hosts_settings() -> None:
    others = [
        "README.md",
        "dev.py",
        ".env",
        "docs/shared/a.py",
        "tests/__init__.py",
        "infra/a.bicep",
    ]

    assert app_files([*others, *reversed(APP)]) == APP


def test_a_folder_without_function_json_is_not_a_function() -> None:
    assert app_files(["SendSms/__init__.py", "docs/function.json/a.py"]) == ["host.json"]


@pytest.mark.parametrize(
    "name",
    [
        "SendSms/prod.settings.json",
        "SendSms/words.txt",
        "SendSms/inner/function.json",
        "shared/function.json",
        "shared/.env",
        "shared/guards/id_rsa",
        "shared/page/a.html",
        "SendSms/page/.env",
        "SendSms/page/inner/a.html",
        "SendSms/a.html",
    ],
)
def test_an_unknown_file_in_the_app_stops_the_package(name: str) -> None:
    with pytest.raises(CommandError, match=f"^{name} is in one of the app's folders"):
        app_files([*APP, name])


def test_a_function_may_have_a_page() -> None:
    page = ["GetPage/page/LICENSE.md", "GetPage/page/a.html", "GetPage/page/sdk-1.0.js"]
    function = ["GetPage/__init__.py", "GetPage/function.json", *page]

    assert app_files([*APP, *function]) == sorted([*APP, *function])


def test_the_app_in_this_folder_is_all_functions_and_the_whole_library() -> None:
    names = app_in_folder(ROOT)

    functions = {path.parent.name for path in ROOT.glob("*/function.json")}
    assert {f"{name}/__init__.py" for name in functions} <= {*names}
    assert {name for name in names if name.startswith("shared/")} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "shared").rglob("*.py")
    }
    assert {name.partition("/")[0] for name in names} == functions | {"shared", "host.json"}
