"""Terraform code that tests write as texts instead of files."""

from collections.abc import Mapping

from pca_events.infrastructure.checked_tree import CheckedTree
from pca_events.infrastructure.model import Reading
from pca_events.infrastructure.terraform.folder import Folder
from pca_events.infrastructure.terraform.module_tree import ModuleFolders
from pca_events.infrastructure.terraform.reader import read_folder

CRL_FAILED = """\
resource "aws_cloudwatch_event_rule" "crl_failed" {
  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail      = { result = ["failure"] }
  })
}
"""
"""A rule for CRLs that fail."""


def read_terraform(files: Mapping[str, str]) -> Reading:
    """Read one root module from the texts of its files, by path; files that it refers to are not read."""
    folders = ModuleFolders(CheckedTree())
    return read_folder(Folder("", files, folders.lines), folders)[0]
