// What can be done with a job: cancel, retry, delete, each with its curl command.
import { get_json, request, result_address } from "../core/api.js";
import { curl_button, of_cancel, of_delete, of_retry, of_save, of_status } from "../core/curl.js";
import { el, show } from "../core/dom.js";
import { t } from "../core/words.js";

/** Buttons for a job and a function that shows those that its state allows. `page` has jobs, uploads and tell(). */
export function actions_of(id, page) {
  const name = () => page.jobs.get(id)?.filename ?? t("without_name");
  const act = (action) => async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await action();
    } catch (error) {
      page.tell_problem(error);
    } finally {
      button.disabled = false;
    }
  };
  const cancel = act(async () => {
    await request(result_address(id, "/cancel"), { method: "POST" });
    page.jobs.touch(id);
  });
  const remove = act(async () => {
    if (confirm(t("delete_really", { name: name() }))) {
      await request(result_address(id), { method: "DELETE", allow: [404] });
      page.jobs.touch(id);
      page.removed(id);
    }
  });
  const retry = act(() => retry_job(id, page));
  const buttons = Object.entries({ cancel, retry, delete: remove }).map(([key, onclick]) =>
    [key, el("button", { type: "button", onclick, data: { action: key } }, t(key))]);
  const all = Object.fromEntries(buttons);
  const curl = curl_button(async () => {
    const job = await get_json(result_address(id, "/status"));
    return [[t("status"), of_status(id)],
      ...job.final ? [] : [[t("cancel"), of_cancel(id)]],
      ...job.status === "failed" ? [[t("retry"), of_retry(id, page.uploads.upload, job)]] : [],
      [t("delete"), of_delete(id)],
      ...Object.keys(job.results).map((what) => [what, of_save(result_address(id, `/${what}`))])];
  });
  return {
    buttons: [...Object.values(all), curl],
    show(job) {
      for (const [key, button] of buttons) {
        const label = t(`${key}_of`, { name: name() });
        if (button.getAttribute("aria-label") !== label) {
          button.setAttribute("aria-label", label);
        }
      }
      show(all.cancel, !job.final);
      show(all.retry, job.status === "failed");
      show(all.delete, job.final);
    },
  };
}

/** Sends a failed job's files again: those that the page still has, with their options, else those that the server has,
 *  with the options that are chosen now. */
async function retry_job(id, page) {
  if (page.uploads.send_again(id)) {
    return;
  }
  const job = await get_json(result_address(id, "/status"));
  const files = await Promise.all(job.files.map(async (file, index) =>
    new File([await (await request(result_address(id, `/input/${index}`))).blob()], file.filename ?? "file",
      { type: file.content_type })));
  page.uploads.send(files, Object.entries(job.fields ?? {}));
}
