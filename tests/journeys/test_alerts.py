"""A resident and their alerts: asked for at a browser, pushed, shown, taken back; offline, the page says that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, Database
from storage.identity.residents import residents
from storage.identity.vault import Vault
from storage.kit import clock, keys, settings
from storage.kit.ids import BlockId, PostId
from storage.kit.redis import connect
from storage.posts.posts import Verb
from tests import builders
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_people import PHONE, NewPage, chromium, new_page, pytestmark
from tests.servers.push_stand_in import Browser as Subscribed

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]

WITHIN = 60.0  # seconds: a second where nobody else works
# A browser without a line to its push service cannot subscribe: its answer is put in, all else is its own.
SUBSCRIBES = """([endpoint, p256dh, auth]) => {
  let subscription = null;
  const made = (options) => ({
    endpoint, options: { applicationServerKey: Uint8Array.from(atob(options.applicationServerKey.replaceAll('-', '+')
      .replaceAll('_', '/')), (c) => c.charCodeAt(0)).buffer },
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
    unsubscribe: async () => { subscription = null; return true; },
  });
  PushManager.prototype.subscribe = async (options) => (subscription = made(options));
  PushManager.prototype.getSubscription = async () => subscription;
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, tag }) => [title, body, tag])"""

KEPT = """async () => {
  const shells = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  return (await Promise.all(shells.map((shell) => shell.keys()))).flat().map(({ url }) => new URL(url).pathname);
}"""


class Worker:
    """The page's service worker, to which pushes are handed as the browser does."""

    def __init__(self, page: Page, origin: str) -> None:
        self._page, self._origin, self._known = page, origin, list[str]()
        self._line = page.context.new_cdp_session(page)
        self._line.on("ServiceWorker.workerRegistrationUpdated", self._registered)
        self._line.send("ServiceWorker.enable")

    def takes(self, told: dict[str, object]) -> None:
        """A push, opened."""
        self._page.wait_for_function("navigator.serviceWorker.controller !== null")
        push = {"origin": self._origin, "registrationId": self._known[-1], "data": json.dumps(told)}
        self._line.send("ServiceWorker.deliverPushMessage", push)

    def shows(self, is_so: Callable[[list[list[str]]], bool]) -> list[list[str]]:
        """What it shows, once that is so."""
        for _ in range(int(WITHIN * 10)):
            found: list[list[str]] = self._page.evaluate(SHOWN)
            if is_so(found):
                return found
            self._page.wait_for_timeout(100)
        raise AssertionError(found)

    def _registered(self, event: dict[str, list[dict[str, object]]]) -> None:
        self._known += [str(one["registrationId"]) for one in event["registrations"] if not one["isDeleted"]]


@pytest.fixture
def record(stack: Stack) -> Iterator[tuple[Database, Bell]]:
    """The stack's record and its bell, as the airlock holds them."""
    here = settings.record({"PORCHLIGHT_DATA": str(stack.data)})
    database = Database(here.database)
    yield database, Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))
    database.engine.dispose()


def _home(stack: Stack, mail: str) -> BlockId:
    here = settings.identity({"PORCHLIGHT_DATA": str(stack.data)})
    vault = Vault(here.database, keys.read_or_make(here.vault_key_file))
    with vault.read() as conn:
        found = residents.find(conn, vault, mail)
        home = residents.home_of(conn, found) if found else None
    vault.engine.dispose()
    assert home is not None
    return home


def _publish(record: Database, bell: Bell, block: BlockId) -> PostId:
    new = builders.a_new_post(title="A ladder in the yard", published_at=clock.rounded(clock.now()))
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, replace(new, block=block), (), generation=1, last=True)
    return new.id


def test_a_resident_is_alerted_of_what_stands(
    stack: Stack,
    new_page: NewPage,
    record: tuple[Database, Bell],
) -> None:
    """Asked for by keyboard on a phone; a test, a post and its end arrive on the screen; offline, the page says so."""
    assert stack.push is not None
    page, origin = new_page(PHONE), f"http://residents.localhost:{stack.base}"
    subscribed: Subscribed = stack.push.browser()
    page.context.grant_permissions(["notifications"], origin=origin)
    page.add_init_script(f"({SUBSCRIBES})({json.dumps(list(subscribed.body.values()))})")
    Resident(page, stack, "alerted@example.org").lives_in("South", "Orchard")
    worker = Worker(page, f"{origin}/")

    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("link", name="My alerts").click()
    expect(page.get_by_role("button", name="Send me a test")).to_be_disabled()
    page.get_by_role("switch", name="Alerts on this device").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("On, for as long as you are logged in here.")).to_be_visible()
    page.get_by_role("radio", name="Crime: No", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Crime: My block", exact=True)).to_be_checked()
    page.get_by_role("button", name="Everything around").press("Enter")
    page.get_by_role("switch", name="Mail to").press("Space")
    page.get_by_role("switch", name="Quiet hours").press("Space")
    expect(page.get_by_label("Until", exact=True)).to_have_value("07:00")
    page.get_by_role("switch", name="Quiet hours").press("Space")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Your alerts are saved.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Send me a test").press("Enter")
    expect(page.get_by_text("A test is on its way")).to_be_visible()
    worker.takes(_next(stack, subscribed, 1))
    worker.shows(lambda found: [title for title, *_ in found] == ["This is how alerts come"])

    post_id = _publish(*record, _home(stack, "alerted@example.org"))
    told = _next(stack, subscribed, 2)
    worker.takes(told)
    found = worker.shows(lambda found: any(tag == post_id for *_, tag in found))
    assert [f"Suspicious · {told['block']}", "A ladder in the yard", post_id] in found

    with record[0].write(by=AIRLOCK) as tx:
        posting.end(tx, record[1], post_id, Verb.WITHDRAW)
    worker.takes(_next(stack, subscribed, 3))
    found = worker.shows(lambda found: any(title == "Taken back" for title, *_ in found))
    assert [tag for *_, tag in found].count(post_id) == 1
    assert "ladder" not in json.dumps(found)

    page.reload()
    expect(page.get_by_role("switch", name="Mail to")).to_be_checked()
    assert sorted(page.evaluate(KEPT)) == ["/lamp.svg", "/offline.html"]
    page.context.set_offline(True)
    page.goto(f"{origin}/me/alerts")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.context.set_offline(False)


def _next(stack: Stack, subscribed: Subscribed, count: int) -> dict[str, object]:
    assert stack.push is not None
    stack.push.wait_for(count, WITHIN)
    return dict(stack.push.told(subscribed)[-1])
