"""The Region of a resource: its own argument, or that of its provider, where it is written out."""

import re
from collections.abc import Mapping

from pca_events.infrastructure.terraform.blocks import Broken, blocks
from pca_events.infrastructure.terraform.syntax import Body, Expression, parse_body

_LITERAL = re.compile(r'"([a-z0-9-]+)"')


class Providers:
    """The AWS providers that a module configures itself; those that it is given by its call are not known.

    Args:
        files: the texts of its files, by path; those in JSON are left out.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._regions: dict[str, str] = {}
        for file, text in files.items():
            if file.endswith((".tf", ".tofu")) and "provider" in text:
                self._read(text)

    def region_of(self, body: Body) -> str:
        """The Region of a resource with these arguments; empty where only a deployment knows it."""
        if own := body.arguments.get("region"):
            return _literal(own)
        chosen = body.arguments.get("provider")
        name = (chosen.text or str(chosen.json)).strip().strip('"') if chosen else "aws"
        return self._regions.get(name, "")

    def _read(self, text: str) -> None:
        for block in blocks(text):
            if isinstance(block, Broken) or block.kind != "provider" or block.labels != ("aws",):
                continue
            inner, line = block.inner
            arguments = parse_body(inner, line).arguments
            alias, region = arguments.get("alias"), arguments.get("region")
            self._regions[f"aws.{_literal(alias)}" if alias else "aws"] = _literal(region) if region else ""


def _literal(expression: Expression) -> str:
    found = _LITERAL.fullmatch(expression.text.strip())
    return found[1] if found else ""
