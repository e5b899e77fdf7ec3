"""Copies of one side that can be brought back: what a copy holds, how it is written, whether it would go in."""
