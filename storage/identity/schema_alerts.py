"""Tables of alerts: who wants to hear of what in which block, by which device, and how far each was told.

Nothing in them says whose a post is: its author is alerted like everybody of the block, so a row of theirs, or its
absence, tells nothing.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.identity.tables import metadata
from storage.tables.shared import ID

# alerts/alerts.py: one row for each resident who ever asked for alerts. Programs that send them know it by `id`, drawn
# for it.
alerts = Table(
    "alerts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("block_id", ID, nullable=False),  # the home block, as it stands with the resident
    Column("mail_sealed", LargeBinary),  # none: no alerts by mail
    Column("language", String(2), nullable=False),  # of what is sent
    Column("quiet_from", Integer),  # minutes of the city's day; both or none
    Column("quiet_until", Integer),
    Column("digest_minute", Integer),  # none: at once
    Column("since", BigInteger, nullable=False),  # of alert_posts.n: a summary tells what came after
    Column("next_at", BigInteger),  # when the next summary is due: a digest, or what quiet hours held back
)
Index("ix_alerts_next_at", alerts.c.next_at)
alert_wishes = Table(
    "alert_wishes",
    metadata,
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("category", String(16), primary_key=True),
    Column("block_id", ID, nullable=False),  # the same as in `alerts`: who is alerted is one walk along an index
    Column("reach", String(6), nullable=False),  # block | around
)
Index("ix_alert_wishes_reached", alert_wishes.c.block_id, alert_wishes.c.category, alert_wishes.c.alert_id)

# alerts/push_devices.py: browsers that are pushed to, each for as long as the log-in lasts by which it was added
push_devices = Table(
    "push_devices",
    metadata,
    Column("id", ID, primary_key=True),  # made of the endpoint: one browser is told for one resident
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("log_in", String(64), ForeignKey("log_ins.token_digest", ondelete="CASCADE"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # endpoint and keys
)
Index("ix_push_devices_alert_id", push_devices.c.alert_id)
Index("ix_push_devices_log_in", push_devices.c.log_in)

# alerts/tellings.py: how far the feed's log was read, what alerts are to tell, and what is being told just now
alert_place = Table(
    "alert_place",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("epoch", ID, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),  # the last number given to a post
)
alert_posts = Table(
    "alert_posts",
    metadata,
    Column("post_id", ID, primary_key=True),
    Column("n", BigInteger, nullable=False),  # in the order in which they came
    Column("block_id", ID, nullable=False),
    Column("category", String(16), nullable=False),
    Column("words_digest", String(64), nullable=False),  # keyed: another one is a correction
    Column("version", Integer, nullable=False),  # counts corrections
)
Index("ix_alert_posts_block_id_n", alert_posts.c.block_id, alert_posts.c.n)
tellings = Table(
    "tellings",
    metadata,
    Column("id", String(80), primary_key=True),  # of the log's line, so that a line read twice is one telling
    Column("kind", String(9), nullable=False),  # new | corrected | gone | test
    Column("post_id", ID),
    Column("only", ID, ForeignKey("alerts.id", ondelete="CASCADE")),  # whom a test is for
    Column("places", Text, nullable=False),  # JSON: blocks whose people are told, and whether of these or around them
    Column("done_to", String(90), nullable=False),  # block:alert up to which it was told
    Column("batches", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# alerts/alerted.py: who was told of which post, so that a correction reaches them all; it goes with the post. Who holds
# this database without the vault's key cannot tell which post a mark is: nothing joins it to one.
alerted = Table(
    "alerted",
    metadata,
    Column("mark", ID, primary_key=True),
    Column("alert_id", ID, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("pushed", Boolean, nullable=False),  # by a notification of its own, which can be closed
)
Index("ix_alerted_alert_id", alerted.c.alert_id)
push_retries = Table(
    "push_retries",
    metadata,
    Column("device_id", ID, ForeignKey("push_devices.id", ondelete="CASCADE"), primary_key=True),
    Column("post_id", ID, primary_key=True),
    Column("kind", String(9), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("retry_at", BigInteger, nullable=False),
)
Index("ix_push_retries_retry_at", push_retries.c.retry_at)

TABLES = (alerts, alert_wishes, push_devices, alert_place, alert_posts, tellings, alerted, push_retries)
