"""The airlock: the one place beside the resident program where a resident and a post are seen together."""
