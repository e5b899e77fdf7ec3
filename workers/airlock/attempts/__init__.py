"""One attempt at a clip: its original, what is made of it, a last look at it, and saying what it became."""
