"""Members of staff: who they are, their duties, how they come in, and what they keep for themselves."""
