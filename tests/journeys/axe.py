"""axe-core at a page: what somebody who does not see it, or sees little, could not do there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
# A narrow screen by day and a wide one by night: each colour of both is seen at least once on every page.
SIGHTS = (({"width": 390, "height": 844}, "light"), ({"width": 1440, "height": 900}, "dark"))
LOOK = """async theme => {
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new Event('porchlight:theme'));
    await new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)));
    const moving = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(moving.map(one => one.finished));
    const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false });
    const told = (rule, { impact, target, failureSummary }) => [impact, rule, target.join(' '), failureSummary];
    return violations.flatMap(({ id, nodes }) => nodes.map(node => told(id, node)));
}"""


class Eyes:
    """Looks at pages, and keeps what is wrong with them until it is asked for."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[str]] = {}

    def look(self, page: Page, name: str) -> None:
        """Looks at what a page shows now, by day and by night. Nothing on it moves meanwhile."""
        page.emulate_media(reduced_motion="reduce")
        if not page.evaluate("'axe' in window"):
            page.evaluate(SOURCE.read_text())  # past the policy that lets no foreign script into a page
        for size, theme in SIGHTS:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for impact, rule, element, why in page.evaluate(LOOK, theme):
                told = f"{name}, {size['width']} px, {theme}: {rule} at {element}: {' '.join(why.split())}"
                self._wrong.setdefault(impact, []).append(told)

    def wrong(self, *impacts: str) -> str:
        """What is wrong, one line each: page, width, rule and element."""
        return "\n".join(line for impact in impacts for line in self._wrong.get(impact, ()))
