// The list of jobs, drawn in pieces: of a thousand jobs only those are made into rows that were scrolled to.
import { el, show } from "../core/dom.js";

const piece = 40;

export class JobList {
  constructor(list, page) {
    this.list = list;
    this.page = page;
    this.rows = new Map();
    this.wanted = piece;
    this.changed = new Set();
    this.scheduled = false;
    this.end = el("div", { class: "end" });
    list.after(this.end);
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        this.want_more();
      }
    }, { rootMargin: "400px" }).observe(this.end);
    page.jobs.addEventListener("change", ({ detail }) => {
      detail.forEach((id) => this.changed.add(id));
      this.schedule();
    });
  }

  async want_more() {
    const { jobs } = this.page;
    if (this.busy || !jobs.loaded) {
      return;
    }
    this.busy = true;
    if (this.wanted >= jobs.order.length && !await jobs.more()) {
      this.busy = false;
      return;
    }
    this.wanted = Math.min(this.wanted, jobs.order.length) + piece;
    this.busy = false;
    this.schedule();
  }

  schedule() {
    if (!this.scheduled) {
      this.scheduled = true;
      requestAnimationFrame(() => this.draw());
    }
  }

  draw() {
    this.scheduled = false;
    const { jobs } = this.page;
    const ids = jobs.order.slice(0, this.wanted);
    const shown = new Set(ids);
    for (const [id, row] of this.rows) {
      if (!shown.has(id)) {
        row.parentElement.remove();
        this.rows.delete(id);
      }
    }
    let place = this.list.firstElementChild;
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row !== undefined && row.parentElement === place) {
        place = place.nextElementSibling;
      } else {
        this.list.insertBefore(row?.parentElement ?? this.make(id), place);
      }
      if (row === undefined || this.changed.has(id)) {
        this.rows.get(id).show(jobs.get(id), this.page);
      }
    }
    this.changed.clear();
    this.page.drawn();
    // The end may be in sight still, and the observer tells only of changes.
    if (jobs.loaded && (this.wanted < jobs.order.length || jobs.cursor !== null)
        && this.end.getBoundingClientRect().top < innerHeight + 400) {
      this.want_more();
    }
  }

  make(id) {
    const row = el("docket-job", { data: { job: id } });
    this.rows.set(id, row);
    return el("li", {}, row);
  }

  show(visible) {
    show(this.list.parentElement, visible);
  }
}
