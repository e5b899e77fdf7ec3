"""Carrying out what moderators and cases wrote down about a post, on the side that knows whose it is."""
