"""The help of each command: what it does, examples, and its exit statuses."""

from collections.abc import Mapping
from typing import NamedTuple

_UNUSABLE = "the input cannot be used; stderr says why in one line"


class Help(NamedTuple):
    """The help of one command.

    Attributes:
        description: what it does, in a few sentences.
        examples: command lines.
        statuses: what each exit status means.
    """

    description: str
    examples: tuple[str, ...]
    statuses: Mapping[str, str]


HELP: Mapping[str, Help] = {
    "check": Help(
        "Reads Terraform, OpenTofu, CloudFormation, SAM, CDK, Serverless and JSON without running it, and shows "
        "for every EventBridge rule for AWS Private CA on which documented events it fires, and why not.",
        (
            "pca-events check infra/",
            "pca-events check infra/ --output sarif=pca-events.sarif --output markdown=summary.md",
            "pca-events check infra/rules.tf:12",
            "pca-events check - --stdin-name template.yaml < template.yaml",
            "pca-events check infra/ --baseline known.json --update-baseline",
        ),
        {
            "0": "no finding has the level of --fail-on (default: error) or a higher one",
            "1": "a finding has",
            "2": "something could not be read, or the report could not be written",
        },
    ),
    "explain": Help(
        "Shows which events an event pattern matches, why it matches each or not, key by key, and the smallest "
        "correction. Reads one pattern, or rules in Terraform, CloudFormation, SAM, CDK, Serverless and describe-rule.",
        (
            "pca-events explain rules.tf",
            "pca-events explain rules.tf#crl_failed --event crl-generation-failure-internal",
            "pca-events explain - --event event.json < pattern.json",
        ),
        {
            "0": "the pattern matches the event; without --event: each pattern matches some event",
            "1": "no pattern matches the event; without --event: a pattern matches none",
            "2": _UNUSABLE,
        },
    ),
    "list": Help(
        "Lists the documented events, what is never sent, and the events of CloudTrail with the same source.",
        ("pca-events list", "pca-events list --format json"),
        {"0": "always"},
    ),
    "show": Help(
        "Shows one event: an example, its meaning, what to do, its fields, and rules to copy.",
        (
            "pca-events show crl-generation-failure-s3-permissions",
            "pca-events show certificate-issuance-failure --rule terraform",
        ),
        {"0": "the event is shown", "2": "no event has this id"},
    ),
    "sample": Help(
        "Prints realistic events as JSON, one per line, or events that violate the contract.",
        (
            "pca-events sample all",
            "pca-events sample ca-creation-failure --account 444455556666 --region eu-central-1",
            "pca-events sample crl-generation-success --broken dropped:$.detail.result --seed 7",
            "pca-events sample certificate-issuance-success --as sqs",
        ),
        {"0": "the events are printed", "2": _UNUSABLE},
    ),
    "validate": Help(
        "Validates recorded events against the contract. Reads JSON, JSON Lines, arrays and concatenated documents, "
        "plain or gzip, files and folders, and finds the events in messages of SQS, SNS, CloudWatch Logs, Firehose and "
        "Kinesis and in CloudTrail log files.",
        (
            "pca-events validate events.ndjson.gz",
            "pca-events validate --closed --format json - < events.json",
            "pca-events validate archive/2026/11 --report november.json",
            "pca-events validate --merge october.json november.json",
        ),
        {
            "0": "everything was read, and every event meets the contract",
            "1": "an event violates it, or a part could not be read",
            "2": "nothing could be read",
        },
    ),
    "mutate": Help(
        "Tests the schemas: each invalid variant of a documented event must be rejected, each valid one accepted.",
        ("pca-events mutate", "pca-events mutate --variants 100000 --seed 3 --format json"),
        {"0": "every variant was judged correctly", "1": "a variant was not"},
    ),
    "diff": Help(
        "Compares two versions of the schemas and shows which changes break consumers.",
        ("pca-events diff v1.0.0 HEAD", "pca-events diff old/schemas new/schemas --consumers infra/"),
        {"0": "no change is breaking", "1": "a change is breaking", "2": _UNUSABLE},
    ),
    "export": Help(
        "Writes the contracts of all events in the format of another tool.",
        (
            "pca-events export typescript --output events.ts",
            "pca-events export asyncapi > asyncapi.yaml",
            "pca-events export pact --consumers services/ --output pacts",
        ),
        {"0": "the contracts are written", "2": "the output cannot be written, or a contract file cannot be used"},
    ),
    "init": Help(
        "Writes pca-events.yaml, the contract file of a consumer: its rules, with the events on which they fire, and "
        "its handlers. Reads the code without running it, and never replaces a file.",
        ("pca-events init", "pca-events init services/crl-alerting --print"),
        {"0": "the file is written", "2": "there is no rule, or the file exists"},
    ),
    "verify-consumer": Help(
        "Verifies contract files: each rule fires on the claimed events and no other, EventBridge may deliver to its "
        "target, the target receives the event on an event bus, and the handler passes the tests of test-handler.",
        ("pca-events verify-consumer", "pca-events verify-consumer services/ --static --format json"),
        {
            "0": "every link holds, and no handler has a fault that is an error",
            "1": "a link is broken, or a handler has such a fault",
            "2": "a contract file cannot be used, or something could not be run",
        },
    ),
    "matrix": Help(
        "Shows for each documented event which consumers rely on it, from their contract files.",
        ("pca-events matrix services/", "pca-events matrix services/ --format json"),
        {"0": "the matrix is printed", "2": "there is no contract file, or one cannot be used"},
    ),
    "test-handler": Help(
        "Delivers events to a handler as EventBridge may: twice, twice at the same time, again after a crash in the "
        "middle, late, in any order, from every partition, with unknown fields, and events that it does not accept. "
        "A Python function runs in the runtime of AWS Lambda; a command reads the event on standard input. A probe of "
        "the state shows what each delivery changes.",
        (
            "pca-events test-handler app:handler --accepts 'crl-generation-failure-*' --probe app:tickets",
            "pca-events test-handler src/app.py:handler --accepts '*' --as sqs --probe app:rows --env DB={tmp}/rows.db",
            "pca-events test-handler --command 'node handler.mjs' --accepts ca-creation-failure --record",
        ),
        {
            "0": "the handler has no fault that is an error",
            "1": "it has one",
            "2": "the handler could not be run, or the probe failed",
        },
    ),
    "verify": Help(
        "Runs the scenarios on an EventBridge and shows the result for each documented event.",
        (
            "pca-events verify",
            "pca-events verify events/ca_creation --fail-fast",
            "pca-events verify --endpoint-url http://127.0.0.1:4566 --site build/site",
        ),
        {
            "0": "no scenario failed",
            "1": "a scenario failed",
            "2": "the run could not start, or its results are incomplete",
            "130": "interrupted",
        },
    ),
    "site": Help(
        "Writes the living documentation into a folder: every event with its example, rule, fields and "
        "scenarios, and the results of a run. Without --messages it shows no results.",
        ("pca-events site build/site", "pca-events site build/site --messages run.ndjson --consumers infra/"),
        {"0": "the site is written", "2": _UNUSABLE},
    ),
    "calibrate": Help(
        "Compares an emulator of EventBridge with the documented behavior of AWS.",
        ("pca-events calibrate", "pca-events calibrate --endpoint-url http://127.0.0.1:5000"),
        {
            "0": "every difference is known",
            "1": "a difference is not known",
            "2": "the emulator cannot be used",
            "130": "interrupted",
        },
    ),
    "sweep": Help(
        "Lists resources that interrupted runs left on a LocalStack; --yes removes them.",
        (
            "pca-events sweep --endpoint-url http://127.0.0.1:4566",
            "pca-events sweep --endpoint-url http://127.0.0.1:4566 --older-than 2h --yes",
        ),
        {"0": "everything was listed, or removed", "1": "something could not be removed", "2": _UNUSABLE},
    ),
    "localstack": Help(
        "Runs the embedded LocalStack with its Private CA in the foreground, on loopback only, until Ctrl-C.",
        (
            "pca-events localstack",
            "pca-events localstack --port 4577 --state pki",
            "pca-events localstack --services kms,cloudtrail",
            "pca-events localstack --function renew=app:handler",
        ),
        {
            "0": "stopped by Ctrl-C",
            "2": "it could not start, it exited, a function is not there, or its state could not be loaded or saved",
            "130": "interrupted before it was ready",
        },
    ),
    "watch": Help(
        "Creates a rule for all events of AWS Private CA on an event bus, and a queue, validates each event as it "
        "arrives, and deletes both on Ctrl-C.",
        ("pca-events watch", "pca-events watch --endpoint-url http://127.0.0.1:4566 --format json"),
        {"0": "every event met its contract", "1": "an event violated it", "2": "the bus cannot be used"},
    ),
    "fail": Help(
        "Makes the next calls to AWS Private CA in the running LocalStack fail. With --code they are rejected with the "
        "error; without it they are accepted and fail afterwards, with an event. Prints everything that is planned.",
        (
            "pca-events fail IssueCertificate 2 --code ThrottlingException",
            "pca-events fail GetCertificate --code InternalFailure --for 30s",
            "pca-events fail CRL 3",
            "pca-events fail --cancel",
        ),
        {"0": "the failures are planned", "2": _UNUSABLE},
    ),
    "clock": Help(
        "Advances the clock of an account in the running LocalStack, runs everything that is due, and prints the time. "
        "The clock never goes back.",
        ("pca-events clock +30m", "pca-events clock"),
        {"0": "the time is printed", "2": _UNUSABLE},
    ),
    "deliver": Help(
        "Plans what happens to the next events of AWS Private CA in the running LocalStack on their way to the bus: "
        "duplicate, delay or drop. With --rule, and for fail and shuffle, it happens to deliveries of rules.",
        (
            "pca-events deliver duplicate",
            "pca-events deliver delay 3 --by 10m",
            "pca-events deliver drop --rule arn:aws:events:us-east-1:111122223333:rule/crl-failed",
            "pca-events deliver --cancel",
        ),
        {"0": "the faults are planned", "2": _UNUSABLE},
    ),
    "completion": Help(
        "Prints the script that completes commands and options in a shell.",
        ("pca-events completion bash > ~/.local/share/bash-completion/completions/pca-events",),
        {"0": "the script is printed", "2": _UNUSABLE},
    ),
}
