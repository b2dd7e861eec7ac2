// The settings in YAML, as they are written in their file: read, checked, replaced; what of them is in force; what they were.
import { address, facts, get_json, identity, ask_token, Problem, request } from "../core/api.js";
import { curl_button, of_settings } from "../core/curl.js";
import { el, set_text, show } from "../core/dom.js";
import { date, t } from "../core/words.js";

/** Where a line of a text begins. */
function offset_of(text, line, column) {
  const before = text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(before + Math.max(column - 1, 0), text.length);
}

/** What may be chosen: a list, a range, or anything. */
function allowed_text(allowed) {
  if (allowed === null || allowed === undefined) {
    return "";
  }
  return Array.isArray(allowed) ? allowed.join(", ")
    : "minimum" in allowed || "maximum" in allowed ? `${allowed.minimum ?? ""} – ${allowed.maximum ?? ""}` : as_text(allowed);
}

const as_text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

export class Settings {
  constructor(page) {
    this.page = page;
    this.etag = null;
    this.heading = el("h2", { tabIndex: -1 }, t("settings"));
    this.text = el("textarea", { id: "settings-text", rows: 18, spellcheck: false, "aria-describedby": "settings-said" });
    this.said = el("p", { class: "note", id: "settings-said", role: "status" });
    this.mistakes = el("ul", { class: "mistakes" });
    this.former = el("select", { id: "settings-former" });
    this.effective = el("tbody");
    const button = (key, action, kind = "") => el("button", { type: "button", class: kind, onclick: () => this.act(action) }, t(key));
    this.element = el("article", { class: "settings" },
      el("p", {}, el("a", { href: "#" }, `← ${t("all_jobs")}`)), this.heading,
      el("label", { for: "settings-text" }, t("settings_text")), this.text,
      el("p", { class: "actions" },
        button("settings_save", () => this.put(false), "main"), button("settings_check", () => this.put(true)),
        button("settings_reload", () => this.load()),
        curl_button(() => [[t("settings"), of_settings()], [t("settings_save"), of_settings(this.etag)]])),
      this.said, this.mistakes,
      el("p", { class: "actions" }, el("label", { for: "settings-former" }, t("settings_former")), this.former,
        button("settings_take", () => this.take())),
      el("h3", {}, t("settings_effective")),
      el("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": t("settings_effective") },
        el("table", {}, el("thead", {}, el("tr", {}, ["setting", "value", "from", "allowed"].map((key) =>
          el("th", { scope: "col" }, t(`settings_${key}`))))), this.effective)));
  }

  async act(action) {
    try {
      await action();
    } catch (error) {
      this.page.tell_problem(error);
    }
  }

  say(text, mistakes = []) {
    set_text(this.said, text);
    this.mistakes.replaceChildren(...mistakes.map((one) => el("li", {},
      el("button", { type: "button", class: "plain", onclick: () => this.go_to(one) },
        t("settings_at", { line: one.line, column: one.column })),
      ` ${one.path} ${one.message}`)));
  }

  go_to({ line, column }) {
    const at = offset_of(this.text.value, line, column);
    this.text.focus();
    this.text.setSelectionRange(at, at);
  }

  async load() {
    const settings = await get_json(address(facts.settings), { headers: { Accept: "application/json" }, cache: "no-store" });
    this.text.value = settings.text ?? "";
    this.show(settings);
    this.say("", settings.problem === null ? [] : [settings.problem]);
    if (settings.problem !== null) {
      set_text(this.said, t("settings_broken"));
    }
    await this.load_former();
  }

  show({ etag, effective }) {
    this.etag = etag;
    this.effective.replaceChildren(...Object.entries(effective).map(([name, { value, from, allowed }]) => el("tr", {},
      el("th", { scope: "row" }, name), el("td", {}, as_text(value)), el("td", {}, from),
      el("td", {}, allowed_text(allowed)))));
  }

  async load_former() {
    const { versions } = await get_json(address(facts.settings, "?history=1"), { cache: "no-store" });
    const former = versions.filter((one) => one.version !== null);
    this.former.replaceChildren(...former.map((one) =>
      el("option", { value: String(one.version) }, [one.version, date(one.at), one.by].filter(Boolean).join(" · "))));
    show(this.former.parentElement, former.length > 0);
  }

  /** Puts a former version into the field; it is not saved by that. */
  async take() {
    const answer = await request(address(facts.settings, `?version=${this.former.value}`));
    this.text.value = await answer.text();
    this.say(t("settings_taken"));
  }

  /** Checks the text, or makes it the settings, if nobody has changed them since they were loaded. */
  async put(only_checks) {
    const headers = { "Content-Type": "application/yaml", Accept: "application/json" };
    if (!only_checks) {
      Object.assign(headers, this.etag === null ? { "If-None-Match": "*" } : { "If-Match": this.etag });
    }
    const url = address(facts.settings, only_checks ? "?dry_run=1" : "");
    for (;;) {
      const who = identity();
      const answer = await fetch(url, { method: "PUT", body: this.text.value, headers: { ...headers, ...who } });
      if (answer.status === 401 && await ask_token(who)) {
        continue;
      }
      if (answer.status === 412) {
        this.say(t("settings_changed"));
        return;
      }
      if (!answer.ok) {
        const problem = Problem.of(answer.status, await answer.text());
        this.say(problem.message, problem.body.errors);
        return;
      }
      const settings = await answer.json();
      if (!only_checks) {
        this.show(settings);
        await this.load_former();
        await this.page.learn();
      }
      this.say(t(only_checks ? "settings_good" : "settings_saved"));
      return;
    }
  }

  close() {
    this.element.remove();
  }
}
