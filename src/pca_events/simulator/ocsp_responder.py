"""The OCSP responder over HTTP, for every CA of the simulator: at a path of the control API, and by host name."""

import base64
import binascii
import hashlib
import logging
import re
from typing import Any

from cryptography.x509 import ocsp
from localstack.http import Request, Response
from werkzeug.http import http_date

from pca_events.simulator.accounts import Simulation
from pca_events.simulator.core.ocsp import UNAUTHORIZED, MalformedRequest, read_request, unsuccessful
from pca_events.simulator.core.service import PrivateCaService

LOG = logging.getLogger(__name__)
PATH = "/_localstack/acm-pca/ocsp"
"""The path of the responder; with GET, the request follows it in base64."""

MOST_BYTES = 1 << 16
"""The size of the largest request that is read."""

_HOST = re.compile(r"ocsp\.acm-pca\.[a-z0-9-]+\.[a-z0-9.-]+|acm-pca-ocsp\.[a-z0-9-]+\.[a-z0-9.-]+", re.IGNORECASE)
_REQUEST_TYPE, _RESPONSE_TYPE = "application/ocsp-request", "application/ocsp-response"
_MALFORMED = unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
_INTERNAL_ERROR = unsuccessful(ocsp.OCSPResponseStatus.INTERNAL_ERROR)


class OcspResponder:
    """A handler of LocalStack's gateway that answers OCSP requests and leaves all other requests alone."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._known: dict[tuple[bytes, bytes], PrivateCaService] = {}

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        """Answer the request if it is for the responder."""
        asked = request_in(context.request)
        if asked is None:
            return
        response.update_from(_http(context.request, self.answer(asked)))
        chain.stop()

    def answer(self, asked: bytes) -> bytes:
        """Return the response to a request, both as DER; never raises an error."""
        try:
            if len(asked) > MOST_BYTES:
                return _MALFORMED
            return self._answer(read_request(asked))
        except MalformedRequest:
            return _MALFORMED
        except Exception as error:
            LOG.error("the OCSP responder failed: %r", error)  # noqa: TRY400
            return _INTERNAL_ERROR

    def _answer(self, request: ocsp.OCSPRequest) -> bytes:
        """Ask the service that has the CA: the one that had it before, else the first of all that has it."""
        issuer = request.issuer_name_hash, request.issuer_key_hash
        service = self._known.get(issuer)
        if service is None or not service.has_issuer(request):
            service = next((each for each in self._simulation.services() if each.has_issuer(request)), None)
        if service is None:
            self._known.pop(issuer, None)
            return UNAUTHORIZED
        self._known[issuer] = service
        return service.ocsp_response(request)


def request_in(request: Request) -> bytes | None:
    """Return the OCSP request in an HTTP request, None if that is not for the responder.

    The responder's own path and hosts receive nothing else. At any other host, such as a custom CNAME, an unsigned
    request is for the responder if it is of the type application/ocsp-request, or has an OCSP request in its path.
    """
    if request.path == PATH or request.path.startswith(f"{PATH}/"):
        return _content(request, request.path.removeprefix(PATH))
    if _HOST.fullmatch(request.host.partition(":")[0]):
        return _content(request, request.path)
    if "Authorization" in request.headers:
        return None
    if request.method == "POST":
        return _content(request, "") if request.mimetype == _REQUEST_TYPE else None
    return _in_path(request.path) if request.method == "GET" else None


def _content(request: Request, path: str) -> bytes:
    """Return what is asked, as it was sent; empty if it cannot be read."""
    if request.method == "POST":
        return bytes(request.get_data())
    return _decoded(path.lstrip("/")) or b""


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _in_path(path: str) -> bytes | None:
    """Return the OCSP request that a path ends with; base64 has slashes, and DER in base64 begins with M."""
    if len(path) > 2 * MOST_BYTES or "/M" not in path:
        return None
    for found in re.finditer("/(?=M)", path):
        data = _decoded(path[found.end() :])
        if data is not None and _is_request(data):
            return data
    return None


def _is_request(data: bytes) -> bool:
    try:
        read_request(data)
    except MalformedRequest:
        return False
    return True


def _http(request: Request, answer: bytes) -> Response:
    made = Response(answer, 200, mimetype=_RESPONSE_TYPE)
    found = ocsp.load_der_ocsp_response(answer)
    if request.method != "GET" or found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return made
    this_update, next_update = found.this_update_utc, found.next_update_utc
    if next_update is None:
        raise AssertionError("a response has no nextUpdate")
    seconds = int((next_update - this_update).total_seconds())
    made.headers["Last-Modified"], made.headers["Expires"] = http_date(this_update), http_date(next_update)
    made.headers["ETag"] = f'"{hashlib.sha256(answer).hexdigest()}"'
    made.headers["Cache-Control"] = f"max-age={seconds},public,no-transform,must-revalidate"
    return made
