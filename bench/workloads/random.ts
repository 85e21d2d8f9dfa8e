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

/** A copy in random order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const item = copy[i];
    copy[i] = copy[j];
    copy[j] = item;
  }
  return copy;
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
