"""Incidents, the cases opened on them, and what is asked for under a case."""
