"""The record's tables, part by part. storage/schema.py has the rest, and names them all."""
