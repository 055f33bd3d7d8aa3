"""How fast recorded events are validated: `pca-events validate` and other validators, on one file, in one run.

    python benchmarks/validate.py [EVENTS] [ROUNDS] [--small]

Writes a file of so many events (a million, unless told), and prints the rate of each way of checking it, the ratios,
and the peak memory at a gibibyte of input (Linux). Needs `check-jsonschema` (pip) and node with npm; without one its
line says so.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pca_events import catalog, contract
from pca_events.contract import SCHEMA_ROOT, schema_of, schemas
from pca_events.events import PARTITIONS, aws_location, realistic
from pca_events.recordings import validate

AJV = """
const Ajv = require("ajv/dist/2020"), fs = require("fs"), readline = require("readline");
const ajv = require("ajv-formats")(new Ajv({strict: false}));
const schemas = JSON.parse(fs.readFileSync(process.argv[2]));
for (const schema of schemas.all) ajv.addSchema(schema);
const checks = Object.fromEntries(Object.entries(schemas.of).map(([type, id]) => [type, ajv.getSchema(id)]));
(async () => {
  const began = process.hrtime.bigint();
  let good = 0;
  for await (const line of readline.createInterface({input: fs.createReadStream(process.argv[3])})) {
    const event = JSON.parse(line);
    if (checks[event["detail-type"]](event)) good++;
  }
  console.log(JSON.stringify({good, seconds: Number(process.hrtime.bigint() - began) / 1e9}));
})();
"""

MEMORY = """
import re, resource, sys
from pathlib import Path
from pca_events.cli import main
main(["validate", sys.argv[1]])
own = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


def write_events(file: Path, count: int) -> None:
    """Write realistic events of all kinds, from all partitions, as EventBridge writes them."""
    chance = random.Random(1)
    events = catalog.documented_events()
    with file.open("wb") as out:
        for index in range(count):
            where = aws_location(partition=chance.choice(list(PARTITIONS)))
            out.write(orjson.dumps(realistic(events[index % len(events)], where, chance)) + b"\n")


def timed(check: Callable[[], int], count: int) -> float:
    """Return the seconds that a check takes, and make sure that it has seen every event."""
    began = time.perf_counter()
    assert check() == count
    return time.perf_counter() - began


def alone(file: Path, one_schema: bool) -> int:
    """Check with orjson and jsonschema-rs and nothing else: by a schema for each detail-type, or by one of them all."""
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas().values()])
    draft = "https://json-schema.org/draft/2020-12/schema"
    by_type = {
        detail_type: jsonschema_rs.validator_for(
            {"$schema": draft, "$ref": SCHEMA_ROOT + path}, registry=registry, validate_formats=True
        ).is_valid
        for detail_type, path in schema_of().items()
    }
    anyone = jsonschema_rs.validator_for(
        {"$schema": draft, "oneOf": [{"$ref": SCHEMA_ROOT + path} for path in schema_of().values()]},
        registry=registry,
        validate_formats=True,
    ).is_valid
    good = 0
    with file.open("rb") as lines:
        for line in lines:
            event = orjson.loads(line)
            good += anyone(event) if one_schema else by_type[event["detail-type"]](event)
    return good


def ours(file: Path, jobs: int) -> int:
    """Check as `pca-events validate` does."""
    return validate([str(file)], jobs=jobs).meeting


def with_jsonschema(file: Path) -> int:
    """Check with jsonschema, the reference."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas().values()
    )
    checks = {
        detail_type: jsonschema.Draft202012Validator(
            {"$ref": SCHEMA_ROOT + path}, registry=registry, format_checker=jsonschema.FormatChecker()
        )
        for detail_type, path in schema_of().items()
    }
    with file.open("rb") as lines:
        return sum(checks[event["detail-type"]].is_valid(event) for event in map(json.loads, lines))


def with_check_jsonschema(file: Path, folder: Path) -> float | None:
    """Return the seconds that check-jsonschema takes for an array of these events, or None if it is not installed."""
    if shutil.which("check-jsonschema") is None:
        return None
    schema, instance = folder / "bundle.json", folder / "array.json"
    bundle = {"type": "array", "items": {"oneOf": [contract.dereferenced(path) for path in schema_of().values()]}}
    for one in bundle["items"]["oneOf"]:  # type: ignore[index]
        one.pop("$id")
    schema.write_text(json.dumps(bundle))
    instance.write_text("[" + ",".join(file.read_text().splitlines()) + "]")
    began = time.perf_counter()
    subprocess.run(["check-jsonschema", "--schemafile", schema, instance], check=True, capture_output=True)  # noqa: S607
    return time.perf_counter() - began


def with_ajv(file: Path, folder: Path, count: int) -> float | None:
    """Return the seconds of ajv without its start, or None if node is not installed."""
    if shutil.which("npm") is None:
        return None
    if not (folder / "node_modules").exists():
        install = ["npm", "install", "--silent", "--prefix", str(folder), "ajv@8", "ajv-formats@3"]
        if subprocess.run(install, capture_output=True).returncode:
            return None
        (folder / "ajv.js").write_text(AJV)
        of = {detail_type: SCHEMA_ROOT + path for detail_type, path in schema_of().items()}
        (folder / "schemas.json").write_text(json.dumps({"all": list(schemas().values()), "of": of}))
    ran = subprocess.run(
        ["node", folder / "ajv.js", folder / "schemas.json", file],  # noqa: S607
        capture_output=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert told["good"] == count
    return float(told["seconds"])


def whole_process(file: Path) -> float:
    """Return the seconds of the command from its start to its end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pca_events", "validate", file], check=True, capture_output=True)
    return time.perf_counter() - began


def peak_memory(file: Path, folder: Path, size: int) -> tuple[float, float]:
    """Return the peak memory in MiB of the command and of its largest helper, for so many MiB of input."""
    large = folder / "large.jsonl"
    with large.open("wb") as out:
        while out.tell() < size << 20:
            with file.open("rb") as again:
                shutil.copyfileobj(again, out)
    words = [sys.executable, "-c", MEMORY, str(large)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    own, helper = ran.stderr.split()[-2:]
    return int(own) / 1024, int(helper) / 1024


def main() -> None:
    """Compare, a few times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=int, nargs="?", default=1_000_000)
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--small", action="store_true", help="2,000 events, once, and 32 MiB for the memory")
    options = parser.parse_args()
    count, rounds, size = (2_000, 1, 32) if options.small else (options.events, options.rounds, 1024)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, small = folder / "events.jsonl", folder / "small.jsonl"
        write_events(file, count)
        write_events(small, count // 50)
        seconds: dict[str, list[float]] = {}
        for _ in range(rounds):
            ways: dict[str, Callable[[], float | None]] = {
                "orjson + jsonschema-rs alone, a schema each": lambda: timed(lambda: alone(file, False), count),
                "orjson + jsonschema-rs alone, one schema": lambda: timed(lambda: alone(file, True), count),
                "validate, one process": lambda: timed(lambda: ours(file, 1), count),
                "validate, two processes": lambda: timed(lambda: ours(file, 2), count),
                "pca-events validate, whole command": lambda: whole_process(file),
                "ajv (node), its start not counted": lambda: with_ajv(file, folder, count),
                "jsonschema": lambda: 50 * timed(lambda: with_jsonschema(small), count // 50),
                "check-jsonschema": lambda: _times(50, with_check_jsonschema(small, folder)),
            }
            for way, run in ways.items():
                taken = run()
                if taken is not None:
                    seconds.setdefault(way, []).append(taken)
        _print(seconds, list(ways), count)
        own, helper = peak_memory(file, folder, size)
        print(f"peak memory at {size} MiB of input: {own:.0f} MiB, and {helper:.0f} MiB in each of two helpers")


def _times(factor: int, seconds: float | None) -> float | None:
    return None if seconds is None else factor * seconds


def _print(seconds: dict[str, list[float]], ways: list[str], count: int) -> None:
    ours_alone = statistics.median(seconds["validate, one process"])
    ours_together = statistics.median(seconds["validate, two processes"])
    print(f"{'':45} events/s  one process: times      two processes: times")
    for way in ways:
        if way not in seconds:
            print(f"{way:45} not here")
            continue
        taken = statistics.median(seconds[way])
        print(f"{way:45} {count / taken:8,.0f}  {taken / ours_alone:26.2f}  {taken / ours_together:20.2f}")


if __name__ == "__main__":
    main()
