import type { StorageBackend } from "../backend/storage_backend.ts";

/**
 * The commands of a backend that a collection calls.
 *
 * @example Usage
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { Collection, type CollectionStorage } from "@mayfly/store/collection";
 *
 * const storage: CollectionStorage = new InMemoryStorage();
 * new Collection("session", { storage });
 * ```
 */
export type CollectionStorage = Pick<
  StorageBackend,
  "del" | "exists" | "get" | "getex" | "pexpire" | "pttl" | "scan" | "set"
>;

/**
 * What a schema answers: the value that it makes of what it was given, or what is wrong.
 *
 * @typeParam T The type of the value.
 *
 * @example Usage
 * ```ts
 * import type { SchemaResult } from "@mayfly/store/collection";
 *
 * const refused: SchemaResult<number> = { issues: [{ message: "must be a number" }] };
 * ```
 */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | {
    readonly issues: readonly {
      readonly message: string;
      readonly path?:
        | readonly (PropertyKey | { readonly key: PropertyKey })[]
        | undefined;
    }[];
  };

/**
 * A schema: any that follows Standard Schema, version 1 (zod, valibot, arktype and others), spelled
 * out, so that no dependency is needed. It must answer at once, not by a promise.
 *
 * @typeParam T The type of the values that it lets pass.
 *
 * @example A schema written by hand
 * ```ts
 * import { Collection, type StandardSchema } from "@mayfly/store/collection";
 * import { assertEquals } from "@std/assert";
 *
 * const count: StandardSchema<number> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "mine",
 *     validate: (value) =>
 *       typeof value === "number" ? { value } : { issues: [{ message: "must be a number" }] },
 *   },
 * };
 * const counts = new Collection("count", { schema: count });
 * assertEquals(await counts.update("a", (n = 0) => n + 1), 1);
 * ```
 */
export interface StandardSchema<T> {
  /** What the specification asks for. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** Who made the schema. */
    readonly vendor: string;
    /** For the compiler alone. */
    readonly types?:
      | { readonly input: unknown; readonly output: T }
      | undefined;
    /** Checks a value. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/**
 * How a value becomes text and text a value again. What `encode` makes must be well-formed text.
 *
 * @typeParam T The type of the values.
 *
 * @example Dates
 * ```ts
 * import { Collection, type CollectionCodec } from "@mayfly/store/collection";
 * import { assertEquals } from "@std/assert";
 *
 * const codec: CollectionCodec<Date> = {
 *   encode: (date) => date.toISOString(),
 *   decode: (text) => new Date(text),
 * };
 * const dates = new Collection("date", { codec });
 * await dates.set("epoch", new Date(0));
 * assertEquals(await dates.get("epoch"), new Date(0));
 * ```
 */
export interface CollectionCodec<T> {
  /** The text of a value. */
  encode(value: T): string;
  /** The value of a text. Throws if the text is not one that `encode` makes. */
  decode(text: string): T;
}

/**
 * Options of a `Collection`.
 *
 * @typeParam T The type of the values.
 *
 * @example Sessions that end half an hour after their last use
 * ```ts
 * import { Collection, type CollectionOptions } from "@mayfly/store/collection";
 *
 * const options: CollectionOptions<{ user: string }> = { ttl: 30 * 60_000, sliding: true };
 * new Collection("session", options);
 * ```
 */
export interface CollectionOptions<T> {
  /**
   * Where the values are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: CollectionStorage | undefined;
  /**
   * How long an entry lives, in ms: positive, a fraction is rounded up; `Infinity`: for ever.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * Whether a `get` starts the collection's `ttl` again, whatever the entry was set with. Needs a
   * `ttl` other than `Infinity`.
   *
   * @default {false}
   */
  sliding?: boolean | undefined;
  /**
   * Checks every value, when it is stored and when it is read. What it makes of a value is stored,
   * so it must take its own output unchanged.
   *
   * @default {none}
   */
  schema?: StandardSchema<T> | undefined;
  /**
   * How a value becomes text: for encryption, or for values that are not JSON.
   *
   * @default {JSON, and a value that is not JSON is refused}
   */
  codec?: CollectionCodec<T> | undefined;
}

/**
 * How long an entry lives, instead of the collection's `ttl`. At most one of the three.
 *
 * @example A session that ends at midnight
 * ```ts
 * import { Collection, type CollectionSetOptions } from "@mayfly/store/collection";
 *
 * const options: CollectionSetOptions = { expiresAt: new Date().setHours(24, 0, 0, 0) };
 * await new Collection<string>("session").set("s1", "ada", options);
 * ```
 */
export interface CollectionSetOptions {
  /** How long it lives, in ms: positive, a fraction is rounded up; `Infinity`: for ever. */
  ttl?: number | undefined;
  /**
   * When it expires, in ms since the epoch by the backend's clock; `Infinity`: never. If the time
   * has been reached, nothing is stored, and what was there is removed.
   */
  expiresAt?: number | undefined;
  /** `true`: it keeps the deadline of the entry that it replaces, if there is one. */
  keepTtl?: boolean | undefined;
}

/**
 * Options of `update`.
 *
 * @example A counter of the last minute
 * ```ts
 * import { Collection, type CollectionUpdateOptions } from "@mayfly/store/collection";
 *
 * const options: CollectionUpdateOptions = { ttl: 60_000 };
 * await new Collection<number>("hits").update("ada", (n = 0) => n + 1, options);
 * ```
 */
export interface CollectionUpdateOptions {
  /**
   * How long the entry lives from now on, in ms: positive, a fraction is rounded up; `Infinity`:
   * for ever.
   *
   * @default {what the entry has left; the collection's `ttl` for a new one}
   */
  ttl?: number | undefined;
}
