"""The fixtures with documented events, and the mark `pca_events` that runs a test once for each of them."""

import contextlib
from collections.abc import Callable

import pytest

from pca_events import catalog
from pca_events.catalog import Event
from pca_events.errors import BadInput

_MARK = "pca_events"
_OPTIONS = ("account", "region", "partition", "seed")
_USE = 'mark it with the events that it wants, such as @pytest.mark.pca_events("crl-generation-failure-*")'


def pytest_configure(config: pytest.Config) -> None:
    """Explain the mark."""
    meaning = "run the test once for each documented event whose ID matches; the fixture of this name is the event"
    config.addinivalue_line("markers", f"{_MARK}(*globs, account=..., region=..., partition=..., seed=...): {meaning}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the fixture `pca_events` its events; if the mark is missing or wrong, the fixture reports it."""
    if _MARK not in metafunc.fixturenames:
        return
    with contextlib.suppress(BadInput):
        ids = _marked(metafunc.definition)
        metafunc.parametrize(_MARK, ids, ids=ids, indirect=True)


def _marked(test: pytest.Item) -> tuple[str, ...]:
    mark = test.get_closest_marker(_MARK)
    if mark is None or not mark.args:
        raise BadInput(_USE)
    if wrong := [each for each in mark.args if not isinstance(each, str)]:
        raise BadInput(f"{wrong[0]!r} is not text; {_USE}")
    if unknown := sorted(mark.kwargs.keys() - set(_OPTIONS)):
        raise BadInput(f"the mark has no {', '.join(unknown)}; it has {', '.join(_OPTIONS)}")
    return catalog.matching(mark.args)


@pytest.fixture(scope="session")
def pca_event() -> Callable[..., Event]:
    """Make an event like a documented one: `pca_event("crl-generation-failure-internal", account="444455556666")`.

    The arguments are those of `pca_events.sample`. Without options, it is the sample that AWS documents.
    """
    from pca_events.events import sample

    return sample


@pytest.fixture
def pca_events(request: pytest.FixtureRequest, pca_event: Callable[..., Event]) -> Event:
    """One documented event that the mark `pca_events` names; the test runs once for each."""
    mark = request.node.get_closest_marker(_MARK)
    problem = "make it an argument of the test"
    try:
        _marked(request.node)
        if hasattr(request, "param"):
            return pca_event(request.param, **mark.kwargs)
    except BadInput as error:
        problem = str(error)
    pytest.fail(f"{request.node.name} uses the fixture pca_events: {problem}", pytrace=False)
