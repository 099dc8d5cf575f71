"""AWS's services as the steps see them: Athena, the Glue catalog, DataBrew, and waited-for work."""
