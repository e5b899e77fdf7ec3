"""Clips: where each stands, who works on it, its original, and the row that ties it to who sent it."""
