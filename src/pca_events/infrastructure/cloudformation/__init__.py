"""CloudFormation templates, including those of SAM and CDK."""
