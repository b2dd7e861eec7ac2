// A page: its picture with the boxes of its blocks, beside it what was read. A block that is chosen in the one is shown in
// the other.
import { get_json, request, result_address } from "../core/api.js";
import { el } from "../core/dom.js";
import { t } from "../core/words.js";

/** What is fetched of a page is kept while the job is open. */
export class PageStore {
  constructor(id) {
    this.id = id;
    this.kept = new Map();
    this.urls = [];
  }

  address(page, format) {
    return result_address(this.id, `/pages/${page}/${format}?raw=1`);
  }

  fetch(page, format, read) {
    const key = `${page}/${format}`;
    if (!this.kept.has(key)) {
      const fetched = read(this.address(page, format));
      fetched.catch(() => this.kept.delete(key));
      this.kept.set(key, fetched);
    }
    return this.kept.get(key);
  }

  text(page, format) {
    return this.fetch(page, format, async (url) => (await request(url, { headers: { Accept: "text/*" } })).text());
  }

  async json(page) {
    const answer = await this.fetch(page, "json", (url) => get_json(url));
    return answer.pages?.[0] ?? answer;
  }

  /** The address of a picture that was fetched with the token. */
  url_of(key, url) {
    return this.fetch(key, "url", async () => {
      const made = URL.createObjectURL(await (await request(url)).blob());
      this.urls.push(made);
      return made;
    });
  }

  close() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
  }
}

const first_words = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The picture, or, where there is none, an empty sheet of the page's size. `on_choose(index)` when a box is pressed. */
export class Sheet {
  constructor(on_choose) {
    this.on_choose = on_choose;
    this.element = el("div", { class: "sheet", role: "group", "aria-label": t("picture") });
    this.boxes = [];
  }

  show({ number, picture, json }) {
    const image = picture === null ? null : el("img", { src: picture, alt: t("picture_of", { number }) });
    this.boxes = (json?.blocks ?? []).map((block, index) => this.box(block, index, json));
    this.element.replaceChildren(...image === null ? [] : [image], ...this.boxes);
    this.element.classList.toggle("blank", image === null);
    this.element.style.aspectRatio = json ? `${json.width} / ${json.height}` : "";
  }

  box(block, index, { width, height }) {
    const [x0, y0, x1, y1] = block.box;
    const box = el("button", { type: "button", class: "box", tabIndex: index === 0 ? 0 : -1, "aria-pressed": "false",
                               "aria-label": `${t(`block_${block.type}`)}: ${first_words(block.text)}`,
                               onclick: () => this.on_choose(index),
                               onkeydown: (event) => this.on_key(event, index) });
    Object.assign(box.style, { left: `${100 * x0 / width}%`, top: `${100 * y0 / height}%`,
                               width: `${100 * (x1 - x0) / width}%`, height: `${100 * (y1 - y0) / height}%` });
    return box;
  }

  on_key(event, index) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const next = this.boxes[index + step];
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.boxes.forEach((box) => { box.tabIndex = box === next ? 0 : -1; });
      next.focus();
    }
  }

  choose(index) {
    this.boxes.forEach((box, at) => box.setAttribute("aria-pressed", String(at === index)));
    this.boxes[index]?.scrollIntoView({ block: "nearest" });
  }
}

/** A page's blocks as elements with their text: what is shown where there is no HTML of it. */
export class Blocks {
  constructor(on_choose) {
    this.on_choose = on_choose;
    this.element = el("div", { class: "blocks" });
    this.blocks = [];
  }

  show(json) {
    this.blocks = json.blocks.map((block, index) => {
      const spot = el("button", { type: "button", class: "spot", title: t("show_in_picture"),
                                  "aria-label": `${t("show_in_picture")}: ${first_words(block.text)}` }, "▣");
      const element = el("div", { class: `block ${block.type}` }, spot, this.content(block));
      element.addEventListener("click", () => this.on_choose(index));
      return element;
    });
    this.element.replaceChildren(...this.blocks.length > 0 ? this.blocks : [el("p", {}, t("page_empty"))]);
  }

  content(block) {
    if (block.type === "table") {
      const rows = Array.from({ length: block.rows }, () => el("tr"));
      for (const cell of block.cells) {
        rows[cell.row]?.append(el(cell.header ? "th" : "td", { rowSpan: cell.row_span, colSpan: cell.column_span }, cell.text));
      }
      return el("table", {}, el("tbody", {}, rows));
    }
    if (block.type === "code") {
      return el("pre", {}, block.lines.map((line) => line.words.map((word) => word.text).join(" ")).join("\n"));
    }
    if (block.type === "heading") {
      return el("p", { role: "heading", "aria-level": String(Math.min(6, block.level + 3)), class: `level${block.level}` }, block.text);
    }
    if (block.type === "figure" && block.text === "") {
      return el("p", {}, t("block_figure"));
    }
    return el("p", {}, block.marker ? `${block.marker} ${block.text}` : block.text);
  }

  choose(index) {
    this.blocks.forEach((block, at) => block.classList.toggle("chosen", at === index));
    this.blocks[index]?.scrollIntoView({ block: "nearest" });
  }
}
