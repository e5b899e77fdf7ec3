"""Hands alerts out: pushes to browsers, many at once, and mails into the folder they are sent from.

A message has one name, whenever and however often it is made: a notification's is its post, a mail's stands in its
file's name and Message-ID. So what a killed program tells again takes the place of what it told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.db import Database, Tx
from storage.identity.alerts import push_devices
from storage.identity.alerts.alerts import Recipient
from storage.identity.alerts.push_devices import TRIES, Device
from storage.identity.vault import Vault
from storage.kit import clock, ids, log, metrics
from storage.kit.ids import PostId
from workers.airlock.alerting.push_hosts import AWAY_SECONDS, Answer, Outcome, PushHosts
from workers.airlock.alerting.web_push import b64
from workers.airlock.mailroom import ALERT, FROM

MAILS_KEPT = clock.DAY  # in the folder: whatever sends them takes them long before
BACK_OFF = 4  # times as long before each try: 30 s, 2 min, 8 min, 32 min


@dataclass(frozen=True)
class Message:
    """One push: to which device, about which post (None: of a summary or a test), and what it says."""

    device: Device
    post_id: PostId | None
    plain: bytes


@dataclass(frozen=True)
class Office:
    """What alerts are made of, and where they go."""

    vault: Vault
    record: Database
    services: PushHosts
    lines: Executor  # as many pushes at once as it has threads
    mail: Path
    zone: ZoneInfo
    site: str

    def push(self, messages: Sequence[Message]) -> list[tuple[Message, Answer]]:
        """Hands them to their services; answers when the last of them was answered, or gave up."""
        found = list(zip(messages, self.lines.map(self._push, messages), strict=True))
        for outcome in Outcome:
            if count := sum(answer.outcome is outcome for _, answer in found):
                metrics.count("alerts_pushed", count, outcome=outcome)
        if refused := sum(answer.outcome is Outcome.REFUSED for _, answer in found):
            log.event("push_refused", count=refused)
        return found

    def leave(self, to: Recipient, mail: EmailMessage, *about: str) -> None:
        """Leaves a mail to somebody; `about` makes its name."""
        assert to.mail_sealed is not None, "they asked for mail"
        name = ids.base32(self.vault.keyed("alert mail", to.id, *about)[: ids.ID_BYTES])
        mail["To"], mail["From"] = self.vault.unseal(f"alerts:{to.id}", to.mail_sealed).decode(), FROM
        mail["Message-ID"] = f"<{name}@porchlight.invalid>"
        self.mail.mkdir(parents=True, exist_ok=True, mode=0o700)
        begun = self.mail / f".{name}"
        begun.unlink(missing_ok=True)
        with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(bytes(mail))  # whole or not at all: what takes it never sees half of it
        begun.rename(self.mail / f"{ALERT}{name}.eml")
        metrics.count("alerts_mailed")

    def drop_old_mails(self, now: int) -> None:
        """Deletes what nothing sent for a day."""
        for mail in self.mail.glob(f"{ALERT}*.eml"):
            with suppress(FileNotFoundError):
                if mail.stat().st_mtime * 1000 < now - MAILS_KEPT:
                    mail.unlink()

    def _push(self, message: Message) -> Answer:
        # A topic for each device and post: no service can lay together what several of its devices were told.
        about = self.vault.keyed("push topic", message.device.id, message.post_id or "")
        return self.services.send(message.device.subscription, message.plain, topic=b64(about[:24]))


def note(tx: Tx, answered: Sequence[tuple[Message, Answer]], kind: str, *, tries: int = 1) -> None:
    """Forgets devices that are no more, and has what did not arrive tried again, five times in all."""
    push_devices.forget(tx, [sent.device.id for sent, answer in answered if answer.outcome is Outcome.FORGET])
    for message, wait in _late(answered, tries):
        assert message.post_id is not None
        at = tx.now() + wait * clock.SECOND
        push_devices.retry_later(tx, message.device.id, message.post_id, kind, tries=tries, at=at)


def _late(answered: Sequence[tuple[Message, Answer]], tries: int) -> Iterator[tuple[Message, int]]:
    """Those to try again, and in how many seconds."""
    if tries >= TRIES:
        return
    wait = int(AWAY_SECONDS) * BACK_OFF ** (tries - 1)
    for message, answer in answered:
        if answer.outcome is Outcome.LATER and message.post_id is not None:
            yield message, max(wait, answer.wait or 0)
