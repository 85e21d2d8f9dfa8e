/** The bars: one for each entry, as long as it has still to live. */
import { make } from "./dom.ts";

/** How many bars there is room for. */
const SHOWN = 12;
/** How long, in ms, a hit and a removal are shown. */
const HIT = 350;
const FALL = 800;
/** A bar whose share is below this is pale. */
const LATE = 0.25;

interface Bar {
  item: HTMLElement;
  fill: HTMLElement;
  left: HTMLElement;
}

/** What a bar can ask of the store. */
export interface Calls {
  /** Reads an entry; whether it was there. */
  read(key: string): boolean;
  drop(key: string): void;
}

/** The list of bars. */
export class EntryList {
  readonly #list: HTMLElement;
  readonly #more: HTMLElement;
  readonly #calls: Calls;
  readonly #bars = new Map<string, Bar>();

  constructor(list: HTMLElement, more: HTMLElement, calls: Calls) {
    this.#list = list;
    this.#more = more;
    this.#calls = calls;
  }

  /** Shows an entry that was set. */
  add(key: string): void {
    if (this.#bars.has(key)) return;
    const item = make("li", "entry");
    const read = make("button", "read");
    const fill = make("span", "fill");
    const left = make("span", "left");
    read.type = "button";
    read.setAttribute("aria-label", `Read ${key}`);
    read.append(fill, make("span", "key", key), left);
    read.addEventListener("click", () => this.read(key));
    const drop = make("button", "drop", "×");
    drop.type = "button";
    drop.setAttribute("aria-label", `Delete ${key}`);
    drop.addEventListener("click", () => this.#calls.drop(key));
    item.append(read, drop);
    this.#bars.set(key, { item, fill, left });
    this.#list.append(item);
  }

  /** Reads an entry and shows that it was read. */
  read(key: string): void {
    const bar = this.#bars.get(key);
    if (!this.#calls.read(key) || bar === undefined) return;
    bar.item.classList.add("hit");
    setTimeout(() => bar.item.classList.remove("hit"), HIT);
  }

  /** Shows that an entry is gone, and why. */
  end(key: string, reason: string): void {
    const bar = this.#bars.get(key);
    if (bar === undefined) return;
    this.#bars.delete(key);
    const { item, fill, left } = bar;
    const hadFocus = item.contains(document.activeElement);
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.classList.add("gone");
    for (const button of item.querySelectorAll("button")) {
      button.disabled = true;
    }
    fill.style.transform = "scaleX(0)";
    left.textContent = reason;
    // Who goes through the bars by keyboard does not lose the place.
    if (hadFocus) next?.querySelector("button")?.focus();
    setTimeout(() => item.remove(), FALL);
  }

  /** Draws how long each entry has still to live, in ms, `whole` being a full bar. */
  draw(remaining: (key: string) => number | undefined, whole: number): void {
    let place = 0;
    for (const [key, { item, fill, left }] of [...this.#bars]) {
      const ms = remaining(key);
      if (ms === undefined) continue;
      item.hidden = place++ >= SHOWN;
      if (item.hidden) continue;
      const share = Math.min(ms / whole, 1);
      fill.style.transform = `scaleX(${share.toFixed(4)})`;
      left.textContent = `${(ms / 1000).toFixed(1)} s`;
      item.classList.toggle("late", share < LATE);
    }
    const rest = Math.max(place - SHOWN, 0);
    this.#more.textContent = rest > 0 ? `and ${rest} more` : "";
  }
}
