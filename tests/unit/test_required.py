"""A test that cannot run here says so; in CI that is a failure."""

import pytest
from required import cannot_run


def test_it_skips_on_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Docker"):
        cannot_run("no Docker")


def test_it_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Docker"):
        cannot_run("no Docker")
