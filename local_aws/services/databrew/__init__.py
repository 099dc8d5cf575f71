"""AWS Glue DataBrew: datasets, recipes, rulesets, jobs and their runs, which do the work."""
