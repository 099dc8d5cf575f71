"""Airflow's timetable of data intervals, where each version of Airflow has it."""

from __future__ import annotations

try:
    from airflow.sdk import CronDataIntervalTimetable
except ImportError:  # Airflow 3.0
    from airflow.timetables.interval import CronDataIntervalTimetable

__all__ = ["CronDataIntervalTimetable"]
