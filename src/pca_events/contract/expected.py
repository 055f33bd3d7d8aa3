"""What a free value must be, in the words of a person, for the regular expressions of the schemas."""

from functools import cache

from pca_events.contract.schemas import schemas

_TYPES = "schemas/types.schema.json"

_OF_A_TYPE = {
    "eventId": "a UUID in lower case",
    "account": "12 digits",
    "region": "a Region code such as us-east-1",
    "time": "a time in UTC such as 2026-11-04T19:14:56Z",
    "certificateAuthorityArn": "the ARN of a certificate authority",
    "certificateArn": "the ARN of a certificate of a certificate authority",
    "auditReportId": "the ID of an audit report: 36 characters, as a UUID",
}
_OTHERS = {
    r"^1\.[0-9]+$": "a version such as 1.11",
    r"^[A-Z][A-Za-z]+$": "the name of an API operation such as IssueCertificate",
}
_A_TYPE = {
    "array": "an array",
    "boolean": "true or false",
    "date-time": "a date and time that exists",
    "object": "an object",
    "string": "a string",
}


def expected(documented: str) -> str:
    """Return what a regular expression, a type or a format of the schemas asks for; itself where no words are known."""
    return _A_TYPE.get(documented) or _by_pattern().get(documented, documented)


@cache
def _by_pattern() -> dict[str, str]:
    types = schemas()[_TYPES]["$defs"]
    return {types[name]["pattern"]: words for name, words in _OF_A_TYPE.items()} | _OTHERS
