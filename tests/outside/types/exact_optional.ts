/**
 * Checked, never run, against the packed package and with `exactOptionalPropertyTypes`: what may be
 * `undefined` may be given as that.
 */

import {
  Collection,
  type CollectionOptions,
  type StandardSchema,
} from "@mayfly/store/collection";
import {
  ExpiringStore,
  InMemoryStorage,
  type InMemoryStorageOptions,
  type StorageBackend,
  update,
} from "@mayfly/store";
import type { ConnectOptions } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import { KeyvStorage, type KeyvStorageEntry } from "@mayfly/store/keyv";
import {
  createEventStore,
  createRequestState,
  createResponseCacheStore,
  createTokenStorage,
} from "@mayfly/store/mcp";
import type { SqliteStorageOptions } from "@mayfly/store/sqlite";

interface Session {
  user: string;
  seen?: number;
}

/** A schema as its specification spells it. */
declare const specified: {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?:
      | { readonly input: string; readonly output: Session }
      | undefined;
    readonly validate: (
      value: unknown,
      options?: { readonly libraryOptions?: object | undefined } | undefined,
    ) =>
      | { readonly value: Session; readonly issues?: undefined }
      | {
        readonly issues: ReadonlyArray<{
          readonly message: string;
          readonly path?:
            | ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>
            | undefined;
        }>;
      }
      | Promise<{ readonly value: Session; readonly issues?: undefined }>;
  };
};

/** What may be written. */
export async function calls(maybe: number | undefined): Promise<void> {
  const schema: StandardSchema<Session> = specified;
  const options: CollectionOptions<Session> = {
    ...{ storage: undefined, ttl: maybe, sliding: undefined },
    ...{ schema, codec: undefined },
  };
  const sessions = new Collection("session", options);
  const inferred: Collection<Session> = new Collection("session", {
    schema: specified,
  });
  await sessions.set("k", { user: "ada" }, { ttl: maybe, keepTtl: undefined });
  await inferred.update("k", (old) => old, { ttl: maybe });
}

/** An interface, which has no index signature, is JSON all the same. */
interface User {
  name: string;
  tags?: string[];
  parent?: User | undefined;
}

/** What is kept in a backend. */
export async function kept(
  storage: StorageBackend | undefined,
  ttl: number | undefined,
  text: string | undefined,
): Promise<void> {
  const users = new Handles<User>({
    ...{ storage, ttl, prefix: text, sliding: undefined },
  });
  const handle = await users.mint({ name: "ada" }, { owner: text, ttl });
  const user: User = await users.take(handle, { owner: text });
  await users.update(handle, ({ name }) => ({ name, tags: [] }));

  const conversations = new Conversations({
    ...{ storage, ttl, prefix: text, maxTurns: ttl, maxBytes: ttl },
  });
  const id = await conversations.create({ parent: text, data: undefined });
  await conversations.append(id, {
    ...{ role: "user", content: user.name },
    ...{ files: undefined, images: undefined, metadata: undefined },
  });
  await conversations.chain(id, { maxDepth: ttl });
  await conversations.history(id, {
    ...{ maxTokens: 9, countTokens: undefined, render: undefined },
    maxDepth: ttl,
  });

  createRequestState<User>({
    ...{ storage, ttl, prefix: text, once: undefined, bind: undefined },
  });
  createEventStore({
    ...{ session: "s", storage, ttl, maxBytes: ttl, prefix: text },
  });
  const cache = createResponseCacheStore({ storage, prefix: text, ttl });
  await cache.get({ method: "m", params: text, partition: text });
  createTokenStorage({ storage, prefix: text });
  const entry: KeyvStorageEntry = { key: "k", value: 1, expires: ttl, ttl };
  await new KeyvStorage({ storage, namespace: text, keyPrefixSeparator: text })
    .setMany([entry]);
}

/** Stores and storages. */
export async function stores(
  number: number | undefined,
  storage: InMemoryStorageOptions | undefined,
): Promise<SqliteStorageOptions> {
  new ExpiringStore<string, string>({
    ...{ ttl: number, sliding: undefined, maxAge: number },
    ...{ sweepInterval: number, onRemove: undefined, onError: undefined },
    ...{ now: undefined, maxEntries: number, maxWeight: number },
    ...{ weigh: undefined, eviction: undefined },
  }).set("k", "v", {
    ...{ ttl: number, expiresAt: number, keepTtl: undefined, maxAge: number },
  });
  const shared = {
    ...{ timeoutHours: number, sweepInterval: number, logger: undefined },
    ...{ now: undefined, maxBytes: number, eviction: undefined },
  };
  const memory = new InMemoryStorage({ ...shared, maxEntries: number });
  await update(memory, "k", () => null, { ttl: number });
  const options: ConnectOptions = {
    ...{ connectTimeout: number, storage, client: undefined },
  };
  return { ...shared, busyTimeout: options.connectTimeout };
}
