"""The statements that make a big record out of a small table of seeds, in the database itself."""

from __future__ import annotations

from collections.abc import Iterator

from storage.kit.clock import DAY, HOUR, MINUTE, QUARTER_HOUR

DAYS = 90
LINES_EACH = 3  # of the log for a post: published, and two updates
LOG_KEPT = 100_000  # lines, as workers/chores keeps them
WAITING = 10_000  # flagged posts nobody has looked at yet, or a fifth of all where there are fewer


def statements(dialect: str, seeds: int, count: int) -> Iterator[str]:
    """What makes `count` posts of the seeds, further and further back, and of the posts what belongs to them."""
    drawn = "random()" if dialect == "postgresql" else "((random() & 1048575) / 1048576.0)"
    an_id = (
        "substr(md5(random()::text || random()::text), 1, 26)"
        if dialect == "postgresql"
        else "lower(hex(randomblob(13)))"
    )
    for start in range(0, count, seeds):
        back = count - start - seeds
        key, at = f"(number + {back}) * {LINES_EACH} + 1", f"(at - {start * DAYS * DAY // count})"
        at = f"({at} - {at} % {QUARTER_HOUR})"
        rare = f"' nr' || ((number + {back}) / 3)"
        yield f"""
            insert into posts (id, state, kind, category, title, text, happened_at, published_at, block_id, division_id,
                media_state, media_generation, seconds, order_key, words)
            select {an_id}, state, 'video', category, title, said || {rare}, {at} - {20 * MINUTE}, {at}, block,
                division, 'ready', 1, 30000, {key}, words || {rare}
            from seeds where state <> 'withdrawn' and number + {back} >= 0
        """
        yield f"""
            insert into posts select {an_id}, state, '', '', '', '', 0, 0, null, null, 'ready', 0, 0, 0, ''
            from seeds where state = 'withdrawn' and number + {back} >= 0
        """
    yield "drop table seeds"
    for file, width, height, size in (
        ("poster.jpg", 854, 480, 40),
        ("480p.mp4", 854, 480, 999),
        ("full.mp4", 1920, 1080, 4_000),
    ):
        yield f"""
            insert into renditions (post_id, file, key, generation, width, height, bytes)
            select id, '{file}', {an_id}, 1, {width}, {height}, {size}000
            from posts where state <> 'withdrawn' order by id
        """
    # Of some fifteen pieces that a clip of half a minute has, two: what asks for them asks for those of one post.
    for number in (0, 1):
        yield f"""
            insert into segments (post_id, file, number, key, start, bytes, milliseconds, generation)
            select id, '480p.mp4', {number}, {an_id}, 0, 99000, {2_000 * number}, 1
            from posts where state <> 'withdrawn' order by id
        """
    last = count * LINES_EACH
    for line, kind in enumerate(("post.published", "post.updated", "post.updated")):
        yield f"""
            insert into feed_log (seq, kind, post_id, division_id, category)
            select order_key + {line}, '{kind}', id, division_id, category
            from posts where order_key > {max(0, last - LOG_KEPT)}
        """
    waiting = min(WAITING, count // 5) / count
    for state, least, most in (("open", 0, waiting), ("decided", waiting, waiting + 0.02)):
        yield f"""
            insert into flags (id, post_id, origin, reason, text, flagged_at, state)
            select {an_id}, id, 'neighbour', 'privacy', '', published_at + {HOUR}, '{state}'
            from (select id, published_at, {drawn} as drawn from posts where state <> 'withdrawn') as drawn_posts
            where drawn >= {least} and drawn < {most}
        """
    yield f"""
        insert into audit_entries (seq, at, by, action, subject, digest, hash)
        select order_key, published_at, case order_key % 2 when 0 then 'airlock' else 'staff:' || order_key % 211 end,
            case order_key % 5 when 0 then 'post.hide' when 1 then 'post.publish' else 'post.view' end,
            id, '{"0" * 64}', '{"f" * 64}'
        from posts where order_key > 0
    """
    yield f"update feed_head set seq = {last}, floor = {max(0, last - LOG_KEPT)}"
    yield f"update audit_head set seq = {last}"
