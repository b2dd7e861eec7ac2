// What is known of the jobs: always what the server says, fetched when the page loads, when an event hints at a change, and,
// where there are no events, every two seconds. Nothing is made up here, so a reload loses nothing.
import { address, facts, get_json, is_away, Problem } from "./api.js";
import { pause } from "./dom.js";

export const page_size = 100;  // of /tasks, and as many ids as it takes
const gather_ms = 150;  // hints that come together are asked about together
const poll_ms = 2000;
const check_ms = 20_000;  // while events come: what a lost hint costs at the most
const newest = 25;

/** Events: "change" (detail: ids), "away" and "back" of the server, "problem" (detail). */
export class Jobs extends EventTarget {
  constructor() {
    super();
    this.all = new Map();
    this.order = [];  // ids, the newest first: they begin with the time
    this.cursor = null;
    this.dirty = new Set();
    this.is_live = false;
    this.is_away = false;
    this.turn = Promise.resolve();
    this.gathering = null;
    this.problem = null;
  }

  get(id) {
    return this.all.get(id);
  }

  unfinished() {
    return this.order.filter((id) => !this.all.get(id).final);
  }

  /** Loads the newest jobs, and what has become of those that are known beyond them. */
  load() {
    return this.one_by_one(async () => {
      const answer = await get_json(this.tasks(`?limit=${page_size}`));
      this.take_list(answer.tasks, answer.next_cursor === null ? "" : answer.tasks.at(-1)?.job_id ?? "");
      if (this.cursor === null || this.order.length <= page_size) {
        this.cursor = answer.next_cursor;
      }
      this.loaded = true;
      this.dispatchEvent(new CustomEvent("change", { detail: [] }));  // even if there are none
    }).then(() => this.touch(...this.order.slice(page_size).filter((id) => !this.all.get(id).final)));
  }

  /** Loads older ones; false: there are none. */
  async more() {
    if (this.cursor === null) {
      return false;
    }
    await this.one_by_one(async () => {
      const answer = await get_json(this.tasks(`?limit=${page_size}&cursor=${encodeURIComponent(this.cursor)}`));
      this.cursor = answer.next_cursor;
      this.put(answer.tasks);
    });
    return true;
  }

  /** Says that there may be news of these jobs. */
  touch(...ids) {
    ids.forEach((id) => this.dirty.add(id));
    if (this.dirty.size > 0) {
      this.gathering ??= setTimeout(() => this.flush(), gather_ms);
    }
  }

  async flush() {
    await this.one_by_one(async () => {
      this.gathering = null;
      while (this.dirty.size > 0) {
        const ids = [...this.dirty].slice(0, page_size);
        const { tasks } = await get_json(this.tasks(`?ids=${ids.join(",")}`));
        ids.forEach((id) => this.dirty.delete(id));
        const there = new Set(tasks.map((task) => task.job_id));
        this.put(tasks);
        this.drop(ids.filter((id) => !there.has(id)));
      }
    });
  }

  /** Asks again and again; how often depends on whether events tell it. */
  async run() {
    for (let passed = 0; ; passed += poll_ms) {
      await pause(poll_ms);
      if ((this.is_live && passed % check_ms !== 0 && !this.is_away) || document.hidden) {
        continue;
      }
      if (!this.loaded || this.is_away) {
        await this.load();
        continue;
      }
      this.touch(...this.unfinished().slice(0, page_size));
      await this.one_by_one(async () => {
        const answer = await get_json(this.tasks(`?limit=${newest}`));
        this.take_list(answer.tasks, answer.next_cursor === null ? "" : answer.tasks.at(-1)?.job_id ?? "");
      });
    }
  }

  tasks(query) {
    return address(facts.tasks, query);
  }

  /** Answers are taken in the order of their requests; what went wrong is told, and not thrown. */
  one_by_one(action) {
    this.turn = this.turn.then(action).then(() => {
      this.problem = null;
      this.reach(true);
    }, (error) => {
      if (is_away(error)) {
        this.reach(false);
      } else {
        this.dirty.clear();
        this.reach(true);
        this.tell_problem(error instanceof Problem ? error.message : String(error));
      }
    });
    return this.turn;
  }

  /** Once, and not with every question that is refused alike. */
  tell_problem(text) {
    if (text !== this.problem) {
      this.problem = text;
      this.dispatchEvent(new CustomEvent("problem", { detail: text }));
    }
  }

  reach(reached) {
    if (this.is_away === reached) {
      this.is_away = !reached;
      this.dispatchEvent(new CustomEvent(reached ? "back" : "away"));
    }
  }

  /** The newest jobs: what is known of this stretch and not among them is not there any more. */
  take_list(tasks, last) {
    const there = new Set(tasks.map((task) => task.job_id));
    this.drop(this.order.filter((id) => id >= last && !there.has(id)));
    this.put(tasks);
  }

  put(tasks) {
    const changed = [];
    for (const task of tasks) {
      const known = this.all.get(task.job_id);
      if (known === undefined) {
        this.order.splice(this.place_of(task.job_id), 0, task.job_id);
      } else if (known.updated_at > task.updated_at) {
        continue;
      }
      this.all.set(task.job_id, task);
      changed.push(task.job_id);
    }
    this.tell(changed);
  }

  drop(ids) {
    const known = ids.filter((id) => this.all.delete(id));
    if (known.length > 0) {
      const gone = new Set(known);
      this.order = this.order.filter((id) => !gone.has(id));
    }
    this.tell(known);
  }

  place_of(id) {
    let [low, high] = [0, this.order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = this.order[middle] > id ? [middle + 1, high] : [low, middle];
    }
    return low;
  }

  tell(ids) {
    if (ids.length > 0) {
      this.dispatchEvent(new CustomEvent("change", { detail: ids }));
    }
  }
}

/** Seconds until a job's end as far as its pages so far tell; null: they do not. By the server's clock alone. */
export function seconds_left(job) {
  const done = job.processed_pages;
  if (job.status !== "processing" || !(done > 0) || !(job.total_pages > done)) {
    return null;
  }
  const spent = (Date.parse(job.updated_at) - Date.parse(job.started_at)) / 1000;
  return spent > 0 ? spent / done * (job.total_pages - done) : null;
}
