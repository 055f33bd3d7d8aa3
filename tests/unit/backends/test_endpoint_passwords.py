"""A password in --endpoint-url is rejected, and never printed."""

import pytest
from given import Run

from pca_events.backends.remote import without_password

URLS = [
    "http://user:s3cret@127.0.0.1:1",
    "ftp://user:s3cret@x",
    "http://user:s3cret@sqs.us-east-1.amazonaws.com",
    "http://user:s3cret@127.0.0.1:99999",
    "http://user:s3cret@",
    "http://s3cret@127.0.0.1:1",
    "http://user:s3cr@et@127.0.0.1:1",
    "user:s3cret@127.0.0.1:1",
    "http:/user:s3cret@127.0.0.1:1",
    "http:user:s3cret@127.0.0.1:1",
    "http://user:s3cret@[::1",
]
COMMANDS = [("sweep",), ("watch",), ("calibrate",), ("clock",), ("verify", "envelope"), ("verify-consumer", ".")]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("url", URLS)
def test_a_password_is_never_printed(command: Run, words: tuple[str, ...], url: str) -> None:
    found = command(*words, "--endpoint-url", url)
    assert found.returncode == 2
    assert "s3cr" not in found.stdout + found.stderr


def test_the_message_says_what_to_do(command: Run) -> None:
    found = command("clock", "--endpoint-url", URLS[0])
    told = "http://...@127.0.0.1:1 has a user name or a password, which no emulator needs; give the URL without it"
    assert found.stderr == f"pca-events: {told}\n"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("http://a:b@h:1/x", "http://...@h:1/x"),
        ("embedded LocalStack", "embedded LocalStack"),
    ],
)
def test_only_the_user_part_is_left_out(url: str, shown: str) -> None:
    assert without_password(url) == shown
