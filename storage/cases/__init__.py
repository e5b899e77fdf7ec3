"""Incidents that were reported, the cases opened on them, and what is linked, asked and written under a case."""
