"""Dashboards as code: which columns a definition uses, and how two definitions differ."""
