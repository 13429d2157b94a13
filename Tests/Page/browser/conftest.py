"""One browser and one studio for all tests; a context of its own, and no console error, for each."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from studio import PROGRAM, Studio

SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
expect.set_options(timeout=15_000)


def pytest_sessionstart():
    if not PROGRAM.exists():
        pytest.exit(f"no program at {PROGRAM}: build it, or name it with SLUICE", 2)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_studio():
    with Studio() as studio:
        yield studio


@pytest.fixture
def studio(shared_studio):
    yield shared_studio
    shared_studio.clear()


class Visitor:
    """Opens pages, and remembers what they complained of."""

    def __init__(self, browser):
        self.browser = browser
        self.contexts = []
        self.complaints = []
        self.allowed = []

    def context(self, language="en-US", dark=False, width=1440, height=900, **options):
        context = self.browser.new_context(
            locale=language, color_scheme="dark" if dark else "light", viewport={"width": width, "height": height}, **options)
        self.contexts.append(context)
        return context

    def open(self, studio, fragment="", context=None, **options):
        page = (context or self.context(**options)).new_page()
        page.on("console", lambda message: self.heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.goto(f"{studio.address}/{fragment}")
        page.locator("main > *").first.wait_for()
        return page

    def allow(self, text):
        """A complaint that the test brings about itself."""
        self.allowed.append(text)

    def heard(self, kind, text):
        if kind == "error" and not any(allowed in text for allowed in self.allowed):
            self.complaints.append(f"{kind}: {text}")

    def close(self):
        for context in self.contexts:
            context.close()


@pytest.fixture
def visitor(browser):
    visitor = Visitor(browser)
    yield visitor
    visitor.close()
    assert visitor.complaints == []


@pytest.fixture(scope="session")
def axe():
    def check(page, but=()):
        """No violation of WCAG 2.2 AA under the policy that the server sends."""
        result = Axe().run(page, options={"runOnly": WCAG, "rules": {name: {"enabled": False} for name in but}})
        found = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in result.response["violations"]]
        assert found == [], found

    return check


@pytest.fixture(scope="session")
def keep():
    def screenshot(page, name, full=False):
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full)

    return screenshot
