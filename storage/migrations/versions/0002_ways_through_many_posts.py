"""Ways through many posts: an index for each list, and words to search by."""

import sqlalchemy as sa
from alembic import op

from storage.posts.words import words_of

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_posts_division_category_order", "posts", ["division_id", "category", "state", "order_key"]),
    ("ix_posts_state_order", "posts", ["state", "order_key"]),
    ("ix_renditions_key", "renditions", ["key"]),
    ("ix_flags_post", "flags", ["post_id"]),
    ("ix_audit_entries_by", "audit_entries", ["by", "seq"]),
    ("ix_audit_entries_action", "audit_entries", ["action", "seq"]),
    ("ix_audit_entries_subject", "audit_entries", ["subject", "seq"]),
)
# SQLite's index tells no more than a row's number, and reads the words out of `posts`, where they are bare already: all
# that `ascii` does is to split them at the blanks. Beginnings of so many letters are found at once; others would be put
# together out of all words that begin so, a second's work for a frequent one among ten million posts.
POST_INDEX = """
    create virtual table post_index using fts5(
        words, content='posts', content_rowid='order_key', detail='none', columnsize=0, tokenize='ascii',
        prefix='2 3 4 5 6'
    )
"""
OUT = (
    "insert into post_index (post_index, rowid, words) select 'delete', old.order_key, old.words where old.words <> ''"
)
IN = "insert into post_index (rowid, words) select new.order_key, new.words where new.words <> ''"
TRIGGERS = (
    f"create trigger post_index_in after insert on posts begin {IN}; end",
    f"create trigger post_index_out after delete on posts begin {OUT}; end",
    f"create trigger post_index_changed after update of words, order_key on posts begin {OUT}; {IN}; end",
)


def upgrade() -> None:
    op.add_column("posts", sa.Column("words", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in (POST_INDEX, *TRIGGERS):
            op.execute(statement)
    _fill(connection)
    for name, table, columns in INDEXES:
        op.create_index(op.f(name), table, columns)
    if connection.dialect.name == "postgresql":
        words: sa.ColumnElement[str] = sa.literal_column("array_to_tsvector(string_to_array(words, ' '))")
        op.create_index(
            "ix_posts_words", "posts", [words], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        )


def _fill(connection: sa.Connection) -> None:
    posts = sa.table("posts", *map(sa.column, ("id", "title", "text", "words")))
    change = sa.update(posts).where(posts.c.id == sa.bindparam("which")).values(words=sa.bindparam("found"))
    rows = connection.execute(sa.select(posts.c.id, posts.c.title, posts.c.text)).all()
    if rows:
        connection.execute(change, [{"which": row.id, "found": words_of(row.title, row.text)} for row in rows])
