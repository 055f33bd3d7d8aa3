"""What people call the fields of an event who do not know their names."""

import re
from functools import cache

_ALIASES = {
    "detail.result": "status state outcome results eventresult resultcode success failure succeeded failed",
    "detail.reason": "message error errormessage cause reasoncode failurereason statusreason errorreason description",
    "resources": "resource resourcearn resourcearns arn arns caarn certificateauthorityarn certificatearn"
    " certificateauthority ca cas certificateauthorities certificate",
    "detail-type": "type eventtype event events eventkind kind name title detail-name",
    "source": "service eventsource src sources from",
    "region": "awsregion regions location",
    "account": "accountid awsaccountid accounts awsaccount owner",
    "time": "timestamp eventtime date datetime",
    "id": "eventid",
    "version": "eventversion",
    "detail.eventName": "event action operation apicall api call method name",
    "detail.eventSource": "service servicename apisource",
    "detail.errorCode": "error code exception",
}


def plain(name: str) -> str:
    """Return a key without what people write in different ways: letter case, dashes, underscores, blanks."""
    return re.sub(r"[\s_.-]+", "", name).lower()


@cache
def aliases() -> dict[str, frozenset[str]]:
    """Return for each field what people call it, without what `plain` leaves out."""
    return {path: frozenset(map(plain, names.split())) for path, names in _ALIASES.items()}
