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
 * The result of a schema: the value that it returns, or the issues.
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
 * A schema that follows Standard Schema, version 1: of zod, valibot, arktype and others. It is
 * structurally typed, so none of them is a dependency. It must be synchronous.
 *
 * @typeParam T The type of the values that it accepts.
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
  /** The properties of the specification. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** For the compiler only. */
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
 * Encodes values as text and decodes them again. The text must be well-formed (no half of a
 * surrogate pair).
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
  /** Returns the text of a value; throws if it has none. */
  encode(value: T): string;
  /** Returns the value of a text; throws if the text is not from `encode`. */
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
   * The backend of the values.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: CollectionStorage | undefined;
  /**
   * The TTL of an entry in ms: positive, a fraction is rounded up; `Infinity`: it never expires.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * Whether a `get` restarts the TTL. It always sets the collection's `ttl`, which must be finite,
   * even if the entry was set with another one.
   *
   * @default {false}
   */
  sliding?: boolean | undefined;
  /**
   * Checks every value when it is stored and when it is read. Its output is stored, so it must accept
   * its own output unchanged.
   *
   * @default {none}
   */
  schema?: StandardSchema<T> | undefined;
  /**
   * Encodes values as text: for encryption, or for values that are not JSON.
   *
   * @default {JSON; other values are refused}
   */
  codec?: CollectionCodec<T> | undefined;
}

/**
 * When an entry expires, in place of the collection's `ttl`. Give at most one of the three.
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
  /** The TTL in ms: positive, a fraction is rounded up; `Infinity`: it never expires. */
  ttl?: number | undefined;
  /**
   * The deadline in ms since the epoch, by the backend's clock; `Infinity`: never. If it is past,
   * nothing is stored and an existing entry is removed.
   */
  expiresAt?: number | undefined;
  /** `true`: keeps the deadline of the entry that is replaced, if there is one. */
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
   * The new TTL in ms: positive, a fraction is rounded up; `Infinity`: the entry never expires.
   *
   * @default {the entry keeps its deadline; a new entry gets the collection's ttl}
   */
  ttl?: number | undefined;
}
