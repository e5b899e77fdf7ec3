"""Telling residents what they wished to be told: following the feed, pushes and mails."""
