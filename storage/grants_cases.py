"""What roles may do with cases and what is asked under them, with comments; and what is counted of all that."""

from __future__ import annotations

from storage.granting import ALL, Role

CASEWORK: Role = {
    "incidents": {"select": ALL, "insert": ALL},
    "cases": {"select": ALL, "insert": ALL, "update": "state consented_by"},
    "case_members": {"select": ALL, "insert": ALL, "delete": ""},
    "case_links": {"select": ALL, "insert": ALL, "delete": ""},
    "case_holds": {"select": ALL},
    "case_exports": {"select": ALL, "insert": ALL},
    "vouched": {"select": ALL},
    "case_entries": {"select": ALL, "insert": ALL},
    "camera_pins": {"select": ALL},
    "listed_cameras": {"select": ALL},
    "camera_looks": {"select": ALL, "insert": ALL},
    "footage_requests": {
        "select": ALL,
        "insert": ALL,
        "update": "state approved_by sent_at resolved_at ends_at",
    },
    "footage_request_blocks": {"select": ALL, "insert": ALL},
    "footage_answers": {"select": ALL, "update": "contact_opened_at"},
    "case_keys": {"select": ALL, "insert": ALL},
    "request_flags": {"select": ALL, "insert": ALL, "update": "decision_id judged_at"},
    "request_decisions": {"select": ALL, "insert": ALL, "update": "undone"},
    "request_claims": {"select": ALL, "insert": ALL, "update": "staff_id ends_at", "delete": ""},
    "published_requests": {"select": ALL},  # everybody's: where a moderator finds one to flag
}
# The airlock brings what staff ask to whom it is for, and answers back, after looking at all of it again.
ASKED: Role = {
    # What a detective asks owners for, who may, and whether the case is open: looked up again before it is sent.
    "footage_requests": {"select": ALL},
    "footage_request_blocks": {"select": ALL},
    "footage_answers": {
        "select": "id request_id kind post_id contact_expires_at contact_opened_at shown_at",
        "insert": ALL,
        "update": "contact contact_expires_at",
    },
    # What owners say is wrong with it.
    "request_flags": {"select": "id", "insert": ALL},
    "request_decisions": {"select": "id request_id verb"},
    "case_keys": {"select": "case_id public_key"},
    "cases": {"select": "id division_id state incident_id"},
    "case_members": {"select": ALL},
    "atlas_versions": {"select": ALL},
    # What is said to a post's author, and whether who asked may ask it.
    "letters": {"select": ALL, "update": "carried_out"},
    "letter_answers": {"insert": ALL},
    "case_links": {"select": "case_id post_id"},
    # And for which case a clip was shared: it put that there itself.
    "case_holds": {"select": "case_id post_id"},
}
ASKED_HERE: Role = {  # what police asked in one's division, once it is over, and what became of a flag of it
    "published_requests": {"select": ALL},
    "request_flags": {"select": "id request_id slip_digest decision_id", "insert": ALL},
    "request_decisions": {"select": "id request_id verb reason guidelines"},
}
COMMENTS: Role = {
    # Moderators read them as neighbours do: not the mark that stands for who wrote one. Removed, it is hidden at first.
    "comments": {"select": "id post_id seq name text at removed_at", "update": "removed_at"},
    "comment_flags": {"select": ALL, "insert": ALL, "update": "said_by said decision_id"},
    "comment_decisions": {
        "select": "id comment_id post_id verb staff_id at undone",
        "insert": ALL,
        "update": "undone",
    },
}
JUDGED: Role = {  # words whose minute is over, in which what was decided about them could be undone
    "comments": {"select": "removed_at"},
    "request_flags": {"select": "judged_at", "update": "text judged_at"},
}
COUNTED: Role = {  # the months that are over, by division: what happened where and when, by nobody
    "posts": {"select": "id division_id"},
    "cases": {"select": "id division_id"},
    "blocks": {"select": "id division_id label"},
    "camera_pins": {"select": "block_id"},
    "decisions": {"select": "id post_id verb at undone from_state"},
    "appeals": {"select": "state decision_id"},
    "flags": {"select": "reason flagged_at decision_id"},
    "audit_entries": {"select": "at by"},
    "public_counts": {"select": ALL, "insert": ALL},
    "published_heads": {"select": ALL, "insert": ALL},
    "published_requests": {"select": ALL, "insert": ALL},
    "footage_requests": {"select": "id division_id kind window_from window_to sent_at ends_at"},
    "footage_request_blocks": {"select": ALL},
    "footage_answers": {"select": "request_id kind shown_at"},
    "request_decisions": {"select": "request_id verb at"},
    "atlas_versions": {"select": ALL},
}
