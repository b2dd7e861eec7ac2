// Files that are dropped, chosen or pasted, and whether the server would take them.
import { sniff, window_size } from "./sniff.js";

function read_entries(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

const file_of = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** All files of an entry of the file system, those of folders below it, too. */
async function collect(entry, files) {
  if (entry.isFile) {
    files.push(await file_of(entry));
    return;
  }
  const reader = entry.createReader();
  for (let entries = await read_entries(reader); entries.length > 0; entries = await read_entries(reader)) {
    for (const one of entries) {
      await collect(one, files);
    }
  }
}

/** The files of a drop or a paste. To be called within the event: afterwards its items are gone. */
export async function files_of(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter((entry) => entry !== null);
  const files = [];
  for (const entry of entries) {
    if (entry instanceof File) {
      files.push(entry);
    } else {
      await collect(entry, files);
    }
  }
  return files;
}

/** Why the server would refuse a file, in its own words; null where it would not. */
export async function refusal(file, upload) {
  const words = (key) => upload.refusals[key].replace("{name}", () => file.name);
  if (upload.max_size !== 0 && file.size > upload.max_size) {
    return words("too_large");
  }
  if (file.size === 0) {
    return words("empty_file");
  }
  if (upload.types !== null) {
    const head = new Uint8Array(await file.slice(0, window_size).arrayBuffer());
    if (!upload.types.includes(sniff(head))) {
      return words("unsupported_type");
    }
  }
  return null;
}
