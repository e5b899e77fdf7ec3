"""What became of a clip of mine, by my list or by its receipt, and what I may still do about it."""
