// One job's bar and nothing else, at #job=ID: for a frame in another page of this origin, or on a wall.
import { request, result_address } from "../core/api.js";
import { el, pause, set_text } from "../core/dom.js";
import { Bar, name_of, state_of } from "./row.js";
import { t } from "../core/words.js";

const wait_seconds = 25;
const shortest_turn_ms = 1000;  // where the server holds no answers

export class JobBar {
  constructor(id) {
    this.id = id;
    this.bar = new Bar();
    this.state = el("span", { class: "state", role: "status" });
    this.heading = el("h1", { class: "outside" }, t("status"));
    this.element = el("div", { class: "only-bar" }, this.heading, this.bar.progress, this.bar.pages, this.state);
    this.controller = new AbortController();
    this.run();
  }

  async run() {
    let etag = null;
    while (!this.controller.signal.aborted) {
      const begun = Date.now();
      try {
        const headers = etag === null ? {} : { "If-None-Match": etag };
        const query = etag === null ? "" : `?wait=${wait_seconds}`;
        const answer = await request(result_address(this.id, `/status${query}`),
          { headers, cache: "no-store", signal: this.controller.signal, allow: [304] });
        if (answer.status !== 304) {
          etag = answer.headers.get("ETag");
          const job = await answer.json();
          this.show(job);
          if (job.final) {
            return;
          }
        }
      } catch (error) {
        if (error.name === "AbortError") {
          return;
        }
        set_text(this.state, error instanceof TypeError ? t("away") : error.message);
        if (error.status === 404) {
          return;
        }
      }
      await pause(Math.max(0, shortest_turn_ms - (Date.now() - begun)));
    }
  }

  show(job) {
    set_text(this.heading, name_of(job));
    this.bar.show(job, name_of(job));
    this.element.dataset.state = state_of(job);
    set_text(this.state, t(`state_${state_of(job)}`));
  }

  close() {
    this.controller.abort();
    this.element.remove();
  }
}
