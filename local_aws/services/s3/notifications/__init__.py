"""What a bucket tells SNS, SQS and EventBridge of its objects."""
