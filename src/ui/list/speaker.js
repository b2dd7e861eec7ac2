// Tells screen readers of the jobs that are followed: begin, each quarter, end.
import { find } from "../core/dom.js";
import { name_of, state_of } from "./row.js";
import { t } from "../core/words.js";

const gather_ms = 700;
const most = 3;  // what is said at once

export class Speaker {
  constructor() {
    this.followed = new Map();
    this.waiting = [];
    this.region = find("#speaker");
  }

  follow(id) {
    this.followed.set(id, -1);
  }

  say(text) {
    this.waiting.push(text);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const shown = this.waiting.splice(0);
      this.region.textContent = shown.slice(-most).join(" ");
    }, gather_ms);
  }

  hear(job) {
    const before = this.followed.get(job.job_id);
    if (before === undefined) {
      return;
    }
    const name = name_of(job);
    if (job.final) {
      this.followed.delete(job.job_id);
      this.say(t(`say_${state_of(job)}`, { name, why: job.error_message ?? "" }));
    } else if (job.status === "processing") {
      const quarter = Math.floor(job.percent_complete / 25);
      if (quarter > before) {
        this.followed.set(job.job_id, quarter);
        this.say(before < 0 && quarter === 0 ? t("say_processing", { name })
          : t("say_quarter", { name, percent: quarter * 25 }));
      }
    }
  }
}
