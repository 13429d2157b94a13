"""What it takes until the first view is there, and who may see it."""

import time

from playwright.sync_api import expect

from studio import Studio

LIMIT = 100 * 1024


def test_the_first_view_is_small_and_usable_at_once(browser):
    with Studio() as studio:
        studio.draw()
        for image in studio.ask("GET", "/images")["images"]:
            studio.ask("DELETE", f"/images/{image['id']}")
        seconds = []
        for _ in range(3):
            context = browser.new_context()
            page = context.new_page()
            devtools = context.new_cdp_session(page)
            sizes = {}
            devtools.on("Network.responseReceived", lambda event: sizes.setdefault(event["requestId"], [event["response"]["url"], 0]))
            devtools.on("Network.loadingFinished", lambda event: sizes.get(event["requestId"], ["", 0]).__setitem__(1, event["encodedDataLength"]))
            devtools.send("Network.enable")
            began = time.monotonic()
            page.goto(studio.address)
            button = page.get_by_role("button", name="GENERATE")
            button.wait_for()
            page.locator(".queue .empty").wait_for()
            seconds.append(time.monotonic() - began)
            page.wait_for_timeout(1000)
            context.close()
        total = sum(size for _, size in sizes.values())
        print(f"first view: {total} bytes in {len(sizes)} answers, usable after {min(seconds):.2f} s (of 3)")
        assert total < LIMIT, sorted(((size, address) for address, size in sizes.values()), reverse=True)[:12]
        assert min(seconds) < 1


def test_a_studio_with_a_token_asks_for_it_and_takes_it_from_the_address(browser):
    token = "a-token-for-this-test"
    with Studio("--token", token) as studio:
        context = browser.new_context()
        page = context.new_page()
        page.goto(studio.address)
        field = page.get_by_label("Token")
        field.fill("not this one, surely")
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("alert")).to_have_text("This is not the token.")
        field.fill(token)
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("button", name="GENERATE")).to_be_visible()
        context.close()
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{studio.address}/#token={token}")
        expect(page.get_by_role("button", name="GENERATE")).to_be_visible()
        assert token not in page.url
        context.close()
