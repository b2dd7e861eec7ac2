// Making elements. Texts are always text: nothing here, and nothing elsewhere in the page, reads HTML.

/** An element with properties, attributes (names with a dash, role, for, list) and children; null children are left out. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (key === "class") {
      element.className = value;
    } else if (key === "data") {
      Object.assign(element.dataset, value);
    } else if (key.includes("-") || ["role", "for", "list", "colspan", "rowspan"].includes(key)) {
      element.setAttribute(key, value === true ? "" : value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const find = (selector, below = document) => below.querySelector(selector);

/** Changes a text only where it is another one: what did not change is not read again by screen readers. */
export function set_text(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function show(element, visible) {
  if (element.hidden === visible) {
    element.hidden = !visible;
  }
}

/** A dialog with a title and a button that closes it; gone from the document when it is closed. */
export function open_dialog(title, close_word, ...children) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, heading, ...children,
    el("form", { method: "dialog" }, el("button", { class: "plain" }, close_word)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Saves bytes under a name. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
