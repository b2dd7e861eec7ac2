// The server's stream of events, taken as hints: they say which jobs to ask about. Read with fetch(), so that the token can
// be sent. Says of itself how live it is, and what stands in between.
import { address, ask_token, facts, identity, Problem, takes_tokens, token_changes } from "./api.js";
import { pause } from "./dom.js";

// The server sends its first line at once, and a comment every facts.comment_seconds: what takes longer is held back
// by something in between.
const first_byte_ms = 4000;
const grace_ms = 5000;
const longest_pause_ms = 5000;
const hidden_ms = 10_000;

/** Splits a stream of events into `{ event, id, data }`. */
export function make_parser(take) {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) {
          fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, "");
        }
      }
      take(fields);
    }
  };
}

export class Live {
  /** on_event(name, data), on_state(state), on_begin(): all may have changed meanwhile. */
  constructor({ on_event, on_state, on_begin }) {
    Object.assign(this, { on_event, on_state, on_begin });
    this.state = "connecting";
    this.last_id = null;
    this.wait_ms = 500;
    this.controller = null;
  }

  start() {
    if (facts.events === null) {
      this.become("off");
      return;
    }
    // A browser has few connections to one host: tabs that nobody looks at leave theirs to others.
    let hiding = null;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(hiding);
      if (document.hidden) {
        hiding = setTimeout(() => this.controller?.abort(), hidden_ms);
      }
    });
    this.run();
  }

  become(state) {
    if (state !== this.state) {
      this.state = state;
      this.on_state(state);
    }
  }

  async run() {
    for (;;) {
      await this.until_seen();
      const outcome = await this.connect().catch(() => "away");
      if (outcome === "off") {
        this.become("off");
        return;
      }
      if (outcome === "refused") {
        this.become("off");
        await new Promise((resolve) => { token_changes.addEventListener("given", resolve, { once: true }); });
        continue;
      }
      if (!document.hidden) {
        this.become(outcome === "again" ? "connecting" : outcome);
      }
      await pause(this.wait_ms);
      this.wait_ms = Math.min(this.wait_ms * 2, longest_pause_ms);
    }
  }

  until_seen() {
    return document.hidden ? new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    }) : null;
  }

  watch(ms) {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.become("held"), ms);
  }

  async connect() {
    this.controller = new AbortController();
    const who = identity();
    const headers = { Accept: "text/event-stream", ...who };
    if (this.last_id !== null) {
      headers["Last-Event-ID"] = this.last_id;
    }
    this.watch(first_byte_ms);
    try {
      const answer = await fetch(address(facts.events), { headers, cache: "no-store", signal: this.controller.signal });
      if (answer.status === 401) {
        return await ask_token(who) ? "again" : takes_tokens() ? "refused" : "off";
      }
      if (!answer.ok) {
        const problem = Problem.of(answer.status, await answer.text());
        return problem.status === 429 || problem.status >= 500 ? "away" : "off";
      }
      await this.read(answer.body);
      return "again";
    } finally {
      clearTimeout(this.watchdog);
    }
  }

  async read(body) {
    const parse = make_parser((fields) => {
      this.last_id = fields.id ?? this.last_id;
      if (fields.event === "reset") {
        this.on_begin();
      } else if (fields.event !== undefined) {
        this.on_event(fields.event, JSON.parse(fields.data));
      }
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let is_first = true;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      this.watch(facts.comment_seconds * 1000 + grace_ms);
      this.wait_ms = 500;
      this.become("live");
      if (is_first) {
        is_first = false;
        this.on_begin();
      }
      parse(value);
    }
  }
}
