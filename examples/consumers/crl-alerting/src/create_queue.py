"""Creates the queue of the paging system on the emulator, as Terraform does on AWS."""

import boto3

attributes = {"FifoQueue": "true", "VisibilityTimeout": "0"}
boto3.client("sqs").create_queue(QueueName="pages.fifo", Attributes=attributes)
