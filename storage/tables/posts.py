"""The record's tables of posts: what plays and is read on a screen, and what neighbours say under it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from storage.tables.shared import ID, metadata

# storage/posts/changes.py. A withdrawn post's row stays as a tombstone, empty of words and media.
posts = Table(
    "posts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("category", String(16), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("block_id", ID, ForeignKey("blocks.id")),
    Column("division_id", ID, ForeignKey("divisions.id")),
    Column("media_state", String(10), nullable=False),
    Column("media_generation", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),  # milliseconds of play
    Column("order_key", BigInteger, nullable=False),  # the feed-log number it was published under: list order
    Column("words", Text, nullable=False, server_default=""),  # what it is found by (storage/posts/words.py)
)
Index("ix_posts_division_order", posts.c.division_id, posts.c.state, posts.c.order_key)
Index("ix_posts_division_category_order", posts.c.division_id, posts.c.category, posts.c.state, posts.c.order_key)
Index(
    "ix_posts_division_kind_category_order",
    *(posts.c[name] for name in ("division_id", "kind", "category", "state", "order_key")),
)
Index("ix_posts_block_order", posts.c.block_id, posts.c.state, posts.c.order_key)
Index("ix_posts_state_order", posts.c.state, posts.c.order_key)
Index("ix_posts_state_published", posts.c.state, posts.c.published_at)
# How PostgreSQL searches words: as they are, and with no list of what is yet to be sorted in (SQLite: migration 0002).
POST_VECTOR = literal_column("array_to_tsvector(string_to_array(words, ' '))", Text)
Index(
    "ix_posts_words", POST_VECTOR, _table=posts, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
).ddl_if(dialect="postgresql")

renditions = Table(
    "renditions",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("file", String(40), primary_key=True),
    Column("key", String(80), nullable=False),  # of its bytes in the media bucket; "" where each piece has its own
    Column("generation", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),  # while it arrives, this and `pieces` are those of its publication
    Column("pieces", Integer, nullable=False, server_default="0"),  # the init not counted; 0: a plain file, of old
    Column("whole", Boolean, nullable=False, server_default="1"),
)
Index("ix_renditions_key", renditions.c.key)

# storage/posts/segments.py. What a file is played in: number 0 is its init.
segments = Table(
    "segments",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("file", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(80), nullable=False),
    Column("start", BigInteger, nullable=False),  # where in the object under this key
    Column("bytes", BigInteger, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
)
Index("ix_segments_key", segments.c.key)

# storage/posts/comments.py. `name` stands for one neighbour under one post, and for nobody anywhere else.
comments = Table(
    "comments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("mark", String(40), nullable=False, server_default=""),  # as of a nod; empty: from before there were any
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("removed_at", BigInteger, index=True),  # hidden from everybody since, until it is erased a minute later
    UniqueConstraint("post_id", "seq"),
)

# storage/posts/nods.py. `mark` stands for one neighbour under one post, and for nobody anywhere else.
nods = Table(
    "nods",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("mark", String(40), primary_key=True),
)
