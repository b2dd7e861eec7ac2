"""A Chromium for tests of the web page: t/js/page.mjs, spoken to in lines of JSON."""
import json
import os
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest

from built import PATIENCE, ROOT, wait_for

JS = ROOT / "t" / "js"
MISSING = shutil.which("node") is None or shutil.which("chromium") is None or not (JS / "node_modules/axe-core").is_dir()

needs_browser = pytest.mark.skipif(MISSING, reason="Chromium, node or npm's packages could not be installed")


class Browser:
    """The browser's process. Owned by the session's fixture."""

    def __init__(self):
        self._process = subprocess.Popen(
            ["node", JS / "page.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "CHROMIUM": shutil.which("chromium"), "PATIENCE": str(PATIENCE)})
        self._count = 0

    def run(self, code, tab=None, **args):
        """Runs JavaScript in t/js/page.mjs; what it returns."""
        self._process.stdin.write(json.dumps({"code": code, "args": args, "tab": tab}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def open(self, url, **options):
        """A page in a context of its own; options as Playwright's newContext() has them."""
        self._count += 1
        return Tab(self, f"tab{self._count}", url, options)

    def close(self):
        """Ends it."""
        self._process.stdin.close()
        self._process.wait(60 * PATIENCE)


class Tab:
    """One page. Owned by the test's fixture, which closes it and looks at what was noted of it."""

    def __init__(self, browser, name, url, options):
        self._browser = browser
        self._name = name
        self._host = urlsplit(url).netloc
        browser.run("await open(args.name, args.url, args.options)", name=name, url=url, options=options)

    def run(self, code, **args):
        """Runs JavaScript that sees `page`, `context`, `noted` and `args`; what it returns."""
        return self._browser.run(code, self._name, **args)

    def look(self, code, **args):
        """The same for what is looked at again and again; None while the page loads anew."""
        return self.run(f"try {{ {code} }} catch (error) {{ if (!/context was destroyed/.test(error)) {{ throw error; }} }}", **args)

    def evaluate(self, expression):
        """The value of an expression in the page itself."""
        return self.look("return await page.evaluate(args.expression)", expression=expression)

    def text(self, selector="body"):
        """What people read there; empty where there is no such element."""
        return self.look("const all = await page.locator(args.selector).allInnerTexts(); return all.join('\\n')",
                         selector=selector) or ""

    def count(self, selector):
        """How many elements there are, hidden ones too."""
        return self.look("return await page.locator(args.selector).count()", selector=selector)

    def click(self, selector, within=None):
        """Clicks on an element, as soon as it can be."""
        self.run("const base = args.within ? page.locator(args.within) : page; await base.locator(args.selector).click()",
                 selector=selector, within=within)

    def wait_text(self, text, selector="body", timeout=30):
        """Waits until a text can be read."""
        return wait_for(lambda: text in self.text(selector), timeout, f"{text!r} in {selector}", interval=0.1)

    def choose(self, *files):
        """Chooses files as with the button."""
        self.run("await page.setInputFiles('#files', args.files)", files=[str(file) for file in files])

    def drop(self, *files):
        """Drops files and folders onto the page."""
        self.run("await drop(page, args.files)", files=[str(file) for file in files])

    def axe(self):
        """What axe-core finds."""
        return self.run("return axe(page)")

    @property
    def noted(self):
        """errors, addresses, sent, violations and dialogs so far."""
        return self.run("return noted")

    def check(self):
        """Fails for errors of scripts, reports of the content security policy, and requests to other hosts."""
        noted = self.noted
        assert noted["errors"] == [] and noted["violations"] == [], noted
        # The browser's viewer of PDFs is an extension.
        foreign = [address for address in noted["addresses"]
                   if not address.startswith(("blob:", "data:", "chrome-extension:", "chrome:")) and urlsplit(address).netloc != self._host]
        assert foreign == [], foreign

    def close(self):
        """Closes it."""
        self.run("await context.close()")
