"""The page of licences: it is up to date, and no package with an unknown or unexplained licence gets onto it."""

from email.message import Message

import licences_page
import pytest
from licences_page import PAGE, Licence


def metadata(**fields: str) -> Message:
    about = Message()
    for name, value in fields.items():
        about[name.replace("_", "-")] = value
    return about


def test_the_page_lists_the_licences_of_the_pinned_packages() -> None:
    written = PAGE.read_text("utf-8")
    assert licences_page.page(written) == written, "python tests/suite/regenerate.py licences"


def test_every_pinned_package_is_listed_once() -> None:
    listed = [each.package for several in licences_page.licences(PAGE.read_text("utf-8")).values() for each in several]
    assert sorted(listed) == sorted(
        {name for file in licences_page.REQUIREMENTS for name in licences_page.pinned(file)}
    )
    assert {"jsonschema", "localstack-core", "pywin32", "awslambdaric", "pact-python"} <= set(listed)


@pytest.mark.parametrize(
    ("text", "permissive"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("BSD, Apache-2.0", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("Apache-2.0 AND (MPL-2.0 OR MIT)", True),
        ("LGPL-3.0", False),
        ("MIT-like", False),
    ],
)
def test_a_licence_is_permissive_if_it_can_be_chosen(text: str, permissive: bool) -> None:
    assert Licence("package", text).is_permissive is permissive


def test_a_package_with_an_unknown_licence_is_not_listed() -> None:
    for about in (metadata(Name="one", License="see LICENSE"), metadata(Name="one", Classifier="License :: Free")):
        with pytest.raises(LookupError, match="one states no licence that is known"):
            licences_page.stated(about)


def test_a_licence_that_is_not_permissive_needs_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(licences_page._NOTES, "orjson")
    with pytest.raises(LookupError, match=r"not permissive, and without a note in .*: orjson$"):
        licences_page.page(PAGE.read_text("utf-8"))


def test_a_package_that_is_not_installed_keeps_its_row() -> None:
    assert licences_page.licence("not-installed", "| not-installed | MIT |\n") == Licence("not-installed", "MIT")
    with pytest.raises(LookupError, match="not-installed is not installed here; add its row"):
        licences_page.licence("not-installed", "")
