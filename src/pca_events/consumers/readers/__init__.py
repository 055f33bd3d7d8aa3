"""What reads rules: Terraform, CloudFormation, SAM, CDK, Serverless, JSON. Nothing that is read is ever run."""
