// A Chromium that tests drive: each line of the standard input is one object of JSON, { code, args }, and so is each
// answer, { value } or { error }. `code` is the body of an async function that sees browser, state (which lives as long as
// this program), args and the functions below.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { chromium } from "playwright-core";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const patience = Number(process.env.PATIENCE ?? 1);
const AsyncFunction = (async () => {}).constructor;
const state = { tabs: new Map() };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"],
});

/** A page in a context of its own, which notes what must not happen. */
async function open(name, url, options) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000 * patience);
  const noted = { errors: [], addresses: [], sent: [], violations: [], dialogs: [] };
  page.on("pageerror", (error) => noted.errors.push(String(error)));
  page.on("console", (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && noted.violations.push(message.text()));
  context.on("request", (request) => {
    noted.addresses.push(request.url());
    if (request.method() !== "GET") {
      noted.sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
    }
  });
  // What the policy stopped has not left.
  context.on("requestfailed", (request) => {
    if (/csp|ERR_BLOCKED_BY_CSP/i.test(request.failure()?.errorText ?? "")) {
      noted.addresses.splice(noted.addresses.indexOf(request.url()), 1);
    }
  });
  page.on("dialog", (dialog) => {
    noted.dialogs.push(`${dialog.type()}: ${dialog.message()}`);
    return dialog.accept();
  });
  await context.exposeFunction("noteViolation", (text) => noted.violations.push(text));
  await context.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) =>
    globalThis.noteViolation?.(`${event.violatedDirective}: ${event.blockedURI}`)));
  state.tabs.set(name, { context, page, noted });
  await page.goto(url);
}

/** Drops files of the disk, folders too, onto the page as a person does. */
async function drop(page, files) {
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 100, y: 100, data: { items: [], files, dragOperationsMask: 1 } });
  }
  await session.detach();
}

/** What axe-core finds wrong with the page as it is. */
async function axe(page) {
  // Evaluated beside the page's own world, as an extension's script: the page's policy does not hold there.
  await page.evaluate(fs.readFileSync(path.join(here, "node_modules/axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
}

const lines = readline.createInterface({ input: process.stdin });
for await (const line of lines) {
  const { tab, code, args } = JSON.parse(line);
  let answer;
  try {
    const { page, context, noted } = state.tabs.get(tab) ?? {};
    const run = new AsyncFunction("browser", "state", "open", "drop", "axe", "page", "context", "noted", "args", code);
    answer = { value: await run(browser, state, open, drop, axe, page, context, noted, args) ?? null };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
