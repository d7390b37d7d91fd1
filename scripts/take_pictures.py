"""
Takes the pictures of README from the running demo: `python -m scripts.take_pictures`.

Wants Debian's chromium, fonts-noto-core and fonts-noto-cjk; takes about a minute. Each picture stays under 300 kB.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
PORT = "8466"
_MOST_BYTES = 300_000
_DRAFT = "Night trains return to the Mekong: https://radar.asia/luang-prabang-cafes-map (Booking.com has none)"


def main() -> int:
    """
    0 if all pictures were taken and are small enough.
    """
    command = [sys.executable, "-u", "-m", "asiaradar_bot", "demo", "--port", PORT, "--pace", "0.3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        try:
            desk, timeline = _addresses(demo)
            _take(desk, timeline)
        finally:
            demo.terminate()
    return 0 if all(file.stat().st_size <= _MOST_BYTES for file in FOLDER.glob("*.png")) else 1


def _addresses(demo: subprocess.Popen[str]) -> tuple[str, str]:
    """
    The link into the Desk and the page of the local X, once the story is told.
    """
    assert demo.stdout is not None
    told = ""
    for line in demo.stdout:
        told += line
        if "The story is told" in line:
            break
    desk = re.search(r"the Desk +(\S+)", told)
    timeline = re.search(r"local X +(\S+)", told)
    assert desk is not None, told
    assert timeline is not None, told
    time.sleep(8)  # the last posts go out
    return desk[1], timeline[1]


def _take(desk: str, timeline: str) -> None:
    with sync_playwright() as playwright:
        path = os.environ.get("ASIARADAR_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(desk)
        page.get_by_role("button", name="Come in").click()
        page.wait_for_url("**/me")
        home = desk.partition("/enter/")[0]
        _picture(page, f"{home}/", "desk.png")
        page.goto(f"{home}/compose")
        page.locator("textarea[name=text]").press_sequentially(_DRAFT)
        page.locator("#view .link-card").wait_for()
        page.screenshot(path=FOLDER / "compose.png")
        page.set_viewport_size({"width": 720, "height": 900})
        _picture(page, timeline, "timeline.png")
        page.set_viewport_size({"width": 360, "height": 740})
        _picture(page, f"{home}/", "phone.png")
        browser.close()


def _picture(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.screenshot(path=FOLDER / name)


if __name__ == "__main__":
    sys.exit(main())
