// Speaking with the server: addresses relative to the page, the token, problems.
import { el, find } from "./dom.js";
import { t } from "./words.js";

const token_key = "docket.token";
let token = sessionStorage.getItem(token_key);
let asking = null;
let declined = false;

/** Tells by an event "given" that there is another token. */
export const token_changes = new EventTarget();

/** What the server is (ui.json); set by load_facts(). */
export let facts = null;

export async function load_facts() {
  const answer = await fetch(new URL("./?ui.json", document.baseURI), { cache: "no-cache" });
  if (!answer.ok) {
    throw new Error(`ui.json: ${answer.status}`);
  }
  facts = await answer.json();
  return facts;
}

/** An error that the server told. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.code = body.code;
    this.body = body;
  }

  static of(status, text) {
    try {
      return new Problem(status, JSON.parse(text));
    } catch {
      return new Problem(status, {});
    }
  }
}

/** Where one of the server's locations is, with what follows it. */
export function address(place, rest = "") {
  return new URL(place + rest, document.baseURI).href;
}

export const result_address = (id, rest = "") => address(facts.result, id + rest);

export const has_token = () => token !== null;

/** The header fields that say who is asking. A token never stands in an address. */
export function identity() {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** Whether a 401 is worth asking people for a token: where nginx itself knows who is asking there is none. */
export const takes_tokens = () => facts.uploads.some((upload) => upload.access === "token");

/** Asks for a token, once for all requests that were refused meanwhile. True: there is another one now. Who has not given
 *  one is not asked again, until they ask for it themselves. */
export function ask_token(used) {
  if (!takes_tokens() || declined) {
    return Promise.resolve(false);
  }
  if (used !== null && (used.Authorization ?? null) !== (identity().Authorization ?? null)) {
    return Promise.resolve(true);  // it was given since then
  }
  asking ??= new Promise((resolve) => {
    const input = el("input", { type: "password", id: "token", autocomplete: "off", required: true, name: "token" });
    const form = el("form", { method: "dialog" },
      el("p", {}, t(used === null || token === null ? "token_needed" : "token_wrong")),
      el("label", { for: "token" }, t("token")), input,
      el("p", { class: "actions" }, el("button", { value: "ok" }, t("token_use"))));
    const dialog = el("dialog", { id: "token-dialog", "aria-labelledby": "token-title" },
      el("h2", { id: "token-title" }, t("token_title")), form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      asking = null;
      const given = dialog.returnValue === "ok" ? input.value.trim() : "";
      if (given !== "") {
        token = given;
        sessionStorage.setItem(token_key, token);
      }
      declined = given === "";
      resolve(!declined);
      if (!declined) {
        token_changes.dispatchEvent(new Event("given"));
      }
    });
    find("body").append(dialog);
    dialog.showModal();
  });
  return asking;
}

/** Asks for another token than the one there is. */
export function change_token() {
  declined = false;
  return ask_token(null);
}

/** fetch() with the token. A 401 asks for one and tries again; other errors of the server are thrown as a Problem; what
 *  does not reach it is a TypeError, as fetch() throws it. */
export async function request(url, { allow = [], ...options } = {}) {
  for (;;) {
    const who = identity();
    const answer = await fetch(url, { ...options, headers: { ...options.headers, ...who } });
    if (answer.status === 401 && await ask_token(who)) {
      continue;
    }
    if (!answer.ok && !allow.includes(answer.status)) {
      throw Problem.of(answer.status, await answer.text());
    }
    return answer;
  }
}

export const get_json = async (url, options) => (await request(url, options)).json();

/** Whether an error is one of the way there, and not of the server. */
export const is_away = (error) => error instanceof TypeError
  || (error instanceof Problem && [502, 503, 504].includes(error.status));
