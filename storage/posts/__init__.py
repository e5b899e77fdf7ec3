"""Posts: what stands on the record about a clip, how it is found, and what neighbours say under it."""
