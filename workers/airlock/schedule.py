"""What runs by itself on the identity side, and how often: `python -m workers.airlock.schedule`.

It runs here and not through a queue: what mends a lost Redis must not need one.
"""

from __future__ import annotations

from storage import checks
from storage.kit import log, ready, starting
from storage.kit.errors import PorchlightError
from workers.airlock import figures
from workers.airlock.both_sides import Airlock, mail_folder, open_both_sides, scratch_folder
from workers.airlock.checks import of_both_sides
from workers.airlock.moderating.blurring import blur_all
from workers.airlock.moderating.questioning import bring_letters, cross_answers
from workers.airlock.moderating.remembering import look_at_removed
from workers.airlock.moderating.suspending import carry_out
from workers.airlock.owners.answering import carry_answers
from workers.airlock.owners.asking import ask_owners
from workers.airlock.owners.cameras import look_after
from workers.airlock.owners.listed import bring_listed
from workers.airlock.owners.owners_mail import write_to_owners
from workers.airlock.owners.pins import bring_pins
from workers.airlock.reconcile import reconcile
from workers.every import Round, is_late, repeat
from workers.media import programs
from workers.queue import doorbell

CAMERAS_SECONDS = 600  # days and years are what is waited for here
ASKING_SECONDS = 60  # answers cross within the last ten minutes before their batch's moment
SUSPENSIONS_SECONDS = 600  # after the hour that all wait
BLUR_SECONDS = 3  # a moderator waits for it, and where nothing is asked for, it is one look
REMOVED_SECONDS = 30  # nobody records, uploads and sends a clip again sooner
LETTERS_SECONDS = 300  # answers cross at midnight and noon: these minutes are the same for all of a batch
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
            Round("removed_clips", REMOVED_SECONDS, lambda: look_at_removed(airlock)),
            Round("letters", LETTERS_SECONDS, lambda: bring_letters(stores.vault, stores.record)),
            Round("answers", LETTERS_SECONDS, lambda: cross_answers(stores.vault, stores.record)),
            Round("figures", RECONCILE_SECONDS, lambda: figures.tell(stores.vault, bell)),
        ]
        # A long clip is made anew for minutes: it is not late, and its programs have ends of their own.
        blurring = Round("blurring", BLUR_SECONDS, lambda: blur_all(airlock), apart=True)
        late = checks.rounds(lambda: is_late(rounds))
        ready.answer(record.metrics, lambda: [*of_both_sides(record, identity), late])
    except (PorchlightError, programs.MissingProgram) as why:
        raise SystemExit(f"airlock-schedule: {why}") from None
    log.event("ready")
    repeat([*rounds, blurring])


if __name__ == "__main__":
    main()
