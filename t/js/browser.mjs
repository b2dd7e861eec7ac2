// A page in a real Chromium: node browser.mjs PAGE API FILE. PAGE is an address of another origin than API's, where
// Docket is; FILE is uploaded from there in all the ways that pages know. Prints one object of JSON: what each got.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const [page_url, api, file] = process.argv.slice(2);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

const uppy = await build({
  stdin: {
    contents: `import Uppy from "@uppy/core"; import XHRUpload from "@uppy/xhr-upload";
               window.Uppy = Uppy; window.XHRUpload = XHRUpload;`,
    resolveDir: here,
  },
  bundle: true, write: false, format: "iife", logLevel: "error",
});

const profile = fs.mkdtempSync(path.join(os.tmpdir(), "docket-chromium-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(page_url);
  await page.addScriptTag({ path: path.join(here, "node_modules/dropzone/dist/dropzone-min.js") });
  await page.addScriptTag({ content: uppy.outputFiles[0].text });
  const told = await page.evaluate(run_in_page, { api, bytes: fs.readFileSync(file).toString("base64") });
  console.log(JSON.stringify({ ...told, errors }));
} finally {
  await browser.close();
  fs.rmSync(profile, { recursive: true, force: true });
}

/* global Dropzone, Uppy, XHRUpload */
async function run_in_page({ api, bytes }) {
  const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const make_file = () => new File([content], "päge.pdf", { type: "application/pdf" });
  const told = {};

  async function with_fetch() {
    const form = new FormData();
    form.append("file", make_file());
    const sent = await fetch(`${api}/jobs`, {
      method: "POST", body: form, headers: { "Idempotency-Key": '"page"', "Cache-Control": "no-cache" },
    });
    const { job_id: job } = await sent.json();
    const done = await fetch(`${api}/result/${job}/status?wait=50`);
    const status = await done.json();
    const part = await fetch(`${api}/result/${job}/text?raw=1`, { headers: { Range: "bytes=0-3" } });
    const gone = await fetch(`${api}/result/${job}`, {
      method: "DELETE", headers: { "If-Match": done.headers.get("ETag") },
    });
    const missing = await fetch(`${api}/result/${job}/status`);
    return {
      code: sent.status, location: sent.headers.get("Location"), status: status.status, filename: status.filename,
      range: part.headers.get("Content-Range"), part: (await part.text()).length, gone: gone.status,
      missing: (await missing.json()).code,
    };
  }

  function with_xhr() {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let progress = 0;
      request.upload.onprogress = (event) => { progress = event.loaded; };
      request.onload = () => resolve({
        code: request.status, progress: progress >= content.length, body: request.responseText.slice(0, 40),
        type: request.getResponseHeader("Content-Type"),
      });
      request.onerror = () => reject(new Error("XHR failed"));
      request.open("POST", `${api}/convert`);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      const form = new FormData();
      form.append("file", make_file());
      request.send(form);
    });
  }

  async function submit() {
    const sent = await fetch(`${api}/jobs/a.pdf`, { method: "PUT", body: content });
    return (await sent.json()).job_id;
  }

  async function with_websocket() {
    const job = await submit();
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${api.replace("http", "ws")}/events/${job}`);
      let last = null;
      socket.onmessage = (event) => { last = JSON.parse(event.data); };
      socket.onclose = (event) => resolve({ code: event.code, status: last?.status });
      socket.onerror = () => reject(new Error("the WebSocket failed"));
    });
  }

  async function with_event_source() {
    const job = await submit();
    return new Promise((resolve) => {
      const source = new EventSource(`${api}/events/${job}`);
      let last = null;
      source.addEventListener("status", (event) => { last = JSON.parse(event.data).status; });
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) {
          resolve({ status: last });
        }
      };
    });
  }

  function with_dropzone(options) {
    const element = document.createElement("div");
    document.body.append(element);
    return new Promise((resolve) => {
      const zone = new Dropzone(element, { url: `${api}/jobs`, ...options });
      zone.on("success", (_, body) => resolve({ success: body.status ?? body }));
      zone.on("error", (_, body) => resolve({ error: body.detail ?? String(body) }));
      zone.addFile(make_file());
    });
  }

  async function with_uppy() {
    const uppy = new Uppy().use(XHRUpload, { endpoint: `${api}/jobs`, fieldName: "files[]" });
    uppy.addFile({ name: "a.pdf", type: "application/pdf", data: make_file() });
    const result = await uppy.upload();
    return { failed: result.failed.length, status: result.successful[0]?.response.body.status };
  }

  for (const [name, scenario] of Object.entries({
    fetch: with_fetch, xhr: with_xhr, websocket: with_websocket, event_source: with_event_source, uppy: with_uppy,
    dropzone: () => with_dropzone({}),
    dropzone_whole: () => with_dropzone({ chunking: true, forceChunking: true, chunkSize: 10_000_000 }),
    dropzone_chunks: () => with_dropzone({ chunking: true, chunkSize: 200, retryChunks: false }),
  })) {
    try {
      told[name] = await scenario();
    } catch (error) {
      told[name] = { thrown: String(error) };
    }
  }
  return told;
}
