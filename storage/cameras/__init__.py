"""Cameras as staff may know of them: pins and listings that the airlock brings, and who looked."""
