"""Cameras of residents, whose they are, and what their owners are asked and answer."""
