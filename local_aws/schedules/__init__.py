"""AWS's cron, and the thread that fires what is due: for crawlers, DataBrew and QuickSight."""
