"""From a prompt to a picture, with everything that can happen in between."""

import re
import signal
import time

import pytest
from playwright.sync_api import expect

from studio import Studio


def ask_for(page, prompt, steps=None, side=64):
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Width", exact=True).fill(str(side))
    page.get_by_label("Height", exact=True).fill(str(side))
    if steps is not None:
        page.locator("input[type=number][id^=steps]").fill(str(steps))


def generate(page):
    page.get_by_role("button", name="GENERATE").click()


def running(page):
    return page.locator(".job.running")


@pytest.fixture
def page(studio, visitor):
    return visitor.open(studio)


def test_a_click_leads_through_steps_and_blocks_to_a_picture(page, studio):
    known = {image["id"] for image in studio.ask("GET", "/images")["images"]}
    # Long enough to be watched, at the ten or twenty times a second that the engine tells of it.
    ask_for(page, "a lighthouse in the rain", steps=400)
    generate(page)
    where = page.locator(".where")
    expect(where).to_have_text(re.compile(r"^step \d+/400 · block \d/8 · (double|single) stream · [a-z-]+$"))
    seen = set()
    for _ in range(40):
        seen.add(where.text_content())
        page.wait_for_timeout(30)
    assert len(seen) > 5, seen
    expect(page.locator(".caption-prompt")).to_have_text("a lighthouse in the rain", timeout=120_000)
    new = [image for image in studio.ask("GET", "/images")["images"] if image["id"] not in known]
    assert [image["prompt"] for image in new] == ["a lighthouse in the rain"]
    assert page.locator(".picture").evaluate("async image => { await image.decode(); return image.naturalWidth }") == 64


def test_the_time_bar_adds_up_to_the_wall_time_and_has_a_table(page):
    ask_for(page, "a boat", steps=3)
    generate(page)
    expect(page.locator(".caption-prompt")).to_have_text("a boat", timeout=60_000)
    bar = page.locator(".stage > .time-bar")
    expect(bar).to_be_visible()
    widths = bar.locator(".time-chart > rect[y='0']").evaluate_all("all => all.map(each => Number(each.getAttribute('width')))")
    assert len(widths) == 3 and abs(sum(widths) - 1000) < 0.01
    expect(bar.locator(".legend li")).to_contain_text(["Compute", "Memory copy", "CPU wait"])
    bar.get_by_text("By phase").click()
    for phase in ["Loading the model", "Denoising", "Decoding"]:
        expect(bar.get_by_role("rowheader", name=phase)).to_be_visible()


def test_the_button_never_waits_for_a_running_job(page, studio):
    studio.ask("POST", "/queue/pause")
    ask_for(page, "a queue", steps=2)
    for _ in range(3):
        generate(page)
    expect(page.locator(".job")).to_have_count(3)
    expect(page.locator(".notice")).to_have_text("Paused: nothing new begins.")
    page.get_by_role("button", name="Cancel all").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()


def test_the_keys_generate_and_generate_first_of_all(page, studio):
    studio.ask("POST", "/queue/pause")
    ask_for(page, "second", steps=2)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".job:not([data-job*='e'])").first).to_be_visible()
    page.get_by_label("Prompt", exact=True).fill("first")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".job-prompt")).to_have_text(["first", "second"])
    assert [job["request"]["prompt"] for job in studio.ask("GET", "/snapshot")["jobs"]] == ["first", "second"]
    page.get_by_role("button", name="To the front: second").click()
    expect(page.locator(".job-prompt")).to_have_text(["second", "first"])


def test_stopping_ends_the_job_within_a_second_and_keeps_no_picture(page, studio):
    before = len(studio.ask("GET", "/images")["images"])
    ask_for(page, "to be stopped", steps=1000)
    generate(page)
    expect(page.locator(".where")).to_have_text(re.compile("^step"))
    began = time.monotonic()
    page.keyboard.press("Control+.")
    expect(running(page)).to_have_count(0)
    assert time.monotonic() - began < 1.5
    assert studio.ask("GET", "/snapshot")["recent"][0]["status"] == "cancelled"
    assert len(studio.ask("GET", "/images")["images"]) == before


def test_a_draft_becomes_final_in_one_click_and_the_two_are_compared(page, studio):
    ask_for(page, "a balloon over the sea")
    page.get_by_role("button", name="Draft").click()
    generate(page)
    expect(page.locator(".caption-prompt")).to_have_text("a balloon over the sea", timeout=60_000)
    draft = studio.ask("GET", "/images")["images"][0]
    assert (draft["parameters"]["steps"], draft["parameters"]["guidance"]) == (20, 2)
    page.get_by_role("button", name=re.compile("^Finalise")).click()
    page.locator(".toast").get_by_role("button", name="Compare with draft").click(timeout=120_000)
    final = studio.ask("GET", "/images")["images"][0]
    assert (final["parameters"]["steps"], final["parameters"]["guidance"]) == (50, 3.5)
    same = ("prompt", "seed", "width", "height")
    assert [final[name] for name in same] == [draft[name] for name in same]
    assert final["parent"] == draft["id"]
    expect(page).to_have_url(re.compile(f"#/compare/{draft['id']},{final['id']}$"))
    expect(page.locator(".pane")).to_have_count(2)
    expect(page.locator(".verdict")).to_contain_text("Not attributable to one parameter")


def test_a_reload_in_the_middle_of_a_job_changes_nothing(page, studio):
    ask_for(page, "still running", steps=1000)
    generate(page)
    expect(page.locator(".where")).to_have_text(re.compile("^step"))
    job = studio.ask("GET", "/snapshot")["jobs"][0]
    page.reload()
    expect(running(page)).to_contain_text("still running")
    expect(page.locator(".where")).to_have_text(re.compile(r"^step \d+/1,000 · block"))
    now = studio.ask("GET", "/snapshot")["jobs"][0]
    assert (now["id"], now["attempt"]) == (job["id"], job["attempt"])
    assert page.get_by_label("Prompt", exact=True).input_value() == "still running"


def test_a_second_tab_sees_the_same_through_one_stream(studio, visitor):
    context = visitor.context()
    streams = []
    context.on("request", lambda request: streams.append(request.frame.page) if "/api/v1/events" in request.url else None)
    first = visitor.open(studio, context=context)
    first.wait_for_timeout(1000)
    second = visitor.open(studio, context=context)
    # It lasts longer than a tab waits for one that said no word when it went.
    ask_for(first, "in both", steps=1000, side=512)
    generate(first)
    for page in (first, second):
        expect(running(page)).to_contain_text("in both")
        expect(page.locator(".where")).to_have_text(re.compile("^step"))
    assert set(streams) == {first}
    first.close()
    before = second.locator(".where").text_content()
    expect(second.locator(".where")).not_to_have_text(before)
    assert second in streams


def test_the_memory_is_always_in_sight_and_its_panel_says_who_holds_what(page):
    watermark = page.locator(".watermark")
    box = watermark.bounding_box()
    assert box["y"] < 20 and box["x"] + box["width"] > 1400
    ask_for(page, "memory", steps=4)
    generate(page)
    expect(page.locator(".caption-prompt")).to_have_text("memory", timeout=60_000)
    expect(watermark).to_contain_text("Fits")
    expect(watermark).to_contain_text(re.compile(r"[\d.]+ / [\d.]+ GiB.*peak [\d.]+ MiB"))
    for view in ("#/history", "#/compare", "#/generate"):
        page.goto(page.url.split("#")[0] + view)
        expect(watermark).to_be_in_viewport()
    watermark.click()
    panel = page.get_by_role("dialog", name="Memory")
    expect(panel.locator(".chart .band")).to_have_count(5)
    for fact in ("Fragmentation", "Streamed", "Hidden behind compute", "Budget"):
        expect(panel.get_by_text(fact, exact=True).first).to_be_visible()
    expect(panel.get_by_role("row").filter(has_text="Denoising").last).to_contain_text("%")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(watermark).to_be_focused()


def test_a_dropped_picture_shows_its_settings_and_gives_them_to_the_form(page, studio):
    image = studio.draw("a dropped 猫", steps=3, guidance=4.5, seed=123456789, width=80, height=48)
    transfer = page.evaluate_handle(
        """async address => {
            const file = new File([await (await fetch(address)).blob()], 'picture.png', { type: 'image/png' });
            const transfer = new DataTransfer();
            transfer.items.add(file);
            return transfer;
        }""", f"/api/v1/images/{image['id']}/file")
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop a picture to read its settings")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    dialog = page.get_by_role("dialog", name="Settings of this picture")
    expect(dialog).to_contain_text("a dropped 猫")
    expect(dialog).to_contain_text("123456789")
    dialog.get_by_role("button", name="Use these settings").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("a dropped 猫")
    for name, value in (("steps", "3"), ("guidance", "4.5"), ("width", "80"), ("height", "48"), ("seed", "123456789")):
        expect(page.locator(f"input[id^={name}]:not([type=range])").first).to_have_value(value)


def test_a_file_without_settings_is_told_so(page, visitor):
    visitor.allow("422")
    page.locator("input[type=file]").set_input_files({
        "name": "x.png", "mimeType": "image/png",
        "buffer": bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")})
    expect(page.locator(".toast.error")).to_have_text("This picture says nothing about how it was made.")


def test_what_cannot_be_drawn_is_said_before_it_is_sent(page):
    steps = page.locator("input[type=number][id^=steps]")
    steps.fill("0")
    expect(page.locator(".problem:visible")).to_have_text("A whole number from 1 to 1000")
    expect(steps).to_have_attribute("aria-invalid", "true")
    generate(page)
    expect(page.locator(".toast.error")).to_be_visible()
    expect(page.locator(".job")).to_have_count(0)


def test_markup_in_a_prompt_is_text(page, studio):
    prompt = "<img src=x onerror=alert(1)> & <b>bold</b>"
    studio.draw(prompt)
    expect(page.locator(".caption-prompt")).to_have_text(prompt)
    page.goto(page.url.split("#")[0] + "#/history")
    page.locator(".cell").first.click()
    expect(page.locator(".details-prompt")).to_have_text(prompt)
    assert page.locator("b", has_text="bold").count() == 0


def test_the_seed_is_kept_when_locked_and_drawn_when_not(page, studio):
    ask_for(page, "a seed", steps=1)
    page.locator("input[id^=seed]").fill("42")
    generate(page)
    expect(page.locator(".caption")).to_contain_text(re.compile(r"seed 42\b"), timeout=60_000)
    page.get_by_role("button", name="Keep the seed").click()
    generate(page)
    expect(page.locator(".caption")).not_to_contain_text(re.compile(r"seed 42\b"), timeout=60_000)
    expect(page.locator(".job.running")).to_have_count(0)
    seeds = [image["seed"] for image in studio.ask("GET", "/images")["images"][:2]]
    assert seeds[1] == 42 and seeds[0] != 42
    expect(page.locator("input[id^=seed]")).to_have_value("")
    page.get_by_role("button", name="Keep the seed").click()
    expect(page.locator("input[id^=seed]")).to_have_value(str(seeds[0]))


def test_earlier_prompts_come_back_with_alt_and_arrows(page, studio):
    studio.ask("POST", "/queue/pause")
    for prompt in ("one", "two"):
        ask_for(page, prompt, steps=1)
        generate(page)
    field = page.get_by_label("Prompt", exact=True)
    field.fill("three")
    field.press("Alt+ArrowUp")
    expect(field).to_have_value("two")
    field.press("Alt+ArrowUp")
    expect(field).to_have_value("one")
    field.press("Alt+ArrowDown")
    expect(field).to_have_value("two")


def test_the_language_changes_without_a_reload_and_is_remembered(page):
    ask_for(page, "still here")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="生成", exact=False).first).to_be_visible()
    expect(page.get_by_label("提示词", exact=True)).to_have_value("still here")
    assert page.evaluate("() => document.documentElement.lang") == "zh-CN"
    page.reload()
    expect(page.get_by_role("link", name="历史")).to_be_visible()


def test_a_size_that_does_not_fit_comes_with_one_that_does(visitor):
    visitor.allow("422")
    with Studio("--memory", "160MiB") as small:
        page = visitor.open(small)
        ask_for(page, "too large", side=2048)
        line = page.locator(".plan-line")
        expect(line).to_contain_text(re.compile(r"^This needs a budget of at least [\d.]+ [GM]iB \(Decoding\)\.Use \d+×\d+$"))
        line.get_by_role("button").click()
        expect(line).to_contain_text("Predicted:")
        side = int(page.get_by_label("Width", exact=True).input_value())
        assert 128 <= side < 2048 and page.get_by_label("Height", exact=True).input_value() == str(side)
        ask_for(page, "too large", side=2048)
        generate(page)
        expect(page.locator(".toast.error")).to_contain_text("This needs a budget")
        visitor.close()


def test_a_killed_server_is_told_and_the_page_catches_up_with_the_next_one(visitor):
    for expected in ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "503"):
        visitor.allow(expected)
    with Studio() as studio:
        page = visitor.open(studio)
        ask_for(page, "survives", steps=1000)
        generate(page)
        expect(page.locator(".where")).to_have_text(re.compile("^step"))
        studio.stop(signal.SIGKILL)
        expect(page.get_by_role("alert")).to_contain_text("The connection is lost.")
        studio.start()
        expect(page.get_by_role("alert")).to_be_hidden(timeout=30_000)
        expect(running(page)).to_contain_text("survives", timeout=30_000)
        expect(page.locator(".where")).to_have_text(re.compile("^step"), timeout=30_000)
        assert studio.ask("GET", "/snapshot")["jobs"][0]["attempt"] == 2
        page.keyboard.press("Control+.")
        expect(running(page)).to_have_count(0)
        visitor.close()
