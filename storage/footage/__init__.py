"""Requests for footage: what may be asked for, what was, what owners answered, and what everybody is told."""
