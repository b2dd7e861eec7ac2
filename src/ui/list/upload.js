// Sending files: where to, with which options, one job or several; what is on its way and how far.
import { address, ask_token, facts, identity, Problem } from "../core/api.js";
import { curl_button, of_upload } from "../core/curl.js";
import { el, find, pause, show } from "../core/dom.js";
import { files_of, refusal } from "../core/files.js";
import { t } from "../core/words.js";

const at_once = 2;
const tries = 5;

// What the page itself shows of a document: it asks for these where the location lets it.
const wanted = ["html", "markdown", "text", "json", "png"];

const random_key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) =>
  byte.toString(16).padStart(2, "0")).join("");

export class Uploads {
  constructor(page) {
    this.page = page;
    this.upload = facts.uploads[0];
    this.queue = [];
    this.running = 0;
    this.sent = new Map();  // by the job's id: what was sent, to be sent again
    this.list = find("#sending");
    this.form = find("#options");
    this.build();
    this.listen();
  }

  // ---- The form.

  build() {
    show(find("#where-row"), facts.uploads.length > 1);
    const where = find("#where");
    where.replaceChildren(...facts.uploads.map((upload, index) =>
      el("option", { value: String(index) }, new URL(address(upload.url)).pathname)));
    where.addEventListener("change", () => this.learn());
    find("#choose-files").addEventListener("click", () => find("#files").click());
    find("#choose-folder").addEventListener("click", () => find("#folder").click());
    for (const input of [find("#files"), find("#folder")]) {
      input.addEventListener("change", () => {
        this.take([...input.files]);
        input.value = "";
      });
    }
    find("#upload-actions").append(curl_button(() =>
      [[t("send_files"), of_upload(this.upload, [t("example_file")], this.fields())]]));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    find("#send-fields").addEventListener("click", () => this.send([], []));
    this.show_options();
  }

  /** Goes by what is known of the locations now. */
  learn() {
    this.upload = facts.uploads[Number(find("#where").value) || 0];
    this.show_options();
  }

  /** Shows the options that this location lets clients set, with what it does by itself. */
  show_options() {
    const { options, formats, languages, ocr, types, kind } = this.upload;
    for (const row of this.form.querySelectorAll("[data-option]")) {
      show(row, options.includes(row.dataset.option));
    }
    const chosen = new Set([...formats, ...wanted].filter((name) => facts.formats.includes(name)));
    find("#formats").replaceChildren(el("legend", {}, t("formats")), ...facts.formats.map((name) => el("label", {},
      el("input", { type: "checkbox", name: "formats", value: name, checked: chosen.has(name) }), name)));
    find("#languages").value = languages;
    find("#languages-known").textContent = t("languages_known", { names: facts.languages.join(", ") });
    find("#ocr").value = ocr;
    find("#files").accept = "";
    find("#taken").textContent = types === null ? t("takes_all") : t("takes", { types: types.join(", ") });
    show(find("#fields-row"), true);
    show(find("#send-fields"), kind === "command");
  }

  /** The options and fields as they are chosen, [name, value] each; what is as the location has it is left out. */
  fields() {
    const { options, formats, languages, ocr } = this.upload;
    const fields = [];
    const add = (name, value, usual) => {
      if (options.includes(name) && value !== "" && value !== usual) {
        fields.push([name, value]);
      }
    };
    const chosen = [...this.form.querySelectorAll("[name=formats]:checked")].map((box) => box.value);
    add("formats", chosen.join(","), facts.formats.filter((name) => formats.includes(name)).join(","));
    add("languages", find("#languages").value.trim(), languages);
    add("ocr", find("#ocr").value, ocr);
    add("pages", find("#pages").value.trim(), "");
    add("password", find("#password").value, "");
    for (const line of find("#fields").value.split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0) {
        fields.push([line.slice(0, equals).trim(), line.slice(equals + 1).trim()]);
      }
    }
    return fields;
  }

  // ---- Files that come.

  listen() {
    const overlay = find("#drop");
    let depth = 0;
    const has_files = (event) => event.dataTransfer?.types.includes("Files");
    const over = (change) => {
      depth = change === 0 ? 0 : Math.max(0, depth + change);
      show(overlay, depth > 0);
    };
    document.addEventListener("dragenter", (event) => has_files(event) && over(1));
    document.addEventListener("dragleave", (event) => has_files(event) && over(-1));
    document.addEventListener("dragover", (event) => has_files(event) && event.preventDefault());
    document.addEventListener("drop", async (event) => {
      if (has_files(event)) {
        event.preventDefault();
        over(0);
        this.take(await files_of(event.dataTransfer).catch((error) => this.page.tell_problem(error) ?? []));
      }
    });
    document.addEventListener("paste", async (event) => {
      if (event.clipboardData?.files.length > 0) {
        event.preventDefault();
        this.take(await files_of(event.clipboardData));
      }
    });
    addEventListener("beforeunload", (event) => {
      if (this.running > 0 || this.queue.length > 0) {
        event.preventDefault();
      }
    });
  }

  /** Refuses what the server would refuse, and sends the rest, as one job or a job each. */
  async take(files) {
    if (files.length === 0) {
      return;
    }
    this.page.show_list();
    const { upload } = this;
    const good = [];
    for (const file of files) {
      const why = await refusal(file, upload).catch(() => t("not_readable"));
      if (why === null) {
        good.push(file);
      } else {
        this.refuse(file.name, why);
      }
    }
    if (find("#as-one").checked && good.length > 1) {
      const total = good.reduce((sum, file) => sum + file.size, 0);
      if (good.length > upload.max_files) {
        this.refuse(t("files_together", { count: good.length }), upload.refusals.too_many_files);
      } else if (upload.max_size !== 0 && total > upload.max_size) {
        this.refuse(t("files_together", { count: good.length }), upload.refusals.too_large);
      } else {
        this.send(good);
      }
    } else {
      good.forEach((file) => this.send([file]));
    }
  }

  row_for(name) {
    const row = el("docket-sending");
    const item = el("li", {}, row);
    this.list.append(item);
    row.addEventListener("forget", () => item.remove());
    return { row, item, name };
  }

  refuse(name, why) {
    const { row } = this.row_for(name);
    row.show({ name, state: "refused", sent: 0, total: 0, why });
    this.page.announce(t("say_refused", { name, why }));
  }

  /** Sends the files of a job that this page sent before; false: it did not. */
  send_again(id) {
    const before = this.sent.get(id);
    if (before === undefined) {
      return false;
    }
    // The password of now: a wrong one is why some jobs fail.
    const password = this.fields().filter(([name]) => name === "password");
    const fields = [...before.fields.filter(([name]) => name !== "password" || password.length === 0), ...password];
    this.enqueue({ ...before, fields });
    return true;
  }

  send(files, more = []) {
    this.enqueue({ upload: this.upload, files, fields: [...this.fields(), ...more] });
  }

  // ---- On the way.

  enqueue({ upload, files, fields }) {
    const name = files.length === 0 ? t("fields_only") : files.length === 1 ? files[0].name
      : t("files_together", { count: files.length });
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const task = { upload, files, fields, total, left: tries, key: random_key(), ...this.row_for(name) };
    task.row.addEventListener("cancel", () => this.cancel(task));
    task.row.addEventListener("again", () => {
      task.left = tries;
      this.queue.push(task);
      this.next();
    });
    this.tell(task, "waiting");
    this.queue.push(task);
    this.next();
  }

  tell(task, state, sent = 0, why = "") {
    task.row.show({ name: task.name, state, sent, total: task.total, why });
  }

  cancel(task) {
    task.cancelled = true;
    task.xhr?.abort();
    this.queue = this.queue.filter((one) => one !== task);
    task.item.remove();
  }

  next() {
    while (this.running < at_once && this.queue.length > 0) {
      this.running += 1;
      this.run(this.queue.shift()).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  /** Until the server has answered. What did not arrive is sent again with the same key, so that nothing becomes two jobs. */
  async run(task) {
    let why = "";
    while (!task.cancelled && task.left > 0) {
      task.left -= 1;
      this.tell(task, "sending");
      const who = identity();
      const { status, text } = await this.post(task, who);
      if (status === 401 && await ask_token(who)) {
        task.left += 1;
        continue;
      }
      if (status >= 200 && status < 300) {
        this.accepted(task, JSON.parse(text));
        return;
      }
      const problem = Problem.of(status, text);
      why = status === 0 ? t("not_reached") : problem.message;
      if (status !== 0 && ![409, 429, 502, 503, 504].includes(status)) {
        break;
      }
      this.tell(task, "waiting", 0, why);
      await pause(1000);
    }
    if (!task.cancelled) {
      this.tell(task, "lost", 0, why);
      this.page.announce(t("say_refused", { name: task.name, why }));
    }
  }

  /** fetch() does not say how much was sent. */
  post(task, who) {
    return new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      task.xhr = xhr;
      xhr.upload.onprogress = (event) => this.tell(task, "sending", event.loaded * task.total / Math.max(event.total, 1));
      xhr.onload = () => resolve({ status: xhr.status, text: xhr.responseText });
      xhr.onerror = xhr.onabort = () => resolve({ status: 0, text: "" });
      xhr.open("POST", address(task.upload.url));
      // Whatever docket_defaults say: the page waits for nothing.
      Object.entries({ ...who, "Idempotency-Key": `"${task.key}"`, Prefer: "wait=0" }).forEach(([name, value]) =>
        xhr.setRequestHeader(name, value));
      const form = new FormData();
      // Options first: the server reads in the order of the form.
      task.fields.forEach(([name, value]) => form.append(name, value));
      task.files.forEach((file) => form.append("file", file, file.name));
      xhr.send(form);
    });
  }

  accepted(task, { job_id: id }) {
    task.item.remove();
    this.sent.set(id, { upload: task.upload, files: task.files, fields: task.fields });
    this.page.follow(id);
    this.page.jobs.touch(id);
  }
}
