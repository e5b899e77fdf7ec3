"""What each program may do with the record on PostgreSQL. What is not here is refused, by the database itself."""

from __future__ import annotations

from storage.granting import ALL, Grants, Role, merged
from storage.grants_cases import ASKED, ASKED_HERE, CASEWORK, COMMENTS, COUNTED, JUDGED
from storage.schema import metadata

NOW_MS = "extract(epoch from statement_timestamp()) * 1000"
_NOTES = {  # writing to the audit: a line and its payload are added, none is read or changed
    "audit_head": {"select": "one seq hash", "update": "seq hash"},
    "audit_entries": {"insert": ALL},
    "audit_payloads": {"insert": ALL},
}
_TELLS = {  # adding a line to the feed's log
    "feed_head": {"select": ALL, "update": "seq"},
    "feed_log": {"insert": ALL},
}
_PLACES = {"divisions": {"select": ALL}, "blocks": {"select": ALL}}
_SHOWS = merged(
    _PLACES,
    {
        "posts": {
            "select": "id state kind category title text happened_at published_at block_id division_id "
            "media_state media_generation seconds order_key"
        },
        "renditions": {"select": ALL},
    },
)
_SHARED = "{0} in (select post_id from shared_links)"  # rows of posts that somebody shares outside
_PLAYS = {"segments": {"select": ALL}}  # the feed tells that there is a playlist, and needs none of its pieces
_ENTOMBS = merged(  # leaving a tombstone: what lies under it is written over and deleted, and need not be read
    _NOTES,
    _TELLS,
    {
        "posts": {"select": "id state category division_id", "insert": ALL, "update": ALL},
        "renditions": {"select": "post_id key", "delete": ""},
        "segments": {"select": "post_id key", "delete": ""},
        "comments": {"select": "post_id", "delete": ""},
        "flags": {"select": "post_id", "delete": ""},
        "appeals": {"select": "post_id", "delete": ""},
        "claims": {"select": "post_id", "delete": ""},
        "nods": {"select": "post_id", "delete": ""},
        "case_holds": {"select": "post_id", "delete": ""},
        "letters": {"select": "id post_id", "delete": ""},
        "comment_flags": {"select": "post_id", "delete": ""},
        "letter_answers": {"select": "letter_id", "delete": ""},
        "shared_links": {"select": "post_id", "delete": ""},
        "vouched": {"select": "post_id", "delete": ""},
    },
)

RESIDENT: Role = merged(
    _SHOWS,
    _PLAYS,
    _ENTOMBS,
    ASKED_HERE,
    {
        "atlas_versions": {"select": ALL},
        "comments": {"select": ALL, "insert": ALL},
        "comment_flags": {"select": "slip_digest decision_id", "insert": ALL},
        "comment_decisions": {"select": "id verb reason guidelines"},
        # The police's, told as nobody's; whether two leads stand behind one is looked up, by ids without a name.
        "notices": {"select": ALL},
        "staff_members": {"select": "id ended"},
        "staff_roles": {"select": ALL},
        "flags": {"select": "slip_digest decision_id", "insert": ALL},  # what became of a flag, for who holds its slip
        "tickets": {"insert": ALL},
        "endings": {"insert": ALL},
        # How often a block's cameras were looked at, for who has one there: when and for what kind, not by whom.
        "camera_looks": {"select": ALL},
        "case_entries": {"select": "case_id seq at"},
        "cases": {"select": "id incident_id"},
        "incidents": {"select": "id kind"},
        # By which guideline, for the author and who flagged: not by whom, nor what was noted.
        "decisions": {"select": "id post_id verb reason guidelines at undone"},
        "appeals": {"select": "id against at state", "insert": ALL},
        "nods": {"select": ALL, "insert": ALL},
        "premoderation": {"select": "division_id category ends_at"},  # told before sending
        "shared_links": {"select": ALL, "insert": ALL},
        "vouched": {"insert": ALL},  # by its author, if they choose to
    },
)
AIRLOCK: Role = merged(
    _SHOWS,
    _PLAYS,
    _ENTOMBS,
    ASKED,
    {
        "renditions": {"insert": ALL, "update": "pieces bytes whole"},
        "segments": {"insert": ALL},
        "comments": {"select": "id"},  # to take one back for who wrote it, and has left; with what was said of it
        "comment_flags": {"select": "comment_id"},
        "endings": {"insert": ALL},
        "case_holds": {"insert": ALL},  # of a clip that was shared for a case
        "flags": {"insert": ALL},  # by the check of words, of a post that begins held
        "camera_pins": {"select": ALL, "insert": ALL, "update": "retention", "delete": ""},
        "listed_cameras": {
            "select": ALL,
            "insert": ALL,
            "update": "block_id quadrant retention address contact",
            "delete": "",
        },
        # What is asked about a post's author, and whether two moderators asked it: looked up again before it is done.
        "suspensions": {"select": ALL, "update": "carried_out"},
        "blurs": {"select": ALL, "update": "boxes state tries media_keys"},
        # What is compared before a clip is shown: nobody else reads how one looked that was removed.
        "known_bad": {"select": ALL},
        "nods": {"select": ALL, "delete": ""},  # of who left
        "removed_views": {"select": ALL, "insert": ALL, "update": "views", "delete": ""},
        "premoderation": {"select": "division_id category ends_at"},
        "decisions": {"select": "id post_id verb reason guidelines staff_id undone"},
        "staff_members": {"select": "id ended"},
        "staff_roles": {"select": ALL},
    },
)
# Reads what the feed tells, to alert neighbours of it; writes nothing.
ALERTS: Role = merged(
    _SHOWS,
    {"feed_head": {"select": ALL}, "feed_log": {"select": ALL}, "atlas_versions": {"select": ALL}},
)
STAFF: Role = merged(
    _SHOWS,
    _PLAYS,
    CASEWORK,
    COMMENTS,
    _NOTES,
    _TELLS,
    {
        "atlas_versions": {"select": ALL},
        "posts": {"select": "words", "update": "state title text words"},
        "flags": {"select": ALL, "insert": ALL, "update": "state decision_id"},
        "decisions": {"select": ALL, "insert": ALL, "update": "undone"},
        "claims": {"select": ALL, "insert": ALL, "update": "staff_id ends_at", "delete": ""},
        "openings": {"select": ALL, "insert": ALL},
        "appeals": {"select": ALL, "update": "state decision_id"},
        "suspensions": {"select": ALL, "insert": ALL, "delete": ""},
        "blurs": {"select": "decision_id post_id returns state", "insert": ALL},
        "premoderation": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
        "tickets": {"insert": ALL},
        "audit_entries": {"select": ALL},
        "audit_payloads": {"select": "seq words"},
        "staff_members": {  # an account that an invitation made, and the second factor of one's own
            "select": ALL,
            "insert": ALL,
            "update": "password_hash second_factor second_factor_step second_factor_next last_log_in_at ended language",
        },
        "staff_roles": {"select": ALL, "insert": ALL, "delete": ""},
        "staff_log_ins": {"select": ALL, "insert": ALL, "delete": ""},
        "desks": {"select": ALL, "insert": ALL, "update": "touched_at locked proved_at"},
        "recovery_codes": {"select": ALL, "insert": ALL, "delete": ""},
        "invitations": {"select": ALL, "insert": ALL, "delete": ""},
        "viewed_posts": {"select": ALL, "insert": ALL},
        "read_marks": {"select": ALL, "insert": ALL, "update": "order_key"},
        "watches": {"select": ALL, "insert": ALL, "update": "name sound wanted", "delete": ""},
        "log_in_tries": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
        "digests": {"select": ALL, "insert": ALL, "update": "mailbox minute divisions next_at confirmed", "delete": ""},
        "digest_mails": {"select": "staff_id", "insert": ALL, "delete": ""},
        "digest_codes": {"select": ALL, "insert": ALL, "update": ALL},
        "notices": {"select": ALL, "insert": ALL, "update": "state consented_by shown_at ends_at"},
        "letters": {"select": ALL, "insert": ALL, "delete": ""},
        "letter_answers": {"select": ALL},
    },
)
FEED: Role = merged(
    _SHOWS,
    {
        "feed_head": {"select": ALL},
        "feed_log": {"select": ALL},
        "tickets": {"select": ALL, "delete": ""},
        "endings": {"select": "seq word"},
        "staff_members": {"select": "id ended"},
        "staff_roles": {"select": ALL},
        "staff_log_ins": {"select": "token_digest"},  # whether a listener's log-in was ended
        "desks": {"select": "token_digest locked"},  # or its desk locked
    },
)
PUBLIC: Role = merged(  # what was rounded, and nothing it was made of; and posts to which there is a link (`rows`)
    _SHOWS,
    _PLAYS,
    {
        "public_counts": {"select": ALL},
        "published_heads": {"select": ALL},
        "published_requests": {"select": ALL},
        "shared_links": {"select": ALL},
    },
)
CHORES: Role = merged(
    _ENTOMBS,
    COUNTED,
    JUDGED,
    {
        "posts": {"select": "published_at order_key"},
        # A contact that expired goes.
        "footage_answers": {"select": "contact_expires_at", "update": "contact contact_expires_at"},
        "divisions": {"select": ALL},
        # Which case holds a post whose time is over, and since when it is closed: not why, nor by whom.
        "cases": {"select": "state"},
        "case_links": {"select": "case_id post_id"},
        "case_holds": {"select": ALL},
        "case_entries": {"select": "case_id kind at"},
        # Of a case for which somebody asked a package, they copy words and clips into it; of no other they read one.
        "case_exports": {"select": ALL, "update": "state papers done files tries key bytes sha256 ready_at"},
        "renditions": {"select": "file width height bytes whole"},
        "segments": {"select": "file number start bytes"},
        "staff_members": {"select": "id ended last_log_in_at language", "update": "ended"},
        "staff_roles": {"select": ALL},
        "digests": {"select": ALL, "update": "next_at since order_key", "delete": ""},
        "digest_mails": {"select": ALL, "insert": ALL, "delete": ""},
        "digest_codes": {"select": "window_start", "delete": ""},
        "feed_head": {"update": "floor"},
        "feed_log": {"select": "seq", "delete": ""},
        "audit_entries": {"select": "seq action subject hash"},
        "tickets": {"select": "ends_at", "delete": ""},
        "endings": {"select": "forget_at", "delete": ""},
        "staff_log_ins": {"select": "token_digest staff_id ends_at", "delete": ""},
        "openings": {"select": "at", "delete": ""},
        "desks": {"select": "token_digest touched_at locked", "update": "locked", "delete": ""},
        "invitations": {"select": "ends_at", "delete": ""},
        "viewed_posts": {"select": "post_id", "delete": ""},
    },
)

GRANTS = Grants(
    metadata,
    {
        "porchlight_resident": RESIDENT,
        "porchlight_airlock": AIRLOCK,
        "porchlight_alerts": ALERTS,
        "porchlight_staff": STAFF,
        "porchlight_feed": FEED,
        "porchlight_public": PUBLIC,
        "porchlight_chores": CHORES,
    },
    rows={
        # These tell of what is live: of a post that is held, hidden or removed they cannot read a word. What nobody
        # shares outside is not there for the program that everybody can ask.
        "posts": {
            **dict.fromkeys(("porchlight_feed", "porchlight_alerts"), "state = 'live'"),
            "porchlight_public": f"state = 'live' and {_SHARED.format('id')}",
        },
        "renditions": {"porchlight_public": _SHARED.format("post_id")},
        "segments": {"porchlight_public": _SHARED.format("post_id")},
        # Staff see answers from their batch's moment on, and before it not that there are any.
        "footage_answers": {"porchlight_staff": f"shown_at <= {NOW_MS}"},
        "request_flags": {"porchlight_staff": f"shown_at <= {NOW_MS}"},
    },
)
