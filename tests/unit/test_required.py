"""A test that cannot run is skipped; if all requirements are mandatory, it fails."""

import pytest
from required import cannot_run


def test_it_is_skipped_locally(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PCA_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Docker"):
        cannot_run("no Docker")


def test_it_fails_if_the_tools_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCA_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no Docker"):
        cannot_run("no Docker")
