"""Terraform and OpenTofu: configurations, modules and plans."""
