"""QuickSight: data sources, data sets, SPICE ingestions, dashboards and their page."""
