"""Residents: their log-ins, what is held about them, and how they leave."""
