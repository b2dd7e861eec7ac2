// An opened job: how far it is, what came of it, and its pages as they end.
import { actions_of } from "../list/actions.js";
import { get_json, has_token, request, result_address } from "../core/api.js";
import { copy_button, curl_button, of_get, of_save } from "../core/curl.js";
import { el, save, set_text, show } from "../core/dom.js";
import { Log } from "./log.js";
import { PageDesk } from "./page_desk.js";
import { Bar, name_of, remark_on, state_of } from "../list/row.js";
import { date, size, t } from "../core/words.js";

/** The name that the server gives a result, else one of our own. */
function name_in(answer, otherwise) {
  const field = answer.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(field)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="([^"]*)"/.exec(field)?.[1] ?? otherwise;
}

export class Detail {
  constructor(id, page) {
    Object.assign(this, { id, page, turn: Promise.resolve(), closed: false, etag: null });
    this.heading = el("h2", { tabIndex: -1 });
    this.badge = el("span", { class: "badge" });
    this.bar = new Bar();
    this.remark = el("span", { class: "remark" });
    this.facts = el("p", { class: "note" });
    this.error = el("p", { class: "error" });
    this.warnings = el("ul", { class: "warnings" });
    this.results = el("div", { class: "actions results" });
    this.files = el("ul", { class: "files" });
    const { buttons, show: show_actions } = actions_of(id, page);
    this.show_actions = show_actions;
    this.body = el("div", { class: "body" });
    this.element = el("article", { class: "detail", "aria-busy": "true" },
      el("p", {}, el("a", { href: "#" }, `← ${t("all_jobs")}`)), this.heading,
      el("div", { class: "how" }, this.badge, this.bar.pages, this.remark), this.bar.progress, this.error, this.warnings, this.facts,
      el("div", { class: "actions" }, buttons), this.results, this.files, this.body);
  }

  /** Fetches what there is now, one request after another. Fails for a job that is not there. */
  update() {
    this.turn = this.turn.catch(() => null).then(async () => {
      const job = await get_json(result_address(this.id, "/status"));
      if (!this.closed) {
        this.show(job);
        await (this.log?.update() ?? this.desk?.update(job));
      }
    });
    return this.turn;
  }

  show(job) {
    this.job = job;
    this.element.setAttribute("aria-busy", "false");
    const state = state_of(job);
    set_text(this.heading, name_of(job));
    set_text(this.badge, t(`state_${state}`));
    this.badge.dataset.state = state;
    this.element.dataset.state = state;
    this.bar.show(job, name_of(job));
    show(this.bar.progress, !job.final);
    set_text(this.remark, job.final ? "" : remark_on(job));
    set_text(this.error, job.status === "failed" && state !== "cancelled" ? job.error_message ?? "" : "");
    show(this.error, this.error.textContent !== "");
    this.warnings.replaceChildren(...job.warnings.map(({ page, detail }) =>
      el("li", {}, page === null ? detail : `${t("page")} ${page}: ${detail}`)));
    set_text(this.facts, [`${t("created")} ${date(job.created_at)}`,
      ...job.completed_at ? [`${t("ended")} ${date(job.completed_at)}`] : [],
      ...job.expires_at ? [`${t("kept_until")} ${date(job.expires_at)}`] : [],
      ...Object.entries(job.fields ?? {}).map(([name, value]) =>
        `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)].join(" · "));
    this.show_actions(job);
    this.show_results(job);
    this.make_body(job);
  }

  make_body(job) {
    if ("log" in job.results) {
      if (this.log === undefined) {
        this.log = new Log(this.id);
        this.body.append(this.log.element);
      }
    } else if (this.desk === undefined && (job.total_pages > 0 || !job.final)) {
      this.desk = new PageDesk(this.id, this.page, this.wanted_page ?? 1);
      this.body.append(this.desk.element);
    }
  }

  /** Shows page `number`; to be called before or after the job is known. */
  turn_to(number) {
    this.wanted_page = number;
    this.desk?.turn_to(number);
  }

  // ---- What there is to be had.

  show_results(job) {
    const key = JSON.stringify([job.status, Object.keys(job.results), job.files.length]);
    if (key === this.shown_results) {
      return;
    }
    this.shown_results = key;
    const results = job.status === "completed" ? Object.keys(job.results).filter((name) => !["images", "files"].includes(name))
      : Object.keys(job.results).filter((name) => name === "log");
    const links = [
      ...results.map((name) => this.download(name, `/${name}${["pdf", "layout_pdf", "png", "log", "result"].includes(name) ? "" : "?raw=1"}`, name)),
      ...job.files.map((file, index) => this.download(`${t("original")}: ${file.filename ?? ""} (${size(file.size)})`,
        `/input/${index}`, file.filename ?? "file")),
    ];
    this.results.replaceChildren(el("span", { class: "label" }, t("download")), ...links,
      curl_button(() => [...results.map((name) => [name, of_get(result_address(this.id, `/${name}?raw=1`))]),
        ...job.files.map((file, index) => [t("original"), of_save(result_address(this.id, `/input/${index}`))])]),
      el("span", { class: "label" }, t("link")), copy_button(() => location.href, t("link")));
    if (job.status === "completed" && "files" in job.results) {
      this.list_files().catch((error) => this.page.tell_problem(error));
    }
  }

  /** The files that a command left. */
  async list_files() {
    const { files } = await get_json(result_address(this.id, "/files"));
    this.files.replaceChildren(...files.map((file) => {
      const path = file.name.split("/").map(encodeURIComponent).join("/");
      return el("li", {}, this.download(`${file.name} (${size(file.size)})`, `/files/${path}`, file.name.split("/").pop()));
    }));
  }

  /** A link that saves; where a token is needed the bytes are fetched with it, since no address may have it. */
  download(word, rest, name) {
    const url = result_address(this.id, rest);
    const link = el("a", { href: url, download: name, class: "button" }, word);
    link.addEventListener("click", async (event) => {
      if (!has_token()) {
        return;
      }
      event.preventDefault();
      try {
        const answer = await request(url);
        save(await answer.blob(), name_in(answer, name));
      } catch (error) {
        this.page.tell_problem(error);
      }
    });
    return link;
  }

  close() {
    this.closed = true;
    this.desk?.close();
    this.element.remove();
  }
}
