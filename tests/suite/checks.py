"""Checks of the features that pytest-bdd does not make, and of the structure of the project.

Each check takes what it looks at, returns one line for each fault that it finds, and finds none in a sound project.
"""

import ast
import inspect
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from gherkin_tree import SCENARIO_ID, rendered_steps, scenarios, tags
from pytest_bdd.steps import StepFunctionContext

from pca_events import contract

MOST_STEPS = 8
FEWEST_SCENARIOS_PER_DEFINITION = 4
_WRITES = re.compile(r"\.write_(text|bytes)\(|os\.replace|NamedTemporaryFile|mkstemp")
_WAITS = re.compile(r"\bsleep\(|wait_for_timeout|import sleep")


def unbound_features(features: Path, bound: Mapping[str, int]) -> list[str]:
    """Features that no binding turns into tests."""
    written = {file.relative_to(features).as_posix() for file in features.rglob("*.feature")}
    return [f"{feature} is bound nowhere" for feature in sorted(written - set(bound))]


def manifest_differences(bound: Mapping[str, int], manifest: Mapping[str, int]) -> list[str]:
    """Features whose number of bound scenarios is not the one in the manifest."""
    return [
        f"{feature}: {bound.get(feature, 0)} scenarios are bound, the manifest says {manifest.get(feature, 0)}"
        for feature in sorted(set(bound) | set(manifest))
        if bound.get(feature) != manifest.get(feature)
    ]


def lost_scenarios(features: Path, bound: Mapping[str, int]) -> list[str]:
    """Features that bind fewer scenarios than are written in them."""
    written: Counter[str] = Counter()
    for scenario in scenarios(features):
        written[scenario.feature] += scenario.rows
    return [
        f"{feature}: {count} scenarios are written, {bound[feature]} are bound"
        for feature, count in sorted(written.items())
        if feature in bound and count != bound[feature]
    ]


def shared_names(features: Path) -> list[str]:
    """Scenarios of one name; within a feature pytest-bdd would drop all but the last."""
    places = defaultdict(list)
    for scenario in scenarios(features):
        places[scenario.name].append(scenario.place)
    return [f'"{name}" names {" and ".join(where)}' for name, where in places.items() if len(where) > 1]


def id_faults(features: Path, known: Iterable[str]) -> list[str]:
    """Scenarios without exactly one id, ids that two scenarios share, and differences from the ids that are known."""
    faults = []
    places = defaultdict(list)
    for scenario in scenarios(features):
        if len(scenario.ids) != 1:
            faults.append(f"{scenario.place} has {len(scenario.ids)} ids; give it one tag @{SCENARIO_ID}...")
        for name in scenario.ids:
            places[name].append(scenario.place)
    faults += [f"{name} is the id of {' and '.join(where)}" for name, where in places.items() if len(where) > 1]
    added, gone = sorted(set(places) - set(known)), sorted(set(known) - set(places))
    faults += [f"{places[name][0]}: {name} is a new id; add it to tests/suite/scenario_ids.txt" for name in added]
    return faults + [f"{name} is gone; restore it, or remove it from tests/suite/scenario_ids.txt" for name in gone]


def scenarios_without_then(features: Path) -> list[str]:
    """Scenarios that claim nothing: without a step, or not ending in a Then."""
    return [f"{s.place} does not end in a Then" for s in scenarios(features) if s.kinds[-1:] != ["then"]]


def long_scenarios(features: Path) -> list[str]:
    """Scenarios with more steps than a reader can hold."""
    return [f"{s.place} has {len(s.kinds)} steps" for s in scenarios(features) if len(s.kinds) > MOST_STEPS]


def placeholder_faults(features: Path) -> list[str]:
    """Placeholders without a column, and columns that no placeholder uses."""
    faults = []
    for scenario in scenarios(features):
        for columns in scenario.columns or [set()]:
            faults += [f"{scenario.place}: <{name}> has no column" for name in scenario.placeholders - columns]
            faults += [f"{scenario.place}: column {name} is unused" for name in columns - scenario.placeholders]
    return faults


def unexplained_tags(features: Path, registered: Iterable[str]) -> list[str]:
    """Tags without a line in features/README.md, tags that no scenario has, and tags that the plugin does not know."""
    explained = set(re.findall(r"^\| `@(\w+)`", (features / "README.md").read_text("utf-8"), re.MULTILINE))
    used = {tag for tag in tags(features) if not tag.startswith(SCENARIO_ID)}
    return (
        [f"@{tag} is not explained in features/README.md" for tag in sorted(used - explained)]
        + [f"@{tag} is explained in features/README.md, but unused" for tag in sorted(explained - used)]
        + [f"@{tag} is not registered by the pytest plugin" for tag in sorted(used - set(registered))]
    )


def step_faults(features: Path, definitions: Iterable[StepFunctionContext]) -> list[str]:
    """Steps that no definition matches, or more than one; definitions that no step uses; and `async` ones."""
    definitions = list(definitions)
    used: set[int] = set()
    faults = []
    for step, place in rendered_steps(features).items():
        matching = [d for d in definitions if d.type in (None, step.kind) and d.parser.is_matching(step.text)]
        used.update(id(definition) for definition in matching)
        if len(matching) != 1:
            names = " and ".join(_name(definition) for definition in matching) or "nothing"
            faults.append(f"{place}: {step.kind} {step.text} is matched by {names}")
    faults += [f"step definition {_name(d)} is unused" for d in definitions if id(d) not in used]
    # pytest-bdd never awaits a coroutine: such a step would pass without having run.
    faults += [f"step definition {_name(d)} is async" for d in definitions if inspect.iscoroutinefunction(d.step_func)]
    return faults


def too_many_definitions(features: Path, definitions: Iterable[StepFunctionContext]) -> list[str]:
    """More step definitions than the scenarios justify."""
    steps, rows = len(list(definitions)), sum(scenario.rows for scenario in scenarios(features))
    return [f"{steps} step definitions for {rows} scenarios"] if rows < steps * FEWEST_SCENARIOS_PER_DEFINITION else []


def phrase_book_faults(readme: Path, definitions: Iterable[StepFunctionContext]) -> list[str]:
    """Step definitions that the phrase book does not list word for word."""
    text = readme.read_text("utf-8")
    return [f"{d.parser.name} is not in the phrase book" for d in definitions if f"`{d.parser.name}`" not in text]


def phrase_table_faults(readme: Path, tables: Mapping[str, Iterable[str]]) -> list[str]:
    """Differences between the phrases that step modules keep in tables and the phrase book.

    Args:
        readme: the phrase book.
        tables: the phrases of each table, by the heading of its section in the phrase book.
    """
    sections = dict(re.findall(r"^### (.+)\n((?:(?!#).*\n?)*)", readme.read_text("utf-8"), re.MULTILINE))
    faults = []
    for heading, phrases in tables.items():
        listed = set(re.findall(r"^\| `([^`]+)` \|", sections.get(heading, ""), re.MULTILINE))
        faults += [f"{heading}: {phrase} is not in the phrase book" for phrase in sorted(set(phrases) - listed)]
        faults += [f"{heading}: no step knows {phrase}" for phrase in sorted(listed - set(phrases))]
    return faults


def broken_samples(samples: Path) -> list[str]:
    """Samples that break the contract of their detail-type, and never-sent ones that meet it."""
    faults = []
    for file in sorted(set(samples.rglob("*.json")) - {*samples.glob("neighbours/*"), *samples.glob("schemas/*")}):
        found = contract.violations(
            json.loads(file.read_text("utf-8"))["event"], twins=file.parent.name == "cloudtrail"
        )
        never_sent = file.parent.name == "never_sent"
        if never_sent and not found:
            faults.append(f"{file.name} is never sent, but meets a contract")
        elif not never_sent:
            faults += [f"{file.name} breaks its contract at {violation}" for violation in found]
    return faults


def schema_faults(schemas: Path, top: Path | None = None) -> list[str]:
    """Schemas whose `$id` is not their path, with an open-ended pattern, or with a field that is not described."""
    top = top or schemas.parent
    faults = []
    for file in sorted(schemas.rglob("*.json")):
        path = file.relative_to(top).as_posix()
        schema = json.loads(file.read_text("utf-8"))
        if schema.get("$id") != contract.SCHEMA_ROOT + path:
            faults.append(f"{path} has the $id {schema.get('$id')}")
        faults += [f"{path}: {fault}" for fault in _pattern_and_field_faults(schema)]
    return faults


def _pattern_and_field_faults(schema: object) -> list[str]:
    faults = []
    for node in _objects(schema):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and not re.fullmatch(r"\^[^$]*\$", pattern):
            faults.append(f"pattern {pattern} is not anchored at both ends, or has another $")
        for group in ("properties", "$defs"):
            fields = node.get(group)
            if isinstance(fields, dict) and "if" not in node:
                faults += [f"{name} has no description" for name, field in fields.items() if not _described(field)]
    return faults


def _described(field: object) -> bool:
    return isinstance(field, dict) and ("description" in field or set(field) == {"const"})


def _objects(node: object) -> Iterable[dict[str, object]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(child)


def waits(files: Iterable[Path]) -> list[str]:
    """Fixed waits: they waste time if the event has already occurred, and fail if it is late."""
    return [
        f"{file.name}:{number} waits for a fixed time"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if _WAITS.search(line)
    ]


def other_writers(package: Path) -> list[str]:
    """Code that writes whole files by itself: an interrupted run leaves half a file."""
    return [
        f"{file.relative_to(package).as_posix()}:{number} writes a file without atomic_write"
        for file in sorted(package.rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if _WRITES.search(line) and file.name not in ("atomic_write.py", "folder_write.py")
    ]


def broken_arrows(package: Path, layers: list[list[str]]) -> list[str]:
    """Imports inside the package that go up, or sideways between rooms of one layer.

    Args:
        package: the folder of the package.
        layers: the rooms, from the top layer to the bottom one.
    """
    height = {room: -number for number, layer in enumerate(layers) for room in layer}
    faults = []
    for file in sorted(package.rglob("*.py")):
        room = room_of(file, package)
        if room in ("__init__", "__main__"):
            continue
        for target in rooms_imported(file):
            if room not in height or target not in height:
                faults.append(f"{file.relative_to(package)}: {room} or {target} is not in ARCHITECTURE.md")
            elif target != room and height[target] >= height[room]:
                faults.append(f"{file.relative_to(package)}: {room} imports {target}, which does not lie below it")
    return faults


def misplaced_dependencies(package: Path, owners: Mapping[str, set[str]]) -> list[str]:
    """Imports of a library outside the rooms that own it."""
    return [
        f"{file.relative_to(package)} imports {library}; it belongs to {sorted(owners[library])}"
        for file in sorted(package.rglob("*.py"))
        for library in {name.partition(".")[0] for name in _imports(file)} & set(owners)
        if room_of(file, package) not in owners[library]
    ]


def steps_importing_steps(steps: Path) -> list[str]:
    """Step modules that import one another instead of sharing a fixture."""
    return [
        f"{file.name} imports {name}"
        for file in sorted(steps.glob("*.py"))
        for name in _imports(file)
        if re.match(r"(pca_events\.)?steps\b", name)
    ]


def long_modules(package: Path, most: int) -> list[str]:
    """Modules with more than this many lines."""
    return [
        f"{file.relative_to(package)} has {lines} lines"
        for file in sorted(package.rglob("*.py"))
        if (lines := len(file.read_text("utf-8").splitlines())) > most
    ]


def unbounded_caches(package: Path, allowed: Collection[str]) -> list[str]:
    """Functions with parameters whose results are all kept, although nobody has said why their number is limited.

    Args:
        package: the folder of the package.
        allowed: the functions of which it is known, as `file: function`.
    """
    found = {
        f"{file.relative_to(package).as_posix()}: {node.name}"
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and any(map(_is_unbounded, node.decorator_list)) and ast.unparse(node.args)
    }
    return [
        *(f"{name} has an unbounded cache" for name in sorted(found - set(allowed))),
        *(f"{name} has none" for name in sorted(set(allowed) - found)),
    ]


def _is_unbounded(decorator: ast.expr) -> bool:
    return re.fullmatch(r"(functools\.)?(cache|lru_cache\((maxsize=)?None\))", ast.unparse(decorator)) is not None


def room_of(file: Path, package: Path) -> str:
    """The room of a module: its folder in the package, or its own name at the top."""
    return file.relative_to(package).parts[0].removesuffix(".py")


def rooms_imported(file: Path) -> set[str]:
    """The rooms of the package that a module imports."""
    rooms = set()
    for name in _imports(file):
        top, _, rest = name.partition(".")
        if top == "pca_events" and rest and rest != "__version__":
            rooms.add(rest.partition(".")[0])
    return rooms


def _imports(file: Path) -> list[str]:
    """Every module that a file imports; `from package import name` counts as `package.name`."""
    names = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def _name(definition: StepFunctionContext) -> str:
    return f"{definition.step_func.__module__.rpartition('.')[2]}.{definition.step_func.__name__}"
