"""The resident program: what a resident sends, what became of it, and the posts of their own area."""
