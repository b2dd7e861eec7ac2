// What a command writes, while it runs and afterwards: fetched piece by piece behind what is there.
import { request, result_address } from "../core/api.js";
import { el, pause, set_text } from "../core/dom.js";
import { t } from "../core/words.js";

const tail_bytes = 256 * 1024;  // of a longer log only the end is shown
const gather_ms = 200;

export class Log {
  constructor(id) {
    this.id = id;
    this.have = 0;
    this.text = el("pre", { class: "log", tabIndex: 0, role: "log", "aria-label": t("log") });
    this.note = el("p", { class: "note" });
    this.element = el("section", { class: "log-view" }, el("h3", {}, t("log")), this.note, this.text);
    this.turn = Promise.resolve();
    this.decoder = new TextDecoder();
  }

  get address() {
    return result_address(this.id, "/log");
  }

  /** Fetches what was written since; hints that come while that is to be done anyway add nothing. */
  update() {
    if (!this.waiting) {
      this.waiting = true;
      this.turn = this.turn.then(() => {
        this.waiting = false;
        return this.fetch_more();
      }).catch((error) => set_text(this.note, error.message)).then(() => pause(gather_ms));
    }
    return this.turn;
  }

  async fetch_more() {
    const from = this.have === 0 ? `bytes=-${tail_bytes}` : `bytes=${this.have - 1}-`;
    const answer = await request(this.address, { headers: { Range: from }, cache: "no-store", allow: [404, 416] });
    if (answer.status === 202 || answer.status === 404) {
      set_text(this.note, t("log_none"));
      return;
    }
    const total = Number(/\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "")?.[1] ?? NaN);
    if (answer.status === 416) {
      if (total < this.have) {
        this.begin_anew();
      }
      return;
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const begins = answer.status === 206 ? total - bytes.length : 0;
    const fresh = this.have === 0 ? bytes : bytes.subarray(this.have - begins);
    set_text(this.note, begins > 0 && this.have === 0 ? t("log_cut") : this.have === 0 ? "" : this.note.textContent);
    this.have = begins + bytes.length;
    if (fresh.length > 0) {
      const { scrollTop, scrollHeight, clientHeight } = this.text;
      this.text.append(this.decoder.decode(fresh, { stream: true }));
      if (scrollTop + clientHeight >= scrollHeight - 40) {
        this.text.scrollTop = this.text.scrollHeight;
      }
    }
  }

  /** The log of a command that was begun again, or one of which the middle was left out, is another one. */
  begin_anew() {
    this.have = 0;
    this.text.replaceChildren();
    return this.fetch_more();
  }
}
