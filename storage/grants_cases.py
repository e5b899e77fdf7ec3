"""What the staff program's role may do with incidents, cases, and what is asked under them."""

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
}
