/** Checked, never run: what a collection's values are inferred from. */

import { InMemoryStorage } from "@mayfly/store";
import {
  Collection,
  type CollectionCodec,
  type CollectionSetOptions,
  type JsonValue,
  type StandardSchema,
} from "@mayfly/store/collection";
import { Redis } from "ioredis";
import * as z from "zod";

type Assert<T extends true> = T;
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends
  (<X>() => X extends B ? 1 : 2) ? true : false;

/** An interface is JSON-like without an index signature. */
interface Session {
  user: string;
  tags?: string[];
}

const zod = z.object({
  name: z.string().trim(),
  tags: z.array(z.string()).default([]),
  age: z.number().optional(),
});
declare const byHand: StandardSchema<Session>;
declare const dates: CollectionCodec<Date>;

const plain = new Collection("c");
const stated = new Collection<Session>("c", { ttl: 1000, sliding: true });
const fromZod = new Collection("c", { schema: zod });
const fromHand = new Collection("c", { schema: byHand, ttl: 1000 });
const fromCodec = new Collection("c", { codec: dates });
const fromBoth = new Collection("c", { schema: z.date(), codec: dates });

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Same<typeof plain, Collection<JsonValue>>>,
  Assert<Same<typeof stated, Collection<Session>>>,
  Assert<Same<typeof fromZod, Collection<z.output<typeof zod>>>>,
  Assert<Same<typeof fromHand, Collection<Session>>>,
  Assert<Same<typeof fromCodec, Collection<Date>>>,
  Assert<Same<typeof fromBoth, Collection<Date>>>,
];

/** What may be written, and what may not. */
export async function calls(maybe: number | undefined): Promise<void> {
  const session: Session | undefined = await stated.get("k");
  await stated.set("k", session ?? { user: "ada" }, maybe);
  const options: CollectionSetOptions = { ttl: maybe, expiresAt: maybe };
  await stated.add("k", { user: "ada" }, options);
  await stated.update("k", (old) => old && { ...old, tags: [] });
  await stated.update("k", () => undefined, { ttl: maybe });
  for await (const key of stated.keys()) key.trim();
  for await (const [key, { user }] of stated.entries()) key.concat(user);
  new Collection<Session>("c", { storage: new InMemoryStorage(), ttl: maybe });
  new Collection<Session>("c", { storage: new Redis() });
  // @ts-expect-error The value is another type's.
  await stated.set("k", { user: 1 });
  // @ts-expect-error There is no such option.
  await stated.set("k", { user: "ada" }, { maxAge: 1 });
  // @ts-expect-error A change is synchronous.
  await stated.update("k", (old) => Promise.resolve(old));
  // @ts-expect-error A schema of one type, a codec of another.
  new Collection("c", { schema: byHand, codec: dates });
  // @ts-expect-error A schema of another version.
  new Collection("c", { schema: { "~standard": { version: 2 } } });
}
