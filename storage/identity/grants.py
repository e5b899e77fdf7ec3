"""What each program may do with the identity database on PostgreSQL. Any other program cannot even connect."""

from __future__ import annotations

from storage.granting import ALL, Grants, Role, merged
from storage.identity.schema import metadata

_SHREDS = {  # an original's key and the words sealed under it are destroyed, and where its bytes were is forgotten
    "uploads": {"select": "id state key_sealed created_at", "update": "state key_sealed"},
    "upload_parts": {"select": ALL, "delete": ""},
    "clips": {"select": ALL, "update": "state reason stage progress lease ended_at media_keys words_sealed"},
}
_STARTS = {"vault_canary": {"select": ALL, "insert": ALL}}  # sees whether its key is the vault's

RESIDENT: Role = merged(
    _SHREDS,
    _STARTS,
    {
        "residents": {"select": ALL, "insert": ALL, "update": "home_block home_changes camera_moves", "delete": ""},
        "log_in_codes": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
        "log_ins": {"select": ALL, "insert": ALL, "delete": ""},
        "listening": {"select": ALL, "insert": ALL, "update": "log_in", "delete": ""},
        "tries": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
        "passkeys": {"select": ALL, "insert": ALL, "delete": ""},
        "partings": {"insert": ALL},
        "uploads": {"select": ALL, "insert": ALL, "update": "resident_id"},
        "upload_parts": {"insert": ALL, "update": "writer object_key"},
        "clips": {"insert": ALL},
        "authorship": {"select": ALL, "insert": ALL, "delete": ""},
        "suspended": {"select": ALL},
        "arrived_letters": {"select": ALL, "update": "answered answer crosses_at", "delete": ""},
        "idempotency": {"select": ALL, "insert": ALL, "delete": ""},
        "cameras": {
            "select": ALL,
            "insert": ALL,
            "update": "block_id facing indoor retention_days ask state confirmed_at retired_at name_sealed",
            "delete": "",
        },
        "camera_listings": {"select": ALL, "insert": ALL, "update": "sealed", "delete": ""},
        "alerts": {
            "select": ALL,
            "insert": ALL,
            "update": "block_id mail_sealed language quiet_from quiet_until digest_minute since next_at",
        },
        "alert_wishes": {"select": ALL, "insert": ALL, "update": "block_id", "delete": ""},
        "push_devices": {"select": ALL, "insert": ALL, "update": "alert_id log_in sealed", "delete": ""},
        "alert_place": {"select": "id n"},
        "tellings": {"insert": ALL},  # a test of one's own
        "asked": {"select": ALL},
        "asked_blocks": {"select": ALL},
        "inbox_answers": {"select": ALL, "insert": ALL, "update": "contact_state", "delete": ""},
        "inbox_flags": {"select": ALL, "insert": ALL, "delete": ""},
        "camera_mail": {"select": ALL, "insert": ALL, "delete": ""},
    },
)
# Works on clips, and cannot read whose they are: neither who sent a clip or uploaded it, nor any resident. It can make
# them nobody's, when that time has come.
AIRLOCK: Role = merged(
    _SHREDS,
    _STARTS,
    {
        "clips": {
            "update": "attempts tries lease_ends_at retry_at stage_times original_salt original_hash findings held_for",
        },
        "authorship": {"select": "clip_id", "delete": ""},
        "suspended": {"select": "clip_id", "insert": ALL, "delete": ""},  # of whose clip, it cannot look up
        "arrived_letters": {
            "select": ALL,
            "insert": ALL,
            "update": "answer",
            "delete": "",
        },  # to a clip, whosever it is
        "idempotency": {"select": "clip_id", "delete": ""},
        "uploads": {"update": "resident_id", "delete": ""},
        "log_in_codes": {"select": "ends_at", "delete": ""},
        "log_ins": {"select": "ends_at", "delete": ""},
        "listening": {"select": ALL, "delete": ""},  # whose log-in's digest it is, it cannot look up
        "tries": {"select": "window_start", "delete": ""},
        "partings": {"select": ALL, "delete": ""},
        # Looks after cameras and says on the record where some are: it cannot read whose one is or what it is called.
        "cameras": {
            "select": "id block_id facing retention_days state confirmed_at retired_at",
            "update": "state",
            "delete": "",
        },
        "camera_listings": {"select": ALL, "delete": ""},  # brings what is said openly to the record
        "asked": {"select": ALL, "insert": ALL, "update": "text over mailed", "delete": ""},
        "asked_blocks": {"select": "request_id", "insert": ALL},
        # What is to cross, and where the mail to all of a division goes: by whom and to whom, it cannot look up.
        "inbox_answers": {
            "select": "id request_id kind clip_id contact contact_until contact_state shown_at crossed",
            "update": "crossed contact contact_state",
            "delete": "",
        },
        "inbox_flags": {"select": "id request_id reason text shown_at crossed", "update": "crossed text", "delete": ""},
        "camera_mail": {"select": "id division_id mail_sealed"},
    },
)

# Sends alerts, and is the one program of this side that reaches addresses outside. It knows whom it alerts by ids drawn
# for that, and reads neither residents nor clips nor who sent what.
ALERTS: Role = merged(
    _STARTS,
    {
        "alerts": {
            "select": "id block_id mail_sealed language quiet_from quiet_until digest_minute since next_at",
            "update": "since next_at",
        },
        "alert_wishes": {"select": ALL},
        "push_devices": {"select": "id alert_id sealed", "delete": ""},
        "push_retries": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
        "alert_place": {"select": ALL, "insert": ALL, "update": ALL},
        "alert_posts": {"select": ALL, "insert": ALL, "update": "words_digest version", "delete": ""},
        "tellings": {"select": ALL, "insert": ALL, "update": "done_to batches", "delete": ""},
        "alerted": {"select": ALL, "insert": ALL, "update": ALL, "delete": ""},
    },
)

GRANTS = Grants(metadata, {"porchlight_resident": RESIDENT, "porchlight_airlock": AIRLOCK, "porchlight_alerts": ALERTS})
