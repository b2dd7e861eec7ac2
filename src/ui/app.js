// The page: what stands at its address is shown, and everything else is told when it changes.
//
//   #                  the list of jobs, and where files are sent
//   #open=ID&page=N    one job, at its page N
//   #settings          the settings, where the server has some
//   #job=ID            one job's bar and nothing else
import { change_token, facts, is_away, load_facts, takes_tokens } from "./core/api.js";
import { JobBar } from "./list/bar.js";
import { curl_button, of_events, of_tasks } from "./core/curl.js";
import { Detail } from "./job/detail.js";
import { el, find, set_text, show } from "./core/dom.js";
import { Jobs } from "./core/jobs.js";
import { JobList } from "./list/list.js";
import { Live } from "./core/live.js";
import { Speaker } from "./list/speaker.js";
import { Settings } from "./settings/settings.js";
import { Uploads } from "./list/upload.js";
import { choose_language, fill, language, names_of_languages, t } from "./core/words.js";

class Page {
  constructor() {
    this.jobs = new Jobs();
    this.speaker = new Speaker();
    this.jobs.addEventListener("change", ({ detail }) => this.changed(detail));
    this.jobs.addEventListener("away", () => this.tell_live());
    this.jobs.addEventListener("back", () => this.came_back());
    this.jobs.addEventListener("problem", ({ detail }) => this.tell_problem(new Error(detail)));
    this.live = new Live({
      // Lines of a log change nothing of the job itself.
      on_event: (name, { job_id: id }) => (name === "log" ? this.hear_log(id) : this.jobs.touch(id)),
      on_state: (state) => {
        this.jobs.is_live = state === "live";
        this.tell_live();
      },
      on_begin: () => this.jobs.load(),
    });
    show(find("#settings-link"), facts.settings !== null);
    show(find("#change-token"), takes_tokens());
    find("#change-token").addEventListener("click", async () => await change_token() && this.jobs.load());
    this.list = new JobList(find("#jobs"), this);
    this.uploads = new Uploads(this);
    find("#list-actions").append(curl_button(() => [[t("all_jobs"), of_tasks()],
      ...facts.events === null ? [] : [[t("events"), of_events()]]]));
    find("#problem-close").addEventListener("click", () => show(find("#problem"), false));
    addEventListener("hashchange", () => this.route());
    addEventListener("unhandledrejection", ({ reason }) => this.tell_problem(reason));
  }

  start() {
    this.route();
    this.tell_live();
    this.jobs.load();
    this.jobs.run();
    this.live.start();
  }

  route() {
    const at = new URLSearchParams(location.hash.slice(1));
    const open = at.get("open");
    const settings = at.has("settings") && facts.settings !== null;
    if (this.detail?.id !== open) {
      this.detail?.close();
      this.detail = undefined;
    }
    this.settings?.close();
    this.settings = undefined;
    show(find("#home"), open === null && !settings);
    show(find("#opened"), open !== null || settings);
    if (settings) {
      this.open_settings();
      return;
    }
    if (open === null) {
      document.title = facts.title;
      return;
    }
    if (this.detail === undefined) {
      this.detail = new Detail(open, this);
      find("#opened").append(this.detail.element);
      this.detail.turn_to(Number(at.get("page") ?? 1) || 1);
      this.update_detail().then(() => this.detail?.heading.focus());
      this.jobs.touch(open);  // it may be older than those in the list
    } else {
      this.detail.turn_to(Number(at.get("page") ?? 1) || 1);
    }
  }

  open_settings() {
    this.settings = new Settings(this);
    find("#opened").append(this.settings.element);
    document.title = `${t("settings")} – ${facts.title}`;
    this.settings.act(() => this.settings.load());
    this.settings.heading.focus();
  }

  async update_detail() {
    const { detail } = this;
    try {
      await detail.update();
      document.title = `${detail.heading.textContent} – ${facts.title}`;
    } catch (error) {
      if (detail === this.detail && error.status === 404) {
        this.show_list();
      }
      this.tell_problem(error);
    }
  }

  show_list() {
    if (location.hash !== "") {
      location.hash = "";
    }
  }

  // ---- What is heard.

  changed(ids) {
    for (const id of ids) {
      const job = this.jobs.get(id);
      if (job !== undefined) {
        this.speaker.hear(job);
      }
    }
    if (this.detail !== undefined && ids.includes(this.detail.id)) {
      if (this.jobs.get(this.detail.id) === undefined) {
        this.show_list();
      } else {
        this.update_detail();
      }
    }
  }

  hear_log(id) {
    if (id === this.detail?.id) {
      this.detail.log?.update();
    }
  }

  came_back() {
    this.tell_live();
    if (this.detail !== undefined) {
      this.update_detail();
    }
  }

  tell_live() {
    const state = this.jobs.is_away ? "away" : this.live.state === "away" ? "connecting" : this.live.state;
    const note = find("#live");
    note.dataset.state = state;
    set_text(note, t(`live_${state}`));
  }

  // ---- What the parts ask for.

  /** The settings have changed, and with them what the locations take. */
  async learn() {
    await load_facts();
    this.uploads.learn();
  }

  drawn() {
    show(find("#no-jobs"), this.jobs.loaded === true && this.jobs.order.length === 0);
  }

  follow(id) {
    this.speaker.follow(id);
  }

  announce(text) {
    this.speaker.say(text);
  }

  removed(id) {
    if (this.detail?.id === id) {
      this.show_list();
    }
    find("#jobs-heading").focus();
  }

  tell_problem(error) {
    if (error?.name === "AbortError" || is_away(error)) {
      return;  // that the server is away is told by itself
    }
    set_text(find("#problem-text"), error?.message ?? String(error));
    show(find("#problem"), true);
  }
}

async function begin() {
  document.documentElement.lang = language;
  fill(document);
  await load_facts();
  document.title = facts.title;
  set_text(find("#title"), facts.title);
  const bar_of = () => /^#job=([\w-]+)$/.exec(location.hash)?.[1];
  if (bar_of() !== undefined) {
    document.body.replaceChildren(el("main", {}, new JobBar(bar_of()).element));
    addEventListener("hashchange", () => location.reload());
    return;
  }
  addEventListener("hashchange", () => bar_of() !== undefined && location.reload());
  const choice = find("#language");
  choice.replaceChildren(...Object.entries(names_of_languages).map(([name, word]) =>
    el("option", { value: name, lang: name, selected: name === language }, word)));
  choice.addEventListener("change", () => choose_language(choice.value));
  new Page().start();
  document.documentElement.dataset.ready = "true";
}

begin();
