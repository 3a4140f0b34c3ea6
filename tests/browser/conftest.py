"""A real browser over the real site. What the page may not do, its content policy says: any complaint of the browser is a failure."""
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.stream import hub
from pomssite.kit import registry
from tests.scenes import Scene, play
from tests.telling import told

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, wherever it is; playwright's own if the machine has none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"       # playwright keeps a loop in this thread; Django would refuse to ask the database
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """The site as it is served, streams and all, in threads of this process."""
    from pomssite.asgi import application

    listens = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(ASGIStaticFilesHandler(application), log_level="warning", lifespan="off"))
    with django_db_blocker.unblock():
        serving = threading.Thread(target=server.run, args=([listens],), daemon=True)
        serving.start()
        # pytest-django switches these settings on around every test that asks for a server of this name
        yield SimpleNamespace(url=f"http://127.0.0.1:{listens.getsockname()[1]}", _live_server_modified_settings=override_settings())
        hub().end()
        server.should_exit = True
        serving.join(timeout=10)


@pytest.fixture
def telling(transactional_db) -> Iterator[None]:
    """What has changed is told, as the ticker does."""
    with told():
        yield


@pytest.fixture
def scene(transactional_db, telling, settings, tmp_path) -> Iterator[Scene]:
    """A campaign in the middle of its life, with a picture that a browser can draw."""
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    settings.POMS_STORAGE = tmp_path / "storage"
    settings.WAKE_UPS = False
    registry._made.cache_clear()
    yield play(storage=settings.POMS_STORAGE)
    registry._made.cache_clear()


@pytest.fixture
def visit(browser, live_server, django_user_model) -> Iterator:
    """Opens a signed-in page of a size and a theme; `complaints` collects what the browser says is wrong."""
    contexts = []

    def opened(theme: str = "light", width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": height}, base_url=live_server.url)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        sign_in(page, django_user_model)
        return page

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, users) -> None:
    """By the form, as people do."""
    user = users.objects.get(username="ann")
    user.set_password("long enough 1")
    user.save()
    page.goto("/me/sign-in/")
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password").fill("long enough 1")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dune/campaigns/")
