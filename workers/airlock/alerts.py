"""Alerts residents: `python -m workers.airlock.alerts`. The one program of this side that calls addresses outside.

It holds neither clips nor what says whose one is, only who wants to hear of which block; and it runs after everybody
else on its machine.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

from storage import checks
from storage.db import database_now, only_one
from storage.identity.alerts import tellings
from storage.identity.vault import LINEAGE as IDENTITY_LINEAGE, Vault, open_vault
from storage.kit import clock, log, metrics, ready, settings
from storage.kit.errors import PorchlightError
from storage.kit.settings import IdentitySettings, RecordSettings
from storage.record import LINEAGE, open_record
from workers.airlock.alerting.following import follow
from workers.airlock.alerting.office import Office
from workers.airlock.alerting.push_hosts import PushHosts
from workers.airlock.alerting.summaries import sum_up
from workers.airlock.alerting.telling import tell, try_again
from workers.airlock.alerting.web_push import Signer
from workers.airlock.both_sides import mail_folder
from workers.every import Round, is_late, repeat

STORES = ("PORCHLIGHT_RECORD_DATABASE", "PORCHLIGHT_IDENTITY_DATABASE", "PORCHLIGHT_VAULT_KEY_FILE")
NICE = 10  # behind the feed, which nobody may wait for, and behind whoever serves residents
FOLLOW_SECONDS = 1.0
WORK_SECONDS = 3.0  # of one round: then it is asked whether to stop
TIDY_SECONDS = 600.0
FIGURES_SECONDS = 15.0
LINES = 32  # pushes at once: services answer in tenths of a second
ALERTING = 0x616C657274  # the lock under which one program of a city alerts at a time


def main() -> None:
    """Starts, or says in one line why not."""
    log.start("airlock-alerts")
    try:
        settings.demand(*STORES)
        record, identity = settings.record(), settings.identity()
        office = open_office(record, identity)
        rounds = [
            Round("alerts", FOLLOW_SECONDS, lambda: alert(office)),
            Round("alert_mails", TIDY_SECONDS, lambda: office.drop_old_mails(clock.now())),
            Round("figures", FIGURES_SECONDS, lambda: _figures(office.vault)),
        ]
        late = checks.rounds(lambda: is_late(rounds))
        databases = [
            *checks.database(record.database, LINEAGE),
            *checks.database(identity.database, IDENTITY_LINEAGE, of="identity_"),
        ]
        ready.answer(record.metrics, lambda: [*databases, late])
    except PorchlightError as why:
        raise SystemExit(f"airlock-alerts: {why}") from None
    os.nice(NICE)
    log.event("ready")
    repeat(rounds)


def open_office(record: RecordSettings, identity: IdentitySettings) -> Office:
    """All that alerts need, as these settings name it."""
    vault = open_vault(identity)
    return Office(
        vault=vault,
        record=open_record(record.database),
        services=PushHosts(identity.push_hosts, Signer.of(vault, identity.push_contact or record.residents_address)),
        lines=ThreadPoolExecutor(LINES, "push"),
        mail=mail_folder(identity),
        zone=record.time_zone,
        site=record.residents_address,
    )


def alert(office: Office, seconds: float = WORK_SECONDS) -> None:
    """Follows and tells until there is nothing to tell, or so long. Killed anywhere, it goes on."""
    until = time.monotonic() + seconds
    with only_one(office.vault, ALERTING) as first:
        while first:
            follow(office)
            try_again(office)
            told, summed_up = tell(office), sum_up(office)
            if not (told or summed_up) or time.monotonic() > until:
                return


def _figures(vault: Vault) -> None:
    with vault.read() as conn:
        count, since = tellings.waiting(conn)
        now = database_now(conn)
    metrics.put("alerts_waiting", count)
    metrics.put("alerts_waiting_seconds", 0 if since is None else max(now - since, 0) / clock.SECOND)


if __name__ == "__main__":
    main()
