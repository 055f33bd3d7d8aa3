"""CloudFormation templates, with what SAM and CDK add to them."""
