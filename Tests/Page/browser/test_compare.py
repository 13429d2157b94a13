"""Pictures against each other."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def pictures(shared_studio):
    few = shared_studio.draw("a tree", steps=2)
    more = shared_studio.draw("a tree", steps=6)
    again = shared_studio.draw("a tree", steps=2)
    other = shared_studio.draw("a tree", steps=2, seed=8)
    return few, more, again, other


def compare(visitor, studio, *pictures, **options):
    page = visitor.open(studio, f"#/compare/{','.join(str(picture['id']) for picture in pictures)}", **options)
    page.locator(".pane").first.wait_for()
    return page


def test_one_differing_parameter_is_comparable_and_named(visitor, studio, pictures):
    page = compare(visitor, studio, pictures[0], pictures[1])
    expect(page.locator(".verdict")).to_contain_text("Comparable: only Steps differs")
    expect(page.locator(".verdict")).to_contain_text(re.compile(r"SSIM\s*0\.\d{4}"))
    table = page.get_by_role("region", name="Parameters")
    expect(table.get_by_role("row").filter(has_text="Steps")).to_contain_text("26")
    expect(table.get_by_role("row")).to_have_count(2)
    noise = page.get_by_role("region", name="Measured").get_by_role("row").filter(has_text="Noise")
    a, b = pictures[0]["metrics"]["noise"], pictures[1]["metrics"]["noise"]
    change = 100 * (b - a) / abs(a) if abs(a) >= 0.2 else None
    shown = noise.locator(".change").text_content()
    assert shown == f"{change:+.1f}%" if change is not None else shown.startswith(("+", "-", "0"))


def test_the_same_request_twice_is_identical_and_has_changed_by_nothing(visitor, studio, pictures):
    page = compare(visitor, studio, pictures[0], pictures[2])
    expect(page.locator(".verdict")).to_contain_text("Nothing was asked differently.")
    expect(page.locator(".verdict")).to_contain_text("identical")
    for name in ("Contrast (RMS)", "Noise", "Sharpness"):
        row = page.get_by_role("region", name="Measured").get_by_role("row").filter(has_text=name)
        expect(row.locator(".change")).to_have_text("0.0%")
    page.keyboard.press("d")
    expect(page.locator(".mode-tools [role=status]")).to_have_text("identical")


def test_another_seed_is_not_comparable(visitor, studio, pictures):
    page = compare(visitor, studio, pictures[0], pictures[3])
    expect(page.locator(".verdict")).to_contain_text("another seed is another picture")


def look(pane):
    return pane.locator(".sheet > *").first.evaluate("element => element.style.transform")


def test_panes_zoom_and_move_together_up_to_800_percent(visitor, studio, pictures):
    page = compare(visitor, studio, *pictures)
    panes = page.locator(".pane")
    expect(panes).to_have_count(4)
    scale = page.locator(".zoom-tools output")
    page.keyboard.press("1")
    expect(scale).to_have_text("100%")
    for _ in range(8):
        page.keyboard.press("+")
    expect(scale).to_have_text("800%")
    before = look(panes.nth(3))
    box = panes.nth(0).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 110, steps=4)
    page.mouse.up()
    assert look(panes.nth(3)) != before
    assert len({look(panes.nth(i)) for i in range(4)}) == 1
    assert panes.nth(0).locator("img").evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"
    page.mouse.wheel(0, 600)
    expect(scale).not_to_have_text("800%")
    page.keyboard.press("0")
    assert len({look(panes.nth(i)) for i in range(4)}) == 1


def test_the_ways_to_see_two_at_once(visitor, studio, pictures):
    page = compare(visitor, studio, *pictures[:3])
    page.get_by_role("button", name="Slider").click()
    page.get_by_label("Where the second picture begins").fill("25")
    assert page.locator(".sheet").nth(1).evaluate("sheet => sheet.style.clipPath") == "inset(0px 0px 0px 25%)"
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".pane-label").last).to_contain_text("C")
    page.keyboard.press("Alt+ArrowRight")
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    page.keyboard.down("b")
    expect(page.locator(".sheet").nth(1)).to_be_visible()
    page.keyboard.up("b")
    expect(page.locator(".sheet").nth(1)).to_be_hidden()
    page.keyboard.press("d")
    expect(page.locator("canvas")).to_be_visible()
    expect(page.locator(".mode-tools [role=status]")).to_contain_text("of the pixels differ")
    drawn = page.locator("canvas").evaluate("canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value, i) => i % 4 < 3 && value > 0)")
    assert drawn
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile(f"#/compare/{pictures[1]['id']},{pictures[0]['id']},{pictures[2]['id']}$"))


def test_histograms_and_memory_curves_of_all_are_there(visitor, studio, pictures):
    page = compare(visitor, studio, *pictures)
    expect(page.locator(".histogram")).to_have_count(4)
    expect(page.locator(".histogram .outline")).to_have_count(16)
    expect(page.locator(".curves .line")).to_have_count(4)


def test_without_pictures_the_view_leads_to_the_history(visitor, studio, pictures):
    page = visitor.open(studio, "#/compare")
    page.get_by_role("link", name="Open the history").click()
    page.locator(".cell").nth(0).click(modifiers=["Control"])
    page.locator(".cell").nth(1).click(modifiers=["Control"])
    page.keyboard.press("c")
    expect(page.locator(".pane")).to_have_count(2)
