"""microburst in front of a LocalStack: throttling and server errors of AWS, as another project simulates them."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, build_opener

from aiohttp import web
from microburst.app import make_app
from microburst.core.pipeline import Microburst

SERVICES = ("events", "sqs", "acm-pca", "s3", "sns", "logs", "sts")
RETRIED_WHEN_THROTTLED = tuple(service for service in SERVICES if service != "sqs")
"""microburst 0.10 writes the code of SQS as AWS.SimpleQueueService.ThrottlingException, which boto3 does not retry."""


@dataclass(frozen=True)
class Burst:
    """A running microburst.

    Attributes:
        url: where clients send their calls.
        microburst: itself; its `engine` has the rules, `fired` what they did.
    """

    url: str
    microburst: Microburst


def five_percent(services: Sequence[str], code: str, status: int | None = None) -> list[dict[str, Any]]:
    """Return rules by which the first of every twenty calls of each service fails; nothing is random."""
    error = {"code": code} if status is None else {"code": code, "status": status}
    return [{"service": service, "sequence": {"fail": 1, "pass": 19}, "error": error} for service in services]


@contextmanager
def burst(upstream_url: str, rules: list[dict[str, Any]]) -> Iterator[Burst]:
    """Run microburst on a free port of 127.0.0.1, in a separate thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    microburst = Microburst(upstream_url, rules)
    runner = web.AppRunner(make_app(microburst), access_log=None, shutdown_timeout=1)
    try:
        port = asyncio.run_coroutine_threadsafe(_listen(runner), loop).result(10)
        url = f"http://127.0.0.1:{port}"
        with build_opener(ProxyHandler({})).open(f"{url}/_localstack/health", timeout=60) as answer:
            answer.read()  # the first unsigned request takes seconds: it reads the models of all services
        yield Burst(url, microburst)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listen(runner: web.AppRunner) -> int:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])
