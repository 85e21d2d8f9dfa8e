/** The live store of the page: its settings, and what happens in it. */
import { ExpiringStore } from "../../mod.ts";
import { byId, isCalm, make } from "./dom.ts";
import { EntryList } from "./entry_list.ts";

type Options = NonNullable<
  ConstructorParameters<typeof ExpiringStore<string, string>>[0]
>;
type Eviction = NonNullable<Options["eviction"]>;

/** What a full store can do, in the words of the page. */
const EVICTIONS: [name: string, text: string][] = [
  ["sieve", "SIEVE: evict the unvisited"],
  ["lru", "LRU: evict the least recently used"],
  ["soonest", "evict what expires soonest"],
  ["reject", "reject new entries"],
];
const KINDS = ["session", "thread", "handle", "token", "cart"];
/** The ttls of the first entries, as shares of the setting. */
const SEEDS = [0.95, 0.4, 0.7, 0.2, 0.85, 0.55];
/** How often somebody else uses the store, in ms, and how many entries they leave it at. */
const PACE = 700;
const CROWD = 11;
/** How many removals are shown. */
const LINES = 9;
/** A tab that was hidden for so many ms is told what it missed. */
const ABSENCE = 1000;

/** What the controls say. */
function readOptions(): Options {
  const room = Number(byId<HTMLSelectElement>("room").value);
  return {
    ttl: Number(byId<HTMLInputElement>("ttl").value) * 1000,
    ...byId<HTMLInputElement>("sliding").checked ? { sliding: true } : {},
    ...room < Infinity
      ? {
        maxEntries: room,
        eviction: byId<HTMLSelectElement>("eviction").value as Eviction,
      }
      : {},
  };
}

/** The code that makes such a store. */
function showCode(options: Options): void {
  const code = byId("code");
  code.textContent = "const store = new ExpiringStore({\n";
  for (const [name, value] of Object.entries(options)) {
    const text = typeof value === "number"
      ? value.toLocaleString("en-US").replaceAll(",", "_")
      : JSON.stringify(value);
    code.append(`  ${name}: `, make("b", "", text), ",\n");
  }
  code.append("});\n\nstore.set(key, value);\nstore.get(key);");
}

/** Offers what the store of this build accepts. */
function offerEvictions(): void {
  const select = byId<HTMLSelectElement>("eviction");
  for (const [name, text] of EVICTIONS) {
    try {
      new ExpiringStore({ maxEntries: 1, eviction: name as Eviction });
    } catch {
      continue;
    }
    const option = make("option", "", text);
    option.value = name;
    select.append(option);
  }
}

function logRemoval(key: string, reason: string): void {
  const line = make("li", reason);
  line.append(make("b", "", reason), ` ${key}`);
  const log = byId("log");
  log.prepend(line);
  while (log.children.length > LINES) log.lastElementChild!.remove();
}

/** Makes the store and keeps the page in step with it. */
export function startGarden(): void {
  offerEvictions();
  const list = new EntryList(byId("entries"), byId("more"), {
    read: (key) => store.get(key) !== undefined,
    drop: (key) => store.delete(key),
  });
  let options = readOptions();
  let store = makeStore();

  function makeStore(): ExpiringStore<string, string> {
    showCode(options);
    return new ExpiringStore<string, string>({
      ...options,
      onRemove: (_, key, reason) => {
        if (reason === "replaced") return;
        list.end(key, reason);
        logRemoval(key, reason);
      },
    });
  }

  function set(ttl?: number): void {
    const kind = KINDS[Math.floor(Math.random() * KINDS.length)];
    const key = `${kind}:${Math.random().toString(16).slice(2, 6)}`;
    try {
      store.set(key, "alive", ttl);
      list.add(key);
    } catch (error) {
      logRemoval((error as Error).name, "refused");
    }
  }

  function changeOptions(): void {
    const others = store;
    options = readOptions();
    byId("ttl-text").textContent = `${options.ttl! / 1000} s`;
    byId<HTMLSelectElement>("eviction").disabled = !options.maxEntries;
    store = makeStore();
    // What was alive moves over, the oldest first, as far as there is room.
    const keys = [...others.keys()].slice(-(options.maxEntries ?? Infinity));
    for (const key of others.keys()) {
      if (!keys.includes(key)) list.end(key, "evicted");
    }
    for (const key of keys) store.set(key, "alive");
    others.shutdown();
  }

  function useAsOthersDo(): void {
    if (document.hidden || !byId<HTMLInputElement>("traffic").checked) return;
    const keys = [...store.keys()];
    if (keys.length > 0 && Math.random() < 0.55) {
      list.read(keys[Math.floor(Math.random() ** 2 * keys.length)]);
    } else if (keys.length < CROWD) set();
  }

  /** Who comes back to the tab finds what the clock says, timers or not. */
  function watchAbsence(): void {
    let left = 0;
    let expired = 0;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        left = Date.now();
        expired = store.stats().expired;
        return;
      }
      const time = Date.now() - left;
      if (left === 0 || time < ABSENCE) return;
      const count = (store.sweep(), store.stats().expired) - expired;
      byId("away").textContent = `You were away for ${
        Math.round(time / 1000)
      } s. ${count} entries died meanwhile, on time.`;
    });
  }

  function draw(): void {
    list.draw((key) => store.remainingTtl(key), options.ttl!);
    for (const [name, value] of Object.entries(store.stats())) {
      const place = document.querySelector(`[data-stat="${name}"]`);
      if (place) place.textContent = value.toLocaleString("en-US");
    }
  }

  const controls = byId<HTMLFormElement>("controls");
  controls.addEventListener("submit", (event) => {
    event.preventDefault();
    set();
  });
  byId("set-ten").addEventListener("click", () => {
    for (let i = 0; i < 10; i++) set();
  });
  byId("clear").addEventListener("click", () => store.clear());
  for (const id of ["ttl", "sliding", "room", "eviction"]) {
    byId(id).addEventListener("input", changeOptions);
  }
  if (isCalm()) byId<HTMLInputElement>("traffic").checked = false;
  for (const share of SEEDS) set(options.ttl! * share);
  setInterval(useAsOthersDo, PACE);
  watchAbsence();
  if (isCalm()) {
    setInterval(draw, 250);
  } else {
    const drawFrame = () => {
      draw();
      requestAnimationFrame(drawFrame);
    };
    drawFrame();
  }
}
