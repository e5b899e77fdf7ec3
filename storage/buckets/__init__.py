"""Buckets, in a folder or on an S3 server. storage/objects.py opens them."""
