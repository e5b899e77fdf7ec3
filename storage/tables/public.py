"""The record's tables of what is published for everybody: counts, heads, and links to single posts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.tables.shared import ID, metadata

# storage/public/counts.py. Counted once for each month that is over, never again; what was counted is kept nowhere.
public_counts = Table(
    "public_counts",
    metadata,
    Column("month", String(7), primary_key=True),  # 2026-11, UTC
    Column("division_id", ID, primary_key=True),  # "" for posts that were taken back or ended before the counting
    Column("kind", String(24), primary_key=True),
    Column("told", Integer, nullable=False),  # rounded; 0 stands for few or none
)

# storage/public/heads.py.
published_heads = Table(
    "published_heads",
    metadata,
    Column("day", String(10), primary_key=True),  # 2026-11-30, UTC
    Column("hash", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # the public half, as hex
    Column("signature", String(128), nullable=False),  # Ed25519, as hex
)

# storage/public/shared_links.py. Of a link the digest alone: who made it stands nowhere, and when neither.
shared_links = Table(
    "shared_links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("shows", String(7), nullable=False),  # words | picture | all
    Column("place", String(8), nullable=False),  # block | division
)
Index("ix_shared_links_post_id", shared_links.c.post_id)
