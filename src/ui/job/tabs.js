// Tabs as ARIA has them: one of them is in the order of the keyboard, arrows change to the others.
import { el } from "../core/dom.js";

export class Tabs {
  /** on_choose(name) is called when another tab is chosen. */
  constructor(label, on_choose) {
    this.bar = el("div", { role: "tablist", class: "tabs", "aria-label": label });
    this.panel = el("div", { role: "tabpanel", class: "panel", id: "tab-panel", tabIndex: 0 });
    this.on_choose = on_choose;
    this.chosen = null;
    this.buttons = new Map();
    this.bar.addEventListener("keydown", (event) => {
      const names = [...this.buttons.keys()].filter((name) => this.buttons.get(name).isConnected);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = { Home: 0, End: names.length - 1 }[event.key]
        ?? (step && (names.indexOf(this.chosen) + step + names.length) % names.length);
      if (at !== undefined) {
        event.preventDefault();
        this.choose(names[at]);
        this.buttons.get(names[at]).focus();
      }
    });
  }

  /** Has tabs of these names and words, [name, word] each, and keeps the one that is chosen if it is among them. */
  offer(tabs) {
    for (const [name, word] of tabs) {
      if (!this.buttons.has(name)) {
        const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, tabIndex: -1, "aria-selected": "false",
                                      "aria-controls": "tab-panel", onclick: () => this.choose(name) }, word);
        this.buttons.set(name, button);
      }
    }
    const buttons = tabs.map(([name]) => this.buttons.get(name));
    if (buttons.length !== this.bar.children.length || buttons.some((button, at) => button !== this.bar.children[at])) {
      this.bar.replaceChildren(...buttons);  // only then: what is put in anew loses the focus
    }
    if (!tabs.some(([name]) => name === this.chosen) && tabs.length > 0) {
      this.choose(tabs[0][0]);
    }
  }

  choose(name) {
    if (name === this.chosen) {
      return;
    }
    this.chosen = name;
    for (const [one, button] of this.buttons) {
      button.setAttribute("aria-selected", String(one === name));
      button.tabIndex = one === name ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `tab-${name}`);
    this.on_choose(name);
  }
}
