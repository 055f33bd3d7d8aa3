"""An ACM PCA inside LocalStack, whose operations send the documented events."""
