"""CloudFormation: templates (`template`), stacks (`stacks`), what they make (`resources`)."""
