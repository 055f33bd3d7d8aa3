"""The functions of a LocalStack: read from `--function`, and in the environment that it is started with."""

from pathlib import Path

import pytest

from pca_events.errors import BadInput
from pca_events.functions.entries import functions_here, read_functions, variables_of
from pca_events.handlers.entry import Limits

LIMITS = Limits(30.0, 256)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a handler."""
    (tmp_path / "app.py").write_text("")
    (tmp_path / "command.py").write_text("")
    return tmp_path


def test_functions_are_given_to_the_emulator_in_its_environment(folder: Path) -> None:
    read = read_functions(["renew=app:handler", "other=command:cat -u", "third=./command:handler"], LIMITS, folder)
    assert read["renew"].module == "app"
    assert (Path(read["other"].command[0]).name, read["other"].command[1:]) == ("cat", ("-u",))
    assert (read["third"].module, read["third"].command) == ("command", ())
    assert functions_here(variables_of(read)) == read


def test_without_functions_the_environment_is_as_before() -> None:
    assert variables_of({}) == {}
    assert functions_here({}) == {}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["app:handler"], '"app:handler" is not a function; write a name of letters, digits, - and _ and its code'),
        (["a b=app:handler"], "is not a function"),
        (["renew="], '"" is not a handler'),
        (["renew=missing:handler"], "there is no file missing.py"),
        (["renew=command:no-such-program"], "there is no program no-such-program"),
        (["renew=app:handler", "renew=app:other"], "there are two functions with the name renew"),
    ],
)
def test_bad_functions_are_rejected(entries: list[str], message: str, folder: Path) -> None:
    with pytest.raises(BadInput, match=message):
        read_functions(entries, LIMITS, folder)
