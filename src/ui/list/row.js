// A job as one line: name, state, pages, time left, what can be done with it. A custom element, since there are many.
import { actions_of } from "./actions.js";
import { el, set_text, show } from "../core/dom.js";
import { seconds_left } from "../core/jobs.js";
import { date, duration, t } from "../core/words.js";

const icons = { pending: "◷", processing: "▶", completed: "✓", failed: "✕", cancelled: "⊘", sending: "↑" };

/** pending, processing, completed, failed, cancelled. */
export const state_of = (job) => (job.error?.code === "cancelled" ? "cancelled" : job.status);

export const name_of = (job) => job.filename ?? t("without_name");

/** "7 of 120 pages"; nothing as long as that is not known. */
export function pages_of(job) {
  return job.total_pages > 0 ? t("pages", { done: job.processed_pages, count: job.total_pages }) : "";
}

/** What else there is to say of it now. */
export function remark_on(job) {
  if (job.status === "failed") {
    return state_of(job) === "cancelled" ? "" : job.error_message ?? job.error?.detail ?? "";
  }
  if (job.status === "pending") {
    return job.queue_position > 0 ? t("in_line", { count: job.queue_position }) : "";
  }
  const left = seconds_left(job);
  if (left !== null) {
    return t("left", { time: duration(left) });
  }
  if (job.status === "completed") {
    return job.warnings.length > 0 ? t("warnings", { count: job.warnings.length }) : "";
  }
  return job.total_pages === 0 ? job.message : "";
}

/** Shows how far a job is, by a bar and in words. */
export class Bar {
  constructor() {
    this.progress = el("progress", { max: 100 });
    this.pages = el("span", { class: "pages" });
  }

  show(job, name) {
    const label = t("progress_of", { name });
    if (this.progress.getAttribute("aria-label") !== label) {
      this.progress.setAttribute("aria-label", label);
    }
    if (job.status === "processing" && job.total_pages === 0) {
      this.progress.removeAttribute("value");  // how far is not known
    } else if (this.progress.value !== job.percent_complete || !this.progress.hasAttribute("value")) {
      this.progress.value = job.percent_complete;
    }
    set_text(this.pages, pages_of(job));
  }
}

export class JobRow extends HTMLElement {
  /** Shows a job; `page` is what the actions work with. */
  show(job, page) {
    if (this.parts === undefined) {
      this.build(job.job_id, page);
    }
    const { link, icon, state, bar, remark, when, actions } = this.parts;
    const [name, now] = [name_of(job), state_of(job)];
    set_text(link, name);
    this.dataset.state = now;
    set_text(icon, icons[now]);
    set_text(state, t(`state_${now}`));
    bar.show(job, name);
    show(bar.progress, !job.final);
    set_text(remark, remark_on(job));
    // Who sees everybody's jobs is told whose they are.
    set_text(when, job.owner ? `${date(job.created_at)} · ${job.owner}` : date(job.created_at));
    actions(job);
  }

  build(id, page) {
    const parts = {
      link: el("a", { href: `#open=${id}`, class: "name" }),
      icon: el("span", { class: "icon", "aria-hidden": "true" }),
      state: el("span", { class: "state" }),
      bar: new Bar(),
      remark: el("span", { class: "remark" }),
      when: el("span", { class: "when" }),
    };
    const { buttons, show: show_actions } = actions_of(id, page);
    parts.actions = show_actions;
    this.parts = parts;
    this.append(
      el("div", { class: "title" }, parts.link, parts.when),
      el("div", { class: "how" }, el("span", { class: "badge" }, parts.icon, parts.state), parts.bar.pages, parts.remark),
      parts.bar.progress,
      el("div", { class: "actions" }, buttons));
  }
}

customElements.define("docket-job", JobRow);

/** A file on its way to the server, or refused before. */
export class SendingRow extends HTMLElement {
  show({ name, state, sent, total, why }) {
    if (this.parts === undefined) {
      this.build(name);
    }
    const { icon, word, progress, remark, cancel, again, forget } = this.parts;
    this.dataset.state = state;
    set_text(icon, state === "refused" || state === "lost" ? icons.failed : icons.sending);
    set_text(word, t(`state_${state}`));
    progress.max = Math.max(total, 1);
    progress.value = sent;
    show(progress, state === "sending" || state === "waiting");
    set_text(remark, why ?? "");
    show(cancel, state === "sending" || state === "waiting");
    show(again, state === "lost");
    show(forget, state === "refused" || state === "lost");
  }

  build(name) {
    const button = (key, event) => el("button", {
      type: "button", "aria-label": t(`${key}_of`, { name }), onclick: () => this.dispatchEvent(new Event(event)),
    }, t(key));
    const parts = {
      icon: el("span", { class: "icon", "aria-hidden": "true" }), word: el("span", { class: "state" }),
      progress: el("progress", { "aria-label": t("sending_of", { name }) }), remark: el("span", { class: "remark" }),
      cancel: button("cancel", "cancel"), again: button("retry", "again"), forget: button("dismiss", "forget"),
    };
    this.parts = parts;
    this.append(
      el("div", { class: "title" }, el("span", { class: "name" }, name)),
      el("div", { class: "how" }, el("span", { class: "badge" }, parts.icon, parts.word), parts.remark),
      parts.progress,
      el("div", { class: "actions" }, parts.cancel, parts.again, parts.forget));
  }
}

customElements.define("docket-sending", SendingRow);
