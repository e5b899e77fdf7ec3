"""Who may do what in the two Redis servers: closed lists, written to the ACL file each server reads.

Whoever can write to a worker's Redis decides what that worker runs next (the worker checks again), so nobody may do
more than its program really does. Scripts, configuration, modules, key listings and flushing are nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.kit import ids


@dataclass(frozen=True)
class Rights:
    """Commands, keys (`%R~` read, `%W~` write) and channels; whatever is not here is refused."""

    commands: tuple[str, ...]
    keys: tuple[str, ...]
    channels: tuple[str, ...] = ()


Users = Mapping[str, Rights]
_CONNECT = ("ping", "client|setinfo")
# The feed's bell (feed/bell.py): who changes what people see rings, and only the feed's nodes hear.
_RINGS = Rights((*_CONNECT, "xadd", "expire"), ("%W~feed:*",))
_HEARS = Rights((*_CONNECT, "xread", "del"), ("~feed:*",))  # del: a stream that somebody forged into
_LANES = ("airlock", "airlock-large", "airlock-ladder")
# The airlock's queues (workers/queue.py), as MONITOR saw it with RQ 3.0, which asks for the server's version first.
_ASKS = Rights(
    (*_CONNECT, "info", "lpos", "llen", "multi", "exec", "discard", "sadd", "hset", "rpush"),
    ("%W~rq:queues", "%W~rq:job:admit-*", "%W~rq:job:finish-*", *(f"~rq:queue:{lane}" for lane in _LANES)),
)
_WORKS = Rights(
    (
        *(*_CONNECT, "client|setname", "client|info", "info"),
        *("multi", "exec", "discard", "watch", "unwatch", "subscribe", "unsubscribe"),
        *("exists", "del", "expire", "persist", "set", "get"),
        *("hset", "hget", "hgetall", "hincrby", "hincrbyfloat", "sadd", "srem", "smembers"),
        *("zadd", "zrem", "zrange", "zrangebyscore", "zremrangebyscore", "zscore", "zcard"),
        *("lmove", "blmove", "lrange", "lrem", "llen", "rpush", "xadd"),
        "lpos",  # a clip that is on screen is rung for again, in another lane
    ),
    ("~rq:*",),
    ("&rq:pubsub:*",),
)

# Nobody can come in as the default user: it is off and has no password. But the server plays its own AOF back as that
# user, and drops each transaction in it that the user may not do: without rights a restart would lose the queue.
_NOBODY = "user default reset off ~* &* +@all"

RECORD: Users = {"resident": _RINGS, "airlock": _RINGS, "staff": _RINGS, "chores": _RINGS, "feed": _HEARS}
AIRLOCK: Users = {"resident": _ASKS, "schedule": _ASKS, "operator": _ASKS, "worker": _WORKS}


def acl_file(users: Users, passwords: Mapping[str, str]) -> str:
    """The file's text: a line for each user, with the digest of its password, and nobody without one."""
    return "\n".join([_NOBODY, *(_line(name, users[name], passwords[name]) for name in users), ""])


def _line(name: str, rights: Rights, password: str) -> str:
    may: Sequence[str] = [f"+{command}" for command in rights.commands]
    # A digest is enough for the server: what can be read from the file opens nothing.
    return " ".join(["user", name, "reset", "on", f"#{ids.digest(password)}", *rights.keys, *rights.channels, *may])
