// HTML of a result, which is made of a stranger's document: in a frame where no script runs (sandbox, and the page's own
// policy, which a blob inherits). It keeps the page's origin, so that the page can mark blocks in it and hear of clicks.
import { request, result_address } from "../core/api.js";
import { el } from "../core/dom.js";
import { t } from "../core/words.js";

const style = new URL("../document.css", import.meta.url).href;

/** Numbers of data-box, in points; null where there are none. */
export function box_of(element) {
  const numbers = (element.dataset.box ?? "").match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? [];
  return numbers.length === 4 ? numbers : null;
}

/** Which of the blocks has this box, or the one nearest to it; -1: none. */
export function nearest(blocks, box) {
  let [best, distance] = [-1, Infinity];
  blocks.forEach((block, index) => {
    const away = block.box.reduce((sum, value, at) => sum + Math.abs(value - box[at]), 0);
    if (away < distance) {
      [best, distance] = [index, away];
    }
  });
  return best;
}

export class HtmlFrame {
  constructor(store, on_choose) {
    this.store = store;
    this.on_choose = on_choose;
    this.element = el("iframe", { class: "html", title: t("tab_document") });
    // allow-same-origin without allow-scripts: nothing in it can use that origin.
    this.element.setAttribute("sandbox", "allow-same-origin");
    this.element.addEventListener("load", () => this.loaded());
    this.blocks = [];
  }

  show(html, json) {
    this.blocks = json?.blocks ?? [];
    this.url = URL.createObjectURL(new Blob([
      `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="${style}">`, html], { type: "text/html" }));
    this.store.urls.push(this.url);
    this.element.src = this.url;
  }

  loaded() {
    const inner = this.element.contentDocument;
    if (inner === null || inner.URL !== this.url) {
      return;
    }
    inner.addEventListener("click", (event) => {
      if (event.target.closest("a[href]")) {
        event.preventDefault();  // it would be shown in the frame's place
      }
      const box = box_of(event.target.closest("[data-box]") ?? inner.body);
      if (box !== null) {
        this.on_choose(nearest(this.blocks, box));
      }
    });
    for (const image of inner.querySelectorAll("img[src]")) {
      this.fetch_image(image);
    }
  }

  /** Pictures of the job's format `images` stand beside the page's own address only for who has the token. */
  async fetch_image(image) {
    const name = /(?:^|\/)images\/([\w.-]+)$/.exec(image.getAttribute("src"))?.[1];
    if (name !== undefined) {
      image.src = await this.store.url_of(name, result_address(this.store.id, `/images/${name}`)).catch(() => image.src);
    }
  }

  choose(index) {
    const inner = this.element.contentDocument;
    for (const element of inner?.querySelectorAll("[data-box]") ?? []) {
      const box = box_of(element);
      const is_it = box !== null && index >= 0 && nearest(this.blocks, box) === index;
      element.toggleAttribute("data-chosen", is_it);
      if (is_it) {
        element.scrollIntoView({ block: "nearest" });
      }
    }
  }
}

/** A PDF in the browser's own viewer. */
export async function pdf_frame(store, url) {
  const blob = await (await request(url)).blob();
  const made = URL.createObjectURL(new Blob([blob], { type: "application/pdf" }));
  store.urls.push(made);
  return el("iframe", { class: "pdf", title: "PDF", src: made });
}
