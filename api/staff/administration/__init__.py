"""For admins: who is on the staff, which duties they have, and what was done by whom."""
