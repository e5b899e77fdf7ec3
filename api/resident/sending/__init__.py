"""Sending a clip or a photo: its parts, what is asked for it, and accepting it."""
