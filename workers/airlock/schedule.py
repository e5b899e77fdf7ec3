"""What runs by itself on the identity side, and how often: `python -m workers.airlock.schedule`.

It runs here and not through a queue: what mends a lost Redis must not need one.
"""

from __future__ import annotations

from storage import checks
from storage.kit import log, ready, starting
from storage.kit.errors import PorchlightError
from workers.airlock import figures
from workers.airlock.answering import carry_answers
from workers.airlock.asking import ask_owners
from workers.airlock.both_sides import Airlock, mail_folder, open_both_sides, scratch_folder
from workers.airlock.cameras import look_after
from workers.airlock.checks import of_both_sides
from workers.airlock.listed import bring_listed
from workers.airlock.owners_mail import write_to_owners
from workers.airlock.pins import bring_pins
from workers.airlock.reconcile import reconcile
from workers.airlock.suspending import carry_out
from workers.every import Round, is_late, repeat
from workers.media import programs
from workers.queue import doorbell

CAMERAS_SECONDS = 600  # days and years are what is waited for here
ASKING_SECONDS = 60  # answers cross within the last ten minutes before their batch's moment
SUSPENSIONS_SECONDS = 600  # after the hour that all wait
RECONCILE_SECONDS = 15  # with a lease of 60 s a killed worker's clip is taken up within 75 s


def main() -> None:
    """Starts, or says in one line why not."""
    log.start("airlock-schedule")
    try:
        record, identity = starting.on_both_sides()
        tools = programs.find(unsafe_no_sandbox=identity.unsafe_no_sandbox)
        stores = open_both_sides(record, identity)
        bell = doorbell(identity.redis)
        airlock = Airlock(
            stores, tools, scratch_folder(identity), mail_folder(identity), bell, identity.authorship_life
        )
        rounds = [
            Round("reconcile", RECONCILE_SECONDS, lambda: reconcile(airlock, bell)),
            Round("cameras", CAMERAS_SECONDS, lambda: look_after(stores.vault)),
            Round("camera_pins", CAMERAS_SECONDS, lambda: bring_pins(stores.vault, stores.record)),
            Round("listed_cameras", CAMERAS_SECONDS, lambda: bring_listed(stores.vault, stores.record)),
            Round("asking", ASKING_SECONDS, lambda: ask_owners(stores)),
            Round("answering", ASKING_SECONDS, lambda: carry_answers(stores)),
            Round("owners_mail", ASKING_SECONDS, lambda: write_to_owners(stores.vault, airlock.mail)),
            Round("suspensions", SUSPENSIONS_SECONDS, lambda: carry_out(stores, airlock.authorship_life)),
            Round("figures", RECONCILE_SECONDS, lambda: figures.tell(stores.vault, bell)),
        ]
        late = checks.rounds(lambda: is_late(rounds))
        ready.answer(record.metrics, lambda: [*of_both_sides(record, identity), late])
    except (PorchlightError, programs.MissingProgram) as why:
        raise SystemExit(f"airlock-schedule: {why}") from None
    log.event("ready")
    repeat(rounds)


if __name__ == "__main__":
    main()
