"""What is published for everybody: counts, heads of the audit, and links to single posts."""
