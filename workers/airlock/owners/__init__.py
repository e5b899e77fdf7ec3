"""Owners of cameras: what the record may know of their cameras, what they are asked, and what they answer."""
