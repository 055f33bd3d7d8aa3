"""The names of the services that can be switched on."""

import importlib.util

import pytest

from pca_events.backends import EmbeddedLocalStack
from pca_events.errors import BackendError
from pca_events.service_switches import SWITCHES, VARIABLE, is_on, read_switches, variable_of


def test_names_are_read_once_each_in_their_order() -> None:
    assert read_switches(" kms,acm , kms,") == ("kms", "acm")
    assert read_switches("") == ()
    with pytest.raises(ValueError, match=f'no service "s4" to switch on; there are {", ".join(SWITCHES)}'):
        read_switches("kms,s4")


def test_only_what_is_named_is_on() -> None:
    environment = variable_of(["kms", "cloudtrail"])
    assert environment[VARIABLE] == "kms,cloudtrail"
    assert [name for name in SWITCHES if is_on(name, environment)] == ["cloudtrail", "kms"]
    assert not any(is_on(name, {}) for name in SWITCHES)


def test_cloudformation_without_its_package_is_reported_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "samtranslator" else found(name))
    with pytest.raises(BackendError, match="cloudformation needs aws-sam-translator; install"):
        EmbeddedLocalStack.of_this_process(services=["cloudformation"]).launch()
