"""Pictures of the demo as it runs, taken by a real browser: docs/img/campaign.png for the README, or all pages into a folder.

    python -m scripts.screenshots [FOLDER]      while `make demo` is up, or after it
"""
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Error, Page, sync_playwright

from scripts import postgres
from scripts.demo import choices

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PICTURE = postgres.ROOT / "docs" / "img" / "campaign.png"
USER = "demo"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PLACES = {"stage": "tbody th a[href*='/stages/']", "submission": "tbody th a[href*='/submissions/']", "job": "tbody th a[href*='/jobs/']"}


def main(words: list[str]) -> int:
    """The picture of the README, or all of them."""
    place = choices.standing_place()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
            if words:
                _all(browser, place, Path(words[0]))
            else:
                _whole(_campaign(_signed_in(browser, place)), PICTURE)
    except Error as trouble:
        print(f"no picture: {trouble}. Is the demo up (`make demo`)?", file=sys.stderr)
        return 1
    return 0


def _chromium() -> str | None:
    """The machine's browser; playwright's own if there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _signed_in(browser: Browser, place: choices.Place, theme: Literal["light", "dark"] = "light", size: str = "wide") -> Page:
    width, height = SIZES[size]
    page = browser.new_context(base_url=place.url, color_scheme=theme, viewport={"width": width, "height": height}).new_page()
    page.goto("/me/sign-in/")
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill((place.var / "demo" / "password").read_text().strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/campaigns/")
    return page


def _campaign(page: Page) -> Page:
    """The newest campaign; the list itself begins with the worst."""
    page.goto(f"{page.url.partition('?')[0]}?on=all&sort=-number")
    page.locator("tbody th a").first.click()
    page.wait_for_load_state("networkidle")
    return page


def _all(browser: Browser, place: choices.Place, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        for size in SIZES:
            _tour(_signed_in(browser, place, theme, size), folder, f"{theme}-{size}")


def _tour(page: Page, folder: Path, look: str) -> None:
    """Each page by the first link to it, as people go."""
    _whole(page, folder / f"campaigns-{look}.png")
    _whole(_campaign(page), folder / f"campaign-{look}.png")
    for name, link in PLACES.items():
        page.locator(link).first.click()
        page.wait_for_load_state("networkidle")
        if name == "stage":
            page.locator("#chart svg").first.wait_for(state="attached")
        _whole(page, folder / f"{name}-{look}.png")


def _whole(page: Page, path: Path) -> None:
    """From top to bottom: the page's own part scrolls, so the window is made as high as it."""
    wide = page.viewport_size or {"width": 1440, "height": 900}
    high = page.evaluate("document.querySelector('main').scrollHeight") + 48
    page.set_viewport_size({"width": wide["width"], "height": max(wide["height"], high)})
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path))
    page.set_viewport_size(wide)
    print(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
