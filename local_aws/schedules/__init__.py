"""Cron as AWS writes it, and the thread that fires what is due: for crawlers and DataBrew."""
