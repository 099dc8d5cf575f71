"""Systems Manager's Parameter Store: settings by name, for stacks, jobs and people."""
