"""Terraform and OpenTofu: configurations, modules, plans and states, and Terragrunt."""
