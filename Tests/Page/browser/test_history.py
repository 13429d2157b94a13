"""The history with 50 000 pictures in it."""

import os
import re
import shutil
import sqlite3
import time

import pytest
from playwright.sync_api import expect

from studio import Studio

ROWS = 50_000


def seed(data, count):
    """Rows like the first one, each with a file of its own name: links, or copies where a file has as many as it may."""
    database = sqlite3.connect(data / "sluice.sqlite")
    columns = [row[1] for row in database.execute("PRAGMA table_info(image)")]
    first = dict(zip(columns, database.execute("SELECT * FROM image").fetchone()))
    source = data / "images" / first["blob"]
    folder = data / "images/2025/01"
    folder.mkdir(parents=True)

    def rows():
        origin = source
        for i in range(count):
            name = f"{i + 2}-{first['sha256'][:8]}.png"
            try:
                os.link(origin, folder / name)
            except OSError:
                shutil.copy(origin, folder / name)
                origin = folder / name
            prompt = f"seeded picture {i} of a 红狐" if i % 1000 == 500 else f"seeded picture {i}"
            yield {**first, "id": i + 2, "job_id": None, "blob": f"2025/01/{name}", "prompt": prompt, "prompt_folded": prompt,
                   "seed": i, "starred": int(i % 500 == 0), "created_at": first["created_at"] - 60_000 * (i + 1)}

    with database:
        database.executemany(f"INSERT INTO image ({', '.join(columns)}) VALUES ({', '.join(':' + name for name in columns)})", rows())
    database.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    studio = Studio(data=tmp_path_factory.mktemp("history"))
    studio.start()
    studio.draw("the newest one")
    studio.stop()
    seed(studio.data, ROWS)
    studio.start()
    yield studio
    studio.stop()


@pytest.fixture
def page(full, visitor):
    page = visitor.open(full, "#/history")
    page.locator(".cell").first.wait_for()
    return page


def cell(page, index):
    return page.locator(f".cell[data-index='{index}']")


def test_the_scroll_goes_on_and_the_document_stays_small(page):
    expect(cell(page, 0)).to_have_attribute("aria-label", "the newest one, 2 steps")
    began = time.monotonic()
    while page.locator(".history-view").evaluate("() => document.querySelector('.filters [role=status]').textContent") < "1,2":
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(40)
        assert time.monotonic() - began < 60
    assert page.locator(".cell").count() < 150
    assert page.locator(".cell img").last.evaluate("image => image.complete || image.loading === 'lazy'")


def test_a_search_finds_words_of_two_characters_among_all(page):
    page.get_by_role("searchbox").fill("红狐")
    expect(page.locator(".filters [role=status]")).to_have_text("50 pictures")
    page.get_by_role("searchbox").fill("SEEDED picture 49999")
    expect(page.locator(".filters [role=status]")).to_have_text("1 picture")
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No picture matches.")).to_be_visible()


def test_stars_and_seeds_filter(page):
    page.get_by_role("button", name="Starred").click()
    expect(page.locator(".filters [role=status]")).to_contain_text("60 pictures so far")
    page.get_by_role("textbox", name="Seed").fill("1500")
    expect(page.locator(".filters [role=status]")).to_have_text("1 picture")


def test_pictures_are_chosen_with_mouse_and_keys(page):
    cell(page, 1).click(modifiers=["Control"])
    cell(page, 4).click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("4 chosen")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    cell(page, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    columns = int(page.get_by_role("grid").get_attribute("aria-colcount"))
    expect(bar).to_contain_text(f"{columns + 2} chosen")
    page.keyboard.press("Control+a")
    loaded = page.locator(".filters [role=status]").text_content().split()[0]
    expect(bar).to_contain_text(f"{loaded} chosen")


def test_deleting_can_be_undone(page, full):
    image = full.ask("GET", "/images")["images"][1]
    cell(page, 1).focus()
    page.keyboard.press("Delete")
    expect(page.locator(".toast")).to_contain_text("1 picture deleted.")
    expect(page.locator(f"[aria-label^='{image['prompt']},']")).to_have_count(0)
    assert full.ask("GET", f"/images/{image['id']}")["trashedAt"] is not None
    page.keyboard.press("Control+z")
    expect(cell(page, 1)).to_have_attribute("aria-label", f"{image['prompt']}, 2 steps" if not image["starred"] else f"{image['prompt']}, starred, 2 steps")
    assert full.ask("GET", f"/images/{image['id']}")["trashedAt"] is None


def test_the_trash_gives_back(page, full):
    cell(page, 2).click(modifiers=["Control"])
    page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    expect(page.locator(".toast")).to_be_visible()
    page.get_by_role("button", name="Trash").click()
    expect(page.locator(".cell")).to_have_count(1)
    cell(page, 0).click(modifiers=["Control"])
    page.get_by_role("toolbar").get_by_role("button", name="Restore").click()
    expect(page.locator(".cell")).to_have_count(0)
    assert full.ask("GET", "/images?trashed=1")["images"] == []


def test_chosen_pictures_come_as_one_archive(page, tmp_path):
    cell(page, 1).click(modifiers=["Control"])
    cell(page, 3).click(modifiers=["Control"])
    with page.expect_download() as download:
        page.get_by_role("toolbar").get_by_role("button", name="Download").click()
    target = tmp_path / "pictures.zip"
    download.value.save_as(target)
    import zipfile
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None and len(archive.namelist()) == 2
        assert all(archive.read(name).startswith(b"\x89PNG") for name in archive.namelist())


def test_a_star_is_set_with_a_key_and_told_to_other_pages(page, full, visitor):
    other = visitor.open(full, "#/history")
    cell(other, 5).wait_for()
    cell(page, 5).focus()
    page.keyboard.press("s")
    expect(cell(other, 5)).to_have_attribute("aria-label", "seeded picture 4, starred, 2 steps")
    page.keyboard.press("s")
    expect(cell(other, 5)).to_have_attribute("aria-label", "seeded picture 4, 2 steps")


def test_details_go_from_picture_to_picture(page):
    cell(page, 1).click()
    dialog = page.get_by_role("dialog", name="Details")
    expect(dialog.locator(".details-prompt")).to_have_text("seeded picture 0")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator(".details-prompt")).to_have_text("seeded picture 1")
    expect(dialog).to_contain_text("Noise σ")
    dialog.get_by_role("button", name="Use seed").click()
    expect(page.locator("input[id^=seed]")).to_have_value("1")


def test_a_long_touch_chooses(full, visitor):
    page = visitor.open(full, "#/history", width=390, height=800, has_touch=True, is_mobile=True)
    cell(page, 0).wait_for()
    box = cell(page, 0).bounding_box()
    devtools = page.context.new_cdp_session(page)
    point = [{"x": box["x"] + 30, "y": box["y"] + 60}]
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    page.wait_for_timeout(700)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("toolbar")).to_contain_text("1 chosen")
    cell(page, 1).tap()
    expect(page.get_by_role("toolbar")).to_contain_text("2 chosen")


def test_the_server_looks_for_parameters_and_days(page, full):
    full.draw("with more steps", steps=5)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Steps, from").fill("5")
    status = page.locator(".filters [role=status]")
    expect(status).to_have_text("1 picture")
    expect(cell(page, 0)).to_have_attribute("aria-label", "with more steps, 5 steps")
    page.get_by_label("Steps, from").fill("")
    expect(page.locator(".grid-day").first).to_have_text("Today")
    page.get_by_label("Days, to").fill(time.strftime("%Y-%m-%d", time.localtime(time.time() - 86400)))
    expect(page.locator(".grid-day").first).to_have_text("Yesterday")
    expect(page.locator(".cell").first).to_have_attribute("aria-label", re.compile("^seeded picture"))
