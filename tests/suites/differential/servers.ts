/** The two ways to a server: on the wire, and through the methods of ioredis. */

import { Redis } from "ioredis";
import { RespConnection, type WireReply } from "../oracle/resp_connection.ts";
import { ADVANCE } from "./sequences.ts";

/** What a command came to, as the caller of a client sees it. */
export type Answer =
  | string
  | number
  | null
  | { error: string }
  | readonly Answer[];

/** A command, as it is passed on: its name, then its arguments. */
export type Call = readonly [name: string, ...args: unknown[]];

/** Something that answers commands. */
export interface Server {
  /** Runs the commands in one go and answers what each came to. */
  run(calls: readonly Call[]): Promise<Answer[]>;
  /**
   * Whether whole numbers from about 2^53 on are not the nearest double: the
   * parser of ioredis adds digit after digit and may round each time.
   */
  readonly roundsOften: boolean;
  /** Ends the connection. */
  close(): void;
}

/**
 * Counts the keys that are alive. A server's own `DBSIZE` counts those as well
 * whose time is over but which it has not come upon since.
 */
const DBSIZE_SCRIPT = `return #redis.call("KEYS", "*")`;

/** Moves all deadlines back, which for a server is to move its clock on. */
const ADVANCE_SCRIPT = `
  for _, key in ipairs(redis.call("KEYS", "*")) do
    local left = redis.call("PTTL", key)
    if left >= 0 then
      redis.call("PEXPIRE", key, string.format("%.0f", left - 1000 * ARGV[1]))
    end
  end
  return redis.status_reply("OK")`;

/** A server that gets the words just as they are. */
export async function onTheWire(port: number): Promise<Server> {
  const connection = await RespConnection.open(port);
  return {
    async run(calls) {
      const replies = await connection.send(
        calls.map((call) => forServer(call).map(String)),
      );
      return replies.map(toAnswer);
    },
    roundsOften: false,
    close: () => connection.close(),
  };
}

/** A server behind the methods of an ioredis client. */
export function throughIoredis(port: number): Promise<Server> {
  const client = new Redis({ host: "127.0.0.1", port });
  const methods = client as unknown as Record<
    string,
    (...args: readonly unknown[]) => Promise<Answer>
  >;
  return Promise.resolve({
    run: (calls) =>
      Promise.all(calls.map(async (call) => {
        const [name, ...args] = forServer(call);
        try {
          return await methods[name.toLowerCase()]!(...args);
        } catch (error) {
          return { error: (error as Error).message };
        }
      })),
    roundsOften: true,
    close: () => client.disconnect(),
  });
}

/** What a server is asked for a command, which is the same but for two. */
function forServer(call: Call): Call {
  const [name, ...args] = call;
  if (name === ADVANCE) return ["EVAL", ADVANCE_SCRIPT, 0, ...args];
  if (name === "DBSIZE" && args.length === 0) {
    return ["EVAL", DBSIZE_SCRIPT, 0];
  }
  return call;
}

/** What a client would make of a reply. */
function toAnswer(reply: WireReply): Answer {
  switch (reply.kind) {
    case "status":
      return reply.text;
    case "error":
      return { error: reply.message };
    case "integer":
      return Number(reply.value);
    case "bulk":
      return reply.bytes === null
        ? null
        : new TextDecoder("utf-8", { ignoreBOM: true }).decode(reply.bytes);
    case "array":
      return reply.items.map(toAnswer);
  }
}
