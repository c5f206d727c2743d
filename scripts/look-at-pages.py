"""Opens pages in headless Chromium over its DevTools protocol, and fails on console errors and outside requests.

usage: look-at-pages.py CHROMIUM BASE_URL FOLDER

Writes a picture of each page into FOLDER, light and dark, at the widths of a desktop and a phone.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

PAGES = {
    "docs": ("/docs", "Quick start"),
    "problem": ("/problems/invalid_fields", "What to do"),
}
WIDTHS = [(1280, 900), (390, 844)]
LIMIT = 60  # seconds


class Browser:
    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory()
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        arguments += ["--remote-allow-origins=*", "--no-first-run", f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen(
            [program, *arguments, "about:blank"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        port_file = Path(self.profile.name, "DevToolsActivePort")
        wait_until(lambda: port_file.exists() and port_file.read_text().count("\n") >= 1, "the browser's port")
        port = port_file.read_text().split("\n")[0]
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
        page = next(target for target in targets if target["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=LIMIT)
        self.next_id = 0
        self.events = []

    def call(self, method, **parameters):
        self.next_id += 1
        self.socket.send(json.dumps({"id": self.next_id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.next_id:
                if "error" in message:
                    sys.exit(f"look-at-pages: {method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.socket.close()
        self.profile.cleanup()


def wait_until(is_met, subject):
    end = time.monotonic() + LIMIT
    while not is_met():
        if time.monotonic() > end:
            sys.exit(f"look-at-pages: {subject} did not appear within {LIMIT} s")
        time.sleep(0.1)


def faults(events, base):
    found = []
    for event in events:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            found.append(f"exception: {parameters['exceptionDetails']['text']}")
        if event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            found.append(f"console error: {parameters['args']}")
        if event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            found.append(f"log: {parameters['entry']['text']}")
        if event.get("method") == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith((base + "/", "data:", "blob:")):
                found.append(f"outside request: {url}")
    return found


def look(browser, base, name, scheme, size, folder):
    path, text = PAGES[name]
    width, height = size
    browser.events.clear()
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
    )
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Page.navigate", url=base + path)
    shown = f"document.readyState === 'complete' && document.body.innerText.includes({json.dumps(text)})"
    wait_until(lambda: browser.evaluate(shown), f"{text!r} on {path}")
    time.sleep(1)  # the reference lays out its sections after it shows the first
    browser.evaluate("1")
    too_wide = browser.evaluate("document.documentElement.scrollWidth > innerWidth")
    picture = browser.call("Page.captureScreenshot", format="png")["data"]
    Path(folder, f"{name}-{scheme}-{width}.png").write_bytes(base64.b64decode(picture))
    found = faults(browser.events, base)
    if too_wide:
        found.append("the page is wider than the window")
    return [f"{path} {scheme} {width}: {fault}" for fault in found]


def main():
    program, base, folder = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    browser = Browser(program)
    try:
        for domain in ("Page", "Runtime", "Log", "Network"):
            browser.call(f"{domain}.enable")
        found = []
        for name in PAGES:
            for scheme in ("light", "dark"):
                for size in WIDTHS:
                    found += look(browser, base, name, scheme, size, folder)
    finally:
        browser.close()
    if found:
        sys.exit("\n".join(["look-at-pages:", *found]))
    print(f"look-at-pages: no console error and no outside request; pictures are in {folder}")


main()
