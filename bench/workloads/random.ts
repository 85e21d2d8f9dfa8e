/** Random numbers that are the same in every run. */

/** Makes a generator of numbers from 0 up to 1 (mulberry32). */
export function makeRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `thread:` and a random UUID (version 4). */
export function makeKey(random: () => number): string {
  let hex = "";
  for (let i = 0; i < 4; i++) {
    hex += Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  }
  const variant = "89ab"[Math.floor(random() * 4)];
  return `thread:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${
    hex.slice(13, 16)
  }-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** So many of the items, each once, in random order. */
export function pickShuffled<T>(
  items: readonly T[],
  count: number,
  random: () => number,
): T[] {
  const places = new Uint32Array(items.length).map((_, i) => i);
  return Array.from({ length: count }, (_, i) => {
    const j = i + Math.floor(random() * (places.length - i));
    const place = places[j];
    places[j] = places[i];
    return items[place];
  });
}

/** Draws ranks from 0 up to `size`, rank r with a probability that goes by 1 / (r + 1) ** exponent. */
export function makeZipf(
  size: number,
  exponent: number,
  random: () => number,
): () => number {
  const sums = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank++) {
    sums[rank] = sum += 1 / (rank + 1) ** exponent;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle] > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
