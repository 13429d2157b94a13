"""Every view in both languages, light and dark, wide and narrow: without a violation, without a scroll sideways, and kept as a picture."""

import pytest
from playwright.sync_api import expect

PHONE = {"width": 360, "height": 740, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
LOOKS = [("en", False, {}), ("zh-CN", True, {}), ("zh-CN", False, PHONE), ("en", True, PHONE)]


def name_of(look):
    language, dark, size = look
    return f"{language}-{'dark' if dark else 'light'}-{'phone' if size else 'desktop'}"


@pytest.fixture(scope="module")
def gallery(shared_studio):
    prompts = ["a red house in the mountains at sunset", "a lighthouse by the sea at night", "a white boat on a calm lake", "two balloons over green hills",
               "a cat under a tree", "a house in the snow", "a boat at night"]
    for i, prompt in enumerate(prompts):
        shared_studio.draw(prompt, width=128, height=128, steps=8, seed=i)
    draft = shared_studio.draw("a lighthouse at sunset", width=128, height=128, steps=8, guidance=2.0, seed=3)
    final = shared_studio.draw("a lighthouse at sunset", width=128, height=128, steps=16, guidance=3.5, seed=3, parentImage=draft["id"])
    shared_studio.ask("PATCH", f"/images/{draft['id']}", {"starred": True})
    return draft, final


@pytest.mark.parametrize("look", LOOKS, ids=name_of)
class TestLooks:
    @pytest.fixture
    def show(self, look, studio, gallery, visitor, axe, keep):
        language, dark, size = look

        def show(name, fragment="", prepare=None, full=False):
            page = visitor.open(studio, fragment, language=language, dark=dark, **size)
            expect(page.locator("html")).to_have_attribute("lang", language)
            if prepare:
                prepare(page)
            page.wait_for_timeout(500)
            keep(page, f"{name}-{name_of(look)}", full)
            axe(page)
            assert page.evaluate("() => document.documentElement.scrollWidth") <= page.viewport_size["width"], "it scrolls sideways"
            boxes = page.locator(".memory-panel, dialog, .form, .queue")
            assert boxes.evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.className)") == []

        return show

    def test_generate(self, show):
        show("generate", prepare=lambda page: page.locator(".thumb img").first.wait_for())

    def test_generate_while_a_picture_is_drawn(self, show, studio):
        def begin(page):
            studio.ask("POST", "/jobs", {"prompt": "a red fox in fresh snow", "steps": 1000})
            studio.ask("POST", "/jobs", {"prompt": "a boat", "steps": 20})
            page.locator(".job.running").wait_for()
            page.locator(".ribbon [data-at=now]").first.wait_for()

        show("running", prepare=begin, full=True)

    def test_history(self, show):
        show("history", "#/history", lambda page: page.locator(".cell img").first.wait_for())

    def test_history_with_pictures_chosen(self, show):
        def choose(page):
            page.locator(".cell").nth(1).click(modifiers=["Control"])
            page.locator(".cell").nth(3).click(modifiers=["Shift"])

        show("chosen", "#/history", choose)

    def test_details(self, show, gallery):
        show("details", f"#/history/{gallery[1]['id']}", lambda page: page.locator(".details .time-bar svg").first.wait_for())

    def test_compare(self, show, gallery):
        show("compare", f"#/compare/{gallery[0]['id']},{gallery[1]['id']}", lambda page: page.locator(".pane").first.wait_for(), full=True)

    def test_compare_without_pictures(self, show):
        show("compare-empty", "#/compare", lambda page: page.locator(".pairs img").first.wait_for())

    def test_memory(self, show):
        def open_panel(page):
            page.locator(".watermark").click()
            page.locator(".memory-panel .chart").wait_for()

        show("memory", prepare=open_panel)

    def test_keys(self, show):
        def open_help(page):
            page.locator("[data-tool=help]").click()
            page.locator("dialog.help").wait_for()

        show("keys", prepare=open_help)
