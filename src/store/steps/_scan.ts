/** Walks and draws among slots instead of keys: in steps, from any place, without a record of the walk. */

import { type Chunk, CHUNK_BITS, CHUNK_SIZE, PLACE } from "../_entry_table.ts";

/** The number of random slots that are tried before all are looked at. */
const RANDOM_TRIES = 64;

/**
 * Looks for keys that live at `now`, from `cursor` (0: from the beginning) on: until it has
 * `count` of them, or has looked at a few thousand slots. The next cursor is 0 at the end.
 */
export function scan<K>(
  chunks: Chunk<K, unknown>[],
  cursor: number,
  count: number,
  now: number,
): [cursor: number, keys: K[]] {
  const keys: K[] = [];
  const end = chunks.length * CHUNK_SIZE;
  // Downwards, as entries move: see `leave`. A cursor is the slot that was looked at last.
  let slot = cursor === 0 ? end : Math.min(cursor, end);
  let looks = Math.max(count, CHUNK_SIZE);
  while (--slot >= 0) {
    const chunk = chunks[slot >>> CHUNK_BITS];
    if (chunk === undefined || chunk.live === 0) {
      slot &= ~PLACE;
      continue;
    }
    const place = Math.min(slot & PLACE, chunk.used - 1);
    slot = (slot & ~PLACE) | place;
    if (chunk.deadlines[place] > now) keys.push(chunk.pairs[2 * place] as K);
    if (keys.length >= count || --looks === 0) break;
  }
  return [Math.max(slot, 0), keys];
}

/** A random key that is live at `now`, each with the same chance; `undefined` if there is none. */
export function sampleKey<K>(
  chunks: Chunk<K, unknown>[],
  now: number,
): K | undefined {
  const last = chunks.at(-1);
  if (last === undefined) return undefined;
  const end = (chunks.length - 1) * CHUNK_SIZE + last.used;
  for (let tries = 0; tries < RANDOM_TRIES; tries++) {
    const slot = Math.floor(Math.random() * end);
    const chunk = chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    if (place < chunk?.used && chunk.deadlines[place] > now) {
      return chunk.pairs[2 * place] as K;
    }
  }
  return randomAmong(chunks, now);
}

// Where few live: takes the first, the second instead with a chance of 1/2, the third of 1/3...
function randomAmong<K>(
  chunks: Chunk<K, unknown>[],
  now: number,
): K | undefined {
  let chosen: K | undefined;
  let seen = 0;
  for (const chunk of chunks) {
    if (chunk === undefined || chunk.live === 0) continue;
    const { deadlines, used } = chunk;
    for (let place = 0; place < used; place++) {
      if (!(deadlines[place] > now)) continue;
      if (Math.random() * ++seen < 1) chosen = chunk.pairs[2 * place] as K;
    }
  }
  return chosen;
}
