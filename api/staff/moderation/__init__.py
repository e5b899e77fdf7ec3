"""The moderators' queue, what may be decided there, and how it goes."""
