/**
 * Takes part in a race, beside other processes that do the same, and prints as
 * JSON what came of it:
 *
 *     races.ts <url> append <id> <name> <times> [<maxTurns>]    turns, ten at once
 *     races.ts <url> talk <id> <name> <ttl> <longest pause>     turns until the thread is gone
 *     races.ts <url> delete <processes> <id>...                 conversations, when all are there
 *     races.ts <url> take <handle>...                           handles
 */

import process from "node:process";
import {
  ConversationFullError,
  ConversationNotFoundError,
  Conversations,
} from "../../../../src/conversations/mod.ts";
import { HandleError, Handles } from "../../../../src/handles/handles.ts";
import { connectStorage } from "../../../../src/connect/connect.ts";

const AT_ONCE = 10;
const MOST_TURNS = 20_000;

const [url, what, ...args] = process.argv.slice(2);
await using storage = await connectStorage(url);
console.log(JSON.stringify(await race()));

async function race(): Promise<unknown> {
  switch (what) {
    case "append": {
      const [id, name, times, maxTurns] = args;
      return await append(
        id!,
        name!,
        Number(times),
        Number(maxTurns ?? "Infinity"),
      );
    }
    case "talk": {
      const [id, name, ttl, pause] = args;
      return await talk(id!, name!, Number(ttl), Number(pause));
    }
    case "delete":
      return await remove(Number(args[0]), args.slice(1));
    default:
      return await take(args);
  }
}

async function append(
  id: string,
  name: string,
  times: number,
  maxTurns: number,
): Promise<{ held: [number, string][]; refused: number }> {
  const conversations = new Conversations({ storage, ttl: 600_000, maxTurns });
  const held: [number, string][] = [];
  let refused = 0;
  let next = 0;
  const work = async () => {
    while (next < times) {
      const content = `${name} ${next++}`;
      try {
        const turn = { role: "user", content };
        held.push([(await conversations.append(id, turn)).index, content]);
      } catch (error) {
        if (!(error instanceof ConversationFullError)) throw error;
        refused++;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { held, refused };
}

async function talk(
  id: string,
  name: string,
  ttl: number,
  pause: number,
): Promise<{ held: number }> {
  const conversations = new Conversations({ storage, ttl });
  for (let held = 0; held < MOST_TURNS; held++) {
    if (pause > 0) {
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * pause)
      );
    }
    try {
      await conversations.append(id, {
        role: "user",
        content: `${name} ${held}`,
      });
    } catch (error) {
      if (!(error instanceof ConversationNotFoundError)) throw error;
      return { held };
    }
  }
  throw new Error("The thread is still there");
}

async function remove(processes: number, ids: string[]): Promise<string[]> {
  const conversations = new Conversations({ storage, ttl: 600_000 });
  await storage.incr("ready");
  while (Number(await storage.get("ready")) < processes) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const deleted: string[] = [];
  for (const id of ids) {
    if (await conversations.delete(id)) deleted.push(id);
  }
  return deleted;
}

async function take(list: string[]): Promise<number[]> {
  const handles = new Handles<number>({ storage });
  const taken: number[] = [];
  await Promise.all(list.map(async (handle) => {
    try {
      taken.push(await handles.take(handle));
    } catch (error) {
      if (!(error instanceof HandleError) || error.reason !== "gone") {
        throw error;
      }
    }
  }));
  return taken;
}
