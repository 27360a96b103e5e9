"""Draws the pictures by which a device shows the app (petrel/web/static/icon-*.png) from the mark of the site.

    python tools/draw_icons.py      # when mark.svg has changed; what is drawn is committed

Browsers want bitmaps there, and they cut them as the device likes: `icon-full` has the mark well inside and colour up
to the edge, `icon-flat` is a shape of one colour for the line at the top of a telephone.
"""

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parents[1] / "petrel/web/static"
CHROMIUM = "/usr/bin/chromium"
MARK = (STATIC / "mark.svg").read_text()
BIRD = re.search(r"<g .*</g>", MARK)[0]     # type: ignore[index]
FRAME = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{}</svg>'
FULL = FRAME.format('<rect width="64" height="64" fill="#17495a"/>'
                    f'<g transform="translate(4.800 4.800) scale(.85)">{BIRD}</g>')
FLAT = FRAME.format(f'<g transform="translate(-8 -8) scale(1.250)">{BIRD}</g>').replace("#fffdf9", "#ffffff").replace(
    "#eba45f", "#ffffff")
PICTURES = {"icon-192": (MARK, 192), "icon-512": (MARK, 512), "icon-full": (FULL, 512), "icon-flat": (FLAT, 96)}


def main() -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (drawing, pixels) in PICTURES.items():
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            style = f"body {{ margin: 0 }} svg {{ display: block; width: {pixels}px }}"
            page.set_content(f"<style>{style}</style>{drawing}")
            page.screenshot(path=STATIC / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
