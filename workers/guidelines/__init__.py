"""What may be posted, as data, and the check that reads a post's words by it."""
