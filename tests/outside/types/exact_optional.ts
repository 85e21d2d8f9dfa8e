/**
 * Checked, never run, against the packed package and with `exactOptionalPropertyTypes`: what may be
 * `undefined` may be given as that.
 */

import {
  Collection,
  type CollectionOptions,
  type StandardSchema,
} from "@mayfly/store/collection";

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
