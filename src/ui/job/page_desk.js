// The pages of a job as they end: one is shown, with its picture and what was read of it.
import { get_json, result_address } from "../core/api.js";
import { copy_button, curl_button, of_get } from "../core/curl.js";
import { el, set_text, show } from "../core/dom.js";
import { HtmlFrame, pdf_frame } from "./frame.js";
import { Blocks, PageStore, Sheet } from "./page_view.js";
import { Strip } from "./strip.js";
import { Tabs } from "./tabs.js";
import { t } from "../core/words.js";

const limit = 1000;  // of the list of pages

export class PageDesk {
  constructor(id, page, number) {
    Object.assign(this, { id, page, number, job: null, chosen: -1, drawing: 0 });
    this.done = new Map();  // by number: { formats } or { error }
    this.store = new PageStore(id);
    this.input = el("input", { type: "number", min: 1, value: number, "aria-label": t("page"), id: "page-number" });
    this.input.addEventListener("change", () => this.go(Number(this.input.value)));
    this.total = el("span", {});
    this.before = el("button", { type: "button", "aria-label": t("page_before"), onclick: () => this.go(this.number - 1) }, "‹");
    this.after = el("button", { type: "button", "aria-label": t("page_after"), onclick: () => this.go(this.number + 1) }, "›");
    this.note = el("p", { class: "note", role: "status" });
    this.sheet = new Sheet((index) => this.choose(index));
    this.blocks = new Blocks((index) => this.choose(index));
    this.strip = new Strip(async (page) => (this.done.get(page)?.formats?.includes("png")
      ? this.store.url_of(`${page}/png`, this.store.address(page, "png")) : null), (page) => this.go(page));
    this.tabs = new Tabs(t("result"), () => this.draw());
    this.element = el("section", { class: "desk", "aria-label": t("pages_heading") },
      el("div", { class: "pager" }, this.before, el("label", { for: "page-number" }, t("page")), this.input, this.total, this.after,
        el("span", { class: "label" }, t("text_of_page")), copy_button(() => this.words(), t("text_of_page")),
        curl_button(() => this.formats().map((format) =>
          [format, of_get(this.store.address(this.number, format))]))),
      this.strip.element, this.note,
      el("div", { class: "pair" }, this.sheet.element, el("div", { class: "read" }, this.tabs.bar, this.tabs.panel)));
  }

  formats() {
    return this.done.get(this.number)?.formats ?? [];
  }

  go(number) {
    if (number >= 1 && number <= Math.max(this.job?.total_pages ?? 1, 1)) {
      location.hash = `#open=${this.id}&page=${number}`;
    } else {
      this.input.value = this.number;
    }
  }

  turn_to(number) {
    if (number !== this.number) {
      this.number = number;
      this.chosen = -1;
      this.drawn = null;
      this.show();
    }
  }

  /** Looks which pages are done by now. */
  async update(job) {
    this.job = job;
    let after = 0;
    while (this.done.has(after + 1)) {
      after += 1;
    }
    if (after < job.total_pages || job.total_pages === 0) {
      const { pages } = await get_json(result_address(this.id, `/pages?limit=${limit}&after=${after}`));
      pages.forEach((one) => one.page !== null && this.done.set(one.page, one));
    }
    if (!this.done.has(this.number) && this.number > after + limit) {
      const { pages } = await get_json(result_address(this.id, `/pages?limit=1&after=${this.number - 1}`));
      pages.forEach((one) => one.page !== null && this.done.set(one.page, one));
    }
    this.show();
  }

  show() {
    const total = this.job?.total_pages ?? 0;
    this.input.value = this.number;
    this.input.max = Math.max(total, 1);
    set_text(this.total, total > 0 ? t("of_pages", { total }) : "");
    this.before.disabled = this.number <= 1;
    this.after.disabled = this.number >= total;
    this.strip.show(total, this.done, this.number);
    show(this.strip.element, total > 1);
    const entry = this.done.get(this.number);
    set_text(this.note, entry?.error ? entry.error.detail
      : entry ? entry.filename ? entry.filename : "" : this.job?.final ? t("page_never") : t("page_later"));
    show(this.note, this.note.textContent !== "");
    const formats = this.formats();
    const has_pdf = this.pdf_address() !== null;
    this.tabs.offer([
      ...formats.some((name) => ["html", "json"].includes(name)) ? [["document", t("tab_document")]] : [],
      ...["markdown", "text", "json"].filter((name) => formats.includes(name)).map((name) => [name, t(`tab_${name}`)]),
      ...has_pdf ? [["pdf", "PDF"]] : [],
    ]);
    this.draw();
  }

  /** Draws page and tab, if they are not there yet. */
  async draw() {
    const key = `${this.number}/${this.tabs.chosen}/${this.formats()}`;
    if (key === this.drawn || this.job === null) {
      return;
    }
    this.drawn = key;
    this.drawing += 1;
    const mine = this.drawing;
    const { number } = this;
    try {
      const json = this.formats().includes("json") ? await this.store.json(number) : null;
      const [picture, read] = await Promise.all([this.picture(number), this.read(number, json)]);
      if (mine !== this.drawing) {
        return;
      }
      if (this.sheet_of !== `${number}/${this.formats()}`) {
        this.sheet_of = `${number}/${this.formats()}`;
        this.sheet.show({ number, picture, json });
      }
      show(this.sheet.element, picture !== null || json !== null);
      this.reader = read;
      const shown = read?.element ?? read;
      if (shown !== this.tabs.panel.firstChild) {  // a frame that is moved loads anew
        this.tabs.panel.replaceChildren(...shown === null ? [] : [shown]);
      }
      this.mark();
    } catch (error) {
      this.drawn = null;
      if (mine === this.drawing) {
        this.page.tell_problem(error);
      }
    }
  }

  picture(number) {
    return this.formats().includes("png") ? this.store.url_of(`${number}/png`, this.store.address(number, "png")) : null;
  }

  /** What the chosen tab shows. */
  async read(number, json) {
    const tab = this.tabs.chosen;
    const formats = this.formats();
    if (tab === "pdf") {
      return this.store.fetch(this.pdf_address(), "frame", () => pdf_frame(this.store, this.pdf_address()));
    }
    if (!formats.length || tab === null) {
      return null;
    }
    if (tab === "document" && formats.includes("html")) {
      const frame = new HtmlFrame(this.store, (index) => this.choose(index));
      frame.element.addEventListener("load", () => this.mark());
      frame.show(await this.store.text(number, "html"), json);
      return frame;
    }
    if (tab === "document") {
      this.blocks.show(json);
      return this.blocks;
    }
    const text = tab === "json" ? JSON.stringify(json, null, 2) : await this.store.text(number, tab);
    return el("pre", { class: "text" }, text);
  }

  /** A PDF that was made, else the one that came, else null. */
  pdf_address() {
    const { job } = this;
    const made = job?.status === "completed" ? ["pdf", "layout_pdf"].find((name) => name in job.results) : undefined;
    if (made !== undefined) {
      return result_address(this.id, `/${made}`);
    }
    const file = this.done.get(this.number)?.index ?? 0;
    return job?.files[file]?.content_type === "application/pdf" ? result_address(this.id, `/input/${file}`) : null;
  }

  /** The page's text, to be copied. */
  async words() {
    const format = ["markdown", "text"].find((name) => this.formats().includes(name));
    return format === undefined ? "" : this.store.text(this.number, format);
  }

  choose(index) {
    this.chosen = index;
    this.mark();
  }

  mark() {
    this.sheet.choose(this.chosen);
    this.reader?.choose?.(this.chosen);
  }

  close() {
    this.store.close();
  }
}
