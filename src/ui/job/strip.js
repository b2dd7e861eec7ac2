// All pages of a job in a row: which are done, with their pictures as they are scrolled to.
import { el } from "../core/dom.js";
import { t } from "../core/words.js";

const marks = { completed: "✓", failed: "✕", pending: "" };

export class Strip {
  /** `picture(number)` gives the address of a page's picture, or null; on_choose(number) when a page is chosen. */
  constructor(picture, on_choose) {
    this.picture = picture;
    this.on_choose = on_choose;
    this.element = el("ol", { class: "strip", "aria-label": t("pages_heading") });
    this.buttons = [];
    this.current = null;
    this.observer = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting)
      .forEach(({ target }) => this.load(target)), { root: this.element, rootMargin: "0px 200px" });
  }

  /** `done`: by number, { formats } or { error }. */
  show(total, done, number) {
    while (this.buttons.length < total) {
      this.element.append(el("li", {}, this.make(this.buttons.length + 1)));
    }
    for (const [page, entry] of done) {
      const button = this.buttons[page - 1];
      if (button !== undefined && button.dataset.state === "pending") {
        this.mark(button, page, entry.error ? "failed" : "completed");
        this.observer.observe(button);
      }
    }
    const current = this.buttons[number - 1];
    if (current !== undefined && current !== this.current) {
      this.current?.removeAttribute("aria-current");
      this.buttons.forEach((button) => { button.tabIndex = button === current ? 0 : -1; });
      current.setAttribute("aria-current", "page");
      current.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.current = current;
    }
  }

  make(page) {
    const button = el("button", { type: "button", tabIndex: -1, data: { page: String(page) },
                                  onclick: () => this.on_choose(page), onkeydown: (event) => this.on_key(event, page) });
    this.buttons.push(button);
    this.mark(button, page, "pending");
    return button;
  }

  mark(button, page, state) {
    button.dataset.state = state;
    button.setAttribute("aria-label", `${t("page")} ${page}: ${t(`state_${state}`)}`);
    button.replaceChildren(el("span", {}, `${page} ${marks[state]}`));
  }

  async load(button) {
    this.observer.unobserve(button);
    const address = await this.picture(Number(button.dataset.page)).catch(() => null);
    if (address !== null) {
      button.prepend(el("img", { src: address, alt: "", loading: "lazy" }));
    }
  }

  on_key(event, page) {
    const to = { ArrowRight: page + 1, ArrowDown: page + 1, ArrowLeft: page - 1, ArrowUp: page - 1,
                 Home: 1, End: this.buttons.length }[event.key];
    if (this.buttons[to - 1] !== undefined) {
      event.preventDefault();
      this.buttons[to - 1].focus();
      this.on_choose(to);
    }
  }
}
