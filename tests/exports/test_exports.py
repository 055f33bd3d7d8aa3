"""The exports as documents: their conformance to the standards, and their verdicts on events."""

import errno
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator

from pca_events import __version__, catalog, cli
from pca_events.catalog import Event
from pca_events.contract import meets, violations
from pca_events.errors import PcaEventsError
from pca_events.exports import FORMATS, documented_detail_types
from pca_events.exports.json_documents import in_draft_07, translated

Ajv = Callable[..., list[str | None]]
Exported = dict[str, dict[str, str]]


def openapi_takes(files: dict[str, str], event: Event) -> bool:
    """Whether one of the five documents takes the event."""
    schemas = [{"$ref": "#/components/schemas/AWSEvent", **json.loads(text)} for text in files.values()]
    return any(OAS30Validator(schema, format_checker=oas30_format_checker).is_valid(event) for schema in schemas)


def asyncapi_takes(files: dict[str, str], event: Event) -> bool:
    """Whether one of the five messages takes the event."""
    (text,) = files.values()
    messages = json.loads(text)["components"]["messages"].values()
    return any(Draft7Validator(message["payload"]).is_valid(event) for message in messages)


def jsonschema_takes(files: dict[str, str], event: Event) -> bool:
    (text,) = files.values()
    return Draft202012Validator(json.loads(text), format_checker=FormatChecker(["date-time"])).is_valid(event)


TAKES = {"openapi": openapi_takes, "asyncapi": asyncapi_takes, "jsonschema": jsonschema_takes}


def test_valid_examples_are_valid_and_invalid_ones_invalid(sound: list[Event], broken: dict[str, Event]) -> None:
    assert [violations(event) for event in sound] == [[]] * len(sound)
    assert [name for name, event in broken.items() if meets(event)] == []


@pytest.mark.parametrize("name", TAKES)
def test_accepts_every_valid_event(exported: Exported, sound: list[Event], name: str) -> None:
    assert [event for event in sound if not TAKES[name](exported[name], event)] == []


@pytest.mark.parametrize("name", TAKES)
def test_rejects_every_invalid_event_that_it_can_express(
    exported: Exported, broken: dict[str, Event], name: str
) -> None:
    taken = [fault for fault, event in broken.items() if TAKES[name](exported[name], event)]
    assert taken == (["resources in another order"] if name == "openapi" else [])


@pytest.mark.slow
def test_ajv_in_strict_mode_agrees_with_the_bundle(
    exported: Exported, ajv: Ajv, sound: list[Event], broken: dict[str, Event]
) -> None:
    (text,) = exported["jsonschema"].values()
    bundle = json.loads(text)
    Draft202012Validator.check_schema(bundle)
    assert bundle["examples"] == [event.sample for event in catalog.documented_events()]
    verdicts = ajv(bundle, [*sound, *broken.values()], "2020-12", strict=True)
    assert verdicts[: len(sound)] == [None] * len(sound)
    assert all(verdicts[len(sound) :])


def test_the_bundle_contains_all_references_and_no_cloudtrail_schema(exported: Exported) -> None:
    (text,) = exported["jsonschema"].values()
    bundle = json.loads(text)
    assert len(bundle["oneOf"]) == 5
    assert len(bundle["$defs"]) == 5 + 2
    assert not [path for path in bundle["$defs"] if "cloudtrail" in path]
    for twin in catalog.cloudtrail_twins():
        assert not jsonschema_takes(exported["jsonschema"], twin.sample)


def test_openapi_is_as_the_schema_registry_names_it(exported: Exported) -> None:
    assert {name: json.loads(text)["info"]["title"] for name, text in exported["openapi"].items()} == {
        "aws.acm-pca@ACMPrivateCACreation.json": "ACMPrivateCACreation",
        "aws.acm-pca@ACMPrivateCACertificateIssuance.json": "ACMPrivateCACertificateIssuance",
        "aws.acm-pca@ACMPrivateCACertificateRevocation.json": "ACMPrivateCACertificateRevocation",
        "aws.acm-pca@ACMPrivateCACRLGeneration.json": "ACMPrivateCACRLGeneration",
        "aws.acm-pca@ACMPrivateCAAuditReportGeneration.json": "ACMPrivateCAAuditReportGeneration",
    }
    document = json.loads(exported["openapi"]["aws.acm-pca@ACMPrivateCACRLGeneration.json"])
    event = document["components"]["schemas"]["AWSEvent"]
    assert document["paths"] == {}
    assert event["x-amazon-events-source"] == "aws.acm-pca"
    assert event["x-amazon-events-detail-type"] == "ACM Private CA CRL Generation"
    assert event["properties"]["detail"] == {"$ref": "#/components/schemas/ACMPrivateCACRLGeneration"}
    assert event["example"] == catalog.documented("crl-generation-success").sample


def test_openapi_is_valid_and_has_no_keyword_outside_3_0(exported: Exported) -> None:
    for text in exported["openapi"].values():
        OpenAPIV30SpecValidator(json.loads(text)).validate()
        words = {key for node in objects(json.loads(text)["components"]["schemas"]) for key in node}
        assert not words & {"const", "prefixItems", "if", "then", "$defs", "$id", "$schema", "$comment", "examples"}


def test_openapi_without_a_required_part_is_not_valid(exported: Exported) -> None:
    document = json.loads(next(iter(exported["openapi"].values())))
    del document["info"]["version"]
    assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] != []


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(child)


def test_openapi_rejects_keywords_without_an_equivalent() -> None:
    with pytest.raises(PcaEventsError, match=r"^OpenAPI 3\.0 has no equivalent of if, then; nothing was exported$"):
        translated({"type": "object", "properties": {"reason": {"if": {}, "then": {}}}})


@pytest.mark.slow
def test_asyncapi_is_valid(exported: Exported, ajv: Ajv, node_modules: Path) -> None:
    # ajv brings draft 7 itself and would take the embedded one, under the same $id, for a second.
    official = json.loads((node_modules / "@asyncapi/specs/schemas/3.0.0-without-$id.json").read_text("utf-8"))
    (text,) = exported["asyncapi"].values()
    document = json.loads(text)
    unnamed = json.loads(text.replace('"action": "send"', '"action": "emit"'))
    verdicts = ajv(official, [document, unnamed], "draft-07", strict=False)
    assert verdicts[0] is None
    assert "/action must be equal to one of the allowed values" in str(verdicts[1])


def test_asyncapi_has_each_detail_type_once_and_every_sample(exported: Exported) -> None:
    (text,) = exported["asyncapi"].values()
    document = json.loads(text)
    (channel,) = document["channels"].values()
    messages = document["components"]["messages"]
    assert [message["name"] for message in messages.values()] == list(catalog.detail_types())
    assert list(channel["messages"]) == list(messages)
    assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    assert {operation["action"] for operation in document["operations"].values()} == {"send"}
    sent = [operation["messages"] for operation in document["operations"].values()]
    assert sent == [[{"$ref": f"#/channels/defaultEventBus/messages/{name}"}] for name in messages]
    samples = {example["name"]: example["payload"] for message in messages.values() for example in message["examples"]}
    assert samples == {event.id: event.sample for event in catalog.documented_events()}


@pytest.mark.slow
def test_asyncapi_payloads_are_draft_07(exported: Exported, ajv: Ajv) -> None:
    (text,) = exported["asyncapi"].values()
    for message in json.loads(text)["components"]["messages"].values():
        Draft7Validator.check_schema(message["payload"])
        examples = [example["payload"] for example in message["examples"]]
        assert ajv(message["payload"], examples, "draft-07", strict=True) == [None] * len(examples)
        assert not [node for node in objects(message["payload"]) if "prefixItems" in node]


def test_a_tuple_is_a_list_of_items_in_draft_07_wherever_it_stands() -> None:
    pair = {"prefixItems": [{"type": "string"}, {"type": "string"}]}
    assert in_draft_07({"allOf": [{"then": pair}]}) == {
        "allOf": [{"then": {"items": pair["prefixItems"], "additionalItems": True}}]
    }


def test_asyncapi_rejects_keywords_without_an_equivalent() -> None:
    with pytest.raises(PcaEventsError, match=r"^draft 7 has no equivalent of dependentRequired; nothing was exported$"):
        in_draft_07({"properties": {"detail": {"dependentRequired": {"reason": ["result"]}}}})


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_bytes_every_time_and_from_which_version(exported: Exported, name: str) -> None:
    again = FORMATS[name].render(documented_detail_types())
    assert list(again.items()) == list(exported[name].items())
    for text in again.values():
        assert f"Written by pca-events {__version__}" in " ".join(text.split())
        assert re.search(r"[ \t]\n|[^\n]\Z", text) is None


def export(capsysbinary: pytest.CaptureFixture[bytes], name: str, out: str) -> tuple[int, str, str]:
    status = cli.main(["export", name, "--output", out])
    said = capsysbinary.readouterr()
    return status, said.out.decode(), said.err.decode()


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if not known.is_folder])
def test_a_file_and_standard_output(
    capsysbinary: pytest.CaptureFixture[bytes], exported: Exported, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "events"
    out.write_text("what was there before")
    (text,) = exported[name].values()
    assert export(capsysbinary, name, str(out)) == (0, f"wrote {out}: {FORMATS[name].summary}\n", "")
    assert out.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [out]
    assert export(capsysbinary, name, "-") == (0, text, "")
    assert (cli.main(["export", name]), capsysbinary.readouterr().out.decode()) == (0, text)


def test_other_files_in_the_folder_are_not_deleted(
    capsysbinary: pytest.CaptureFixture[bytes], exported: Exported, tmp_path: Path
) -> None:
    out = tmp_path / "registry"
    for _ in range(2):
        status, said, _ = export(capsysbinary, "openapi", str(out))
        assert (status, said.count("\n")) == (0, 1)
        assert {file.name: file.read_text("utf-8") for file in out.iterdir()} == exported["openapi"] | {
            file.name: "" for file in out.glob("mine")
        }
        (out / "mine").touch()


def test_a_symbolic_link_is_kept(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert export(capsysbinary, "python", str(tmp_path / "link"))[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").stat().st_size > 0


@pytest.mark.parametrize("name", FORMATS)
def test_a_failed_write_keeps_the_old_content(
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    export(capsysbinary, name, str(tmp_path / "out"))
    before = {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")}
    monkeypatch.setattr(Path, "replace", full)
    monkeypatch.setattr(Path, "write_bytes", full)  # the files of a folder are written beside it
    status, said, error = export(capsysbinary, name, str(tmp_path / "out"))
    assert (status, said) == (2, "")
    assert "out cannot be written (No space left on device); name a writable path\n" in error
    assert {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    ("name", "out", "message"),
    [
        ("python", "folder", "{0}/folder is a folder, but this format is one file; name the file, such as {0}/folder/"),
        ("openapi", "file", "{0}/file is a file, but this format is a folder of 5 files; name a folder\n"),
        (
            "openapi",
            "no/x",
            "{0}/no/x cannot be written, because {0}/no is not a folder; create it first, or name another",
        ),
        (
            "python",
            "no/x",
            "{0}/no/x cannot be written, because {0}/no is not a folder; create it first, or name another",
        ),
        (
            "python",
            "file/x",
            "{0}/file/x cannot be written, because {0}/file is not a folder; create it first, or name",
        ),
        ("python", "n" * 300, "{0}/" + "n" * 300 + " cannot be written (File name too long); name a writable"),
        ("openapi", "n" * 300, "{0}/" + "n" * 300 + " cannot be written (File name too long); name a writable"),
        ("python", "/dev/null", "/dev/null is not a regular file; use - for standard output\n"),
        ("openapi", "-", "openapi is 5 files, too many for standard output; name a folder\n"),
    ],
)
def test_an_unwritable_file_is_reported_in_one_line(
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path, name: str, out: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    status, said, error = export(capsysbinary, name, out if out == "-" else str(tmp_path / out))
    assert (status, said) == (2, "")
    assert error.startswith("pca-events: " + message.format(tmp_path))
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_format_that_it_does_not_know(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        cli.main(["export", "protobuf"])
    assert b"protobuf" in capsysbinary.readouterr().err
