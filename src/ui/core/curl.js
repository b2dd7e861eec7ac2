// The same by curl: every action of the page can show the request that it is.
import { address, facts, has_token, result_address } from "./api.js";
import { el, open_dialog } from "./dom.js";
import { t } from "./words.js";

export const quote = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function command(...parts) {
  return ["curl", ...has_token() ? ["-H", '"Authorization: Bearer $TOKEN"'] : [], ...parts].join(" ");
}

/** Of a form: fields are [name, value]. In curl's own notation a name with ; or , stands in quotes. */
export function of_upload(upload, names, fields) {
  const file_of = (name) => quote(`file=@${/[;,"]/.test(name) ? `"${name.replace(/(["\\])/g, "\\$1")}"` : name}`);
  return command(...names.map((name) => `-F ${file_of(name)}`),
    ...fields.map(([name, value]) =>
      `--form-string ${name === "password" ? '"password=$PASSWORD"' : quote(`${name}=${value}`)}`),
    quote(address(upload.url)));
}

export const of_get = (url) => command(quote(url));
export const of_save = (url) => command("-OJ", quote(url));
export const of_status = (id) => command(quote(result_address(id, "/status")));
export const of_cancel = (id) => command("-X POST", quote(result_address(id, "/cancel")));
export const of_delete = (id) => command("-X DELETE", quote(result_address(id)));
export const of_tasks = () => command(quote(address(facts.tasks)));
export const of_settings = (etag) => (etag === undefined ? command(quote(address(facts.settings)))
  : command("-T settings.yaml", "-H", quote(etag === null ? "If-None-Match: *" : `If-Match: ${etag}`), quote(address(facts.settings))));
export const of_events = () => command("-N", quote(address(facts.events)));

/** Fetches a job's files, and sends them again. */
export function of_retry(id, upload, job) {
  const names = job.files.map((file) => (file.filename ?? "file").replaceAll("/", "_"));
  return [...names.map((name, index) => command("-o", quote(name), quote(result_address(id, `/input/${index}`)))),
    of_upload(upload, names, Object.entries(job.fields ?? {}))].join(" &&\n");
}

/** Shows commands, each [what it does, command], to be copied. */
export function show_commands(commands) {
  const rows = commands.map(([what, text]) => el("div", { class: "command" },
    el("h3", {}, what), el("pre", { tabIndex: 0, "aria-label": what, role: "region" }, text), copy_button(text, what)));
  open_dialog(t("curl_title"), t("close"), ...rows);
}

/** A button that shows commands which are made when it is pressed. */
export function curl_button(make) {
  return el("button", { type: "button", class: "plain curl", title: t("curl_for_this"), "aria-label": t("curl_for_this"),
                        onclick: async () => show_commands(await make()) }, "curl");
}

/** A button that copies a text, and says that it did; `what` it is, for those who do not see it. */
export function copy_button(text, what = "") {
  const button = el("button", { type: "button", class: "plain", "aria-label": `${t("copy")} ${what}`.trim() }, t("copy"));
  button.addEventListener("click", async () => {
    const copied = await copy(typeof text === "function" ? await text() : text);
    button.textContent = t(copied ? "copied" : "not_copied");
    setTimeout(() => { button.textContent = t("copy"); }, 2000);
  });
  return button;
}

/** False where the browser does not allow it: without TLS there is no clipboard but on this machine. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { value: text, class: "outside" });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}
