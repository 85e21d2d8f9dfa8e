/** A million entries due at once, in Mayfly and in a naive store, and the frames meanwhile. */
import { ExpiringStore } from "../../mod.ts";
import { byId } from "./dom.ts";
import { Film, type Frame } from "./film.ts";
import { TimeoutStore } from "./timeout_store.ts";

/** How long, in ms, a slice of the filling takes, so that the page goes on meanwhile. */
const SLICE = 8;
const BATCH = 250;
/** This share of the entries is set beforehand, to learn how long all of them take. */
const TRIAL = 0.05;
/** Everything is due after so many times of that, the first try, and so many ms more. */
const MARGIN = 1.6;
const MOST_MARGIN = 12;
const LEAD = 1500;
/** The frames are watched from so many ms before everything is due, and after all is gone. */
const BEFORE = 400;
const AFTER = 600;
/** A strip shows so many ms at least. */
const STRIP = 3000;
/** Longer than this, in ms, is not waited for. */
const PATIENCE = 120_000;

/** A store in the rush. */
interface Contestant {
  set(key: number, ttl: number): void;
  /** How many entries are in memory. */
  held(): number;
}

/** What was seen. */
interface Seen {
  frames: Frame[];
  /** All in ms: the filling; from when all was due until all was gone. */
  filled: number;
  gone: number;
}

const CONTESTANTS: Record<string, () => Contestant> = {
  mayfly() {
    let held = 0;
    const store = new ExpiringStore<number, number>({
      onRemove: () => {
        held--;
      },
    });
    return {
      set(key, ttl) {
        store.set(key, key, ttl);
        held++;
      },
      held: () => held,
    };
  },
  timeouts() {
    const store = new TimeoutStore<number, number>();
    return {
      set: (key, ttl) => store.set(key, key, ttl),
      held: () => store.size,
    };
  },
};

/** The next frame; a tab that is hidden has none, and nothing can be measured. */
function nextFrame(): Promise<number> {
  return new Promise((resolve, reject) => {
    const hide = () => reject(new Error("The tab was hidden meanwhile"));
    document.addEventListener("visibilitychange", hide, { once: true });
    requestAnimationFrame(() => {
      document.removeEventListener("visibilitychange", hide);
      resolve(performance.now());
    });
  });
}

/** Sets so many entries that are due at that time, in slices; how long it took, in ms. */
async function fill(
  contestant: Contestant,
  count: number,
  due: number,
  say: (text: string) => void,
): Promise<number> {
  const start = performance.now();
  for (let key = 0; key < count;) {
    const end = performance.now() + SLICE;
    while (key < count && performance.now() < end) {
      const ttl = Math.max(due - performance.now(), 1);
      const to = Math.min(key + BATCH, count);
      while (key < to) contestant.set(key++, ttl);
    }
    say("filling");
    await nextFrame();
  }
  return performance.now() - start;
}

/** The stores of earlier tries, whose timers would disturb the next. */
let earlier: Contestant[] = [];

/** A new store, when no other has anything left to do. */
async function makeAlone(
  make: () => Contestant,
  say: (text: string) => void,
): Promise<Contestant> {
  while (earlier.some((contestant) => contestant.held() > 0)) {
    say("waiting for the timers of the last one");
    await nextFrame();
  }
  const contestant = make();
  earlier = [contestant];
  return contestant;
}

async function watch(
  make: () => Contestant,
  count: number,
  film: Film,
  say: (text: string) => void,
): Promise<Seen> {
  // They are due at once.
  const first = await makeAlone(make, say);
  const trial = await fill(first, count * TRIAL, 0, say);
  let contestant: Contestant;
  let due: number;
  let filled: number;
  let margin = MARGIN;
  do {
    if (margin > MOST_MARGIN) {
      throw new Error("The machine was too busy to fill the store in time");
    }
    contestant = await makeAlone(make, say);
    due = performance.now() + trial / TRIAL * margin + LEAD;
    filled = await fill(contestant, count, due, say);
    margin *= 2;
  } while (performance.now() > due - BEFORE);
  const frames: Frame[] = [];
  let last = performance.now();
  let gone = 0;
  while (gone === 0 || last < due + gone + AFTER) {
    const seconds = Math.ceil((due - last) / 1000);
    say(seconds > 0 ? `due in ${seconds} s` : "now");
    const now = await nextFrame();
    const frame = { start: last - due, end: now - due };
    last = now;
    if (frame.end < -BEFORE) continue;
    frames.push(frame);
    if (gone === 0 && contestant.held() === 0) gone = Math.max(now - due, 1);
    film.stretch(-BEFORE, Math.max(STRIP, now - due));
    film.show(frames, gone);
    if (now - due > PATIENCE) throw new Error("It takes too long");
  }
  return { frames, filled, gone };
}

function seconds(ms: number): string {
  return ms < 995 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function show(lane: HTMLElement, { frames, filled, gone }: Seen): void {
  const times = frames.map(({ start, end }) => end - start);
  const whole = times.reduce((sum, time) => sum + time, 0);
  const figures: Record<string, string> = {
    longest: seconds(Math.max(...times)),
    rate: Math.round(frames.length / whole * 1000).toString(),
    gone: seconds(gone),
    filled: seconds(filled),
  };
  for (const [name, text] of Object.entries(figures)) {
    lane.querySelector(`[data-figure="${name}"]`)!.textContent = text;
  }
  lane.querySelector("canvas")!.setAttribute(
    "aria-label",
    `The longest block was ${figures.longest}, at ${figures.rate} frames a second`,
  );
}

/** Makes the form work. */
export function startRush(): void {
  const form = byId<HTMLFormElement>("rush");
  const button = form.querySelector("button")!;
  const count = byId<HTMLSelectElement>("count");
  const status = byId("rush-status");
  const lanes = new Map(
    Object.keys(CONTESTANTS).map((name) => {
      const lane = document.querySelector<HTMLElement>(
        `[data-lane="${name}"]`,
      )!;
      return [name, { lane, film: new Film(lane.querySelector("canvas")!) }];
    }),
  );
  // A phone has less memory, and less patience.
  if (matchMedia("(pointer: coarse)").matches) count.value = "300000";

  async function run(): Promise<void> {
    for (const { lane, film } of lanes.values()) {
      film.show([], 0);
      for (const figure of lane.querySelectorAll("dd")) {
        figure.textContent = "–";
      }
    }
    let longest = STRIP;
    for (const [name, { lane, film }] of lanes) {
      const title = lane.querySelector("h3")!.textContent;
      const say = (text: string) => {
        const whole = `${title}: ${text}`;
        // Said once: a screen reader reads all that is set here.
        if (status.textContent !== whole) status.textContent = whole;
      };
      const entries = Number(count.value);
      const seen = await watch(CONTESTANTS[name], entries, film, say);
      longest = Math.max(longest, seen.frames.at(-1)!.end);
      show(lane, seen);
      // To one scale, so that they can be compared.
      for (const lane of lanes.values()) lane.film.stretch(-BEFORE, longest);
    }
    status.textContent = "Done. Your numbers will differ.";
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = count.disabled = true;
    try {
      await run();
    } catch (error) {
      status.textContent = `${(error as Error).message}: please run it again.`;
    }
    button.disabled = count.disabled = false;
  });
}
