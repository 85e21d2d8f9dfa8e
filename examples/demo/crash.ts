/**
 * What the demo does to show that nothing acknowledged is lost: it kills a
 * server in the middle of a conversation and reads the thread back through
 * another one, on another runtime.
 */

import { messageOf, print, printLog, startThread } from "./session.ts";
import { type RuntimeName, serverCommand } from "./server_command.ts";
import { ServerSession } from "./server_session.ts";
import type { Thread, Turn } from "../thread.ts";

/** After so many acknowledged turns the server is killed. */
const TURNS_BEFORE = 20;
/** So many turns are on their way at that moment. */
const TURNS_UNDER_WAY = 5;

/**
 * Kills a server and goes on with another one.
 *
 * @param url Where both keep their state.
 * @returns What is not as it should be.
 */
export async function surviveKill(
  runtime: RuntimeName,
  next: RuntimeName,
  turns: Turn[],
  url: string,
): Promise<string[]> {
  const first = new ServerSession();
  const second = new ServerSession();
  try {
    await first.start(serverCommand(runtime, url));
    const threadId = await startThread(first);
    const { acknowledged, open } = await talkUntilKilled(
      first,
      threadId,
      turns,
    );
    await second.start(serverCommand(next, url));
    const thread = await second.get<Thread>("read_thread", { threadId });
    const problems = check(acknowledged, open, thread.turns);
    print(
      `killed on ${runtime} after ${acknowledged.length} acknowledged turns; ` +
        `on ${next} there are ${thread.turns.length}, ` +
        (problems.length === 0 ? "all of those among them" : "NOT ALL"),
    );
    const { turnCount } = await second.get<{ turnCount: number }>(
      "append_turn",
      { threadId, role: "user", content: "And on it goes" },
    );
    if (turnCount !== thread.turns.length + 1) {
      problems.push(`the next turn was counted as number ${turnCount}`);
    }
    return problems;
  } catch (error) {
    return [messageOf(error)];
  } finally {
    await first.close();
    await second.close();
    printLog(second.log);
  }
}

/** Appends turns one after the other, then some at once, and kills the server meanwhile. */
async function talkUntilKilled(
  session: ServerSession,
  threadId: string,
  turns: Turn[],
): Promise<{ acknowledged: string[]; open: string[] }> {
  const acknowledged: string[] = [];
  const say = async (i: number) => {
    const { role, content } = turns[i % turns.length]!;
    const turn = { role, content: `${i}: ${content}` };
    await session.get("append_turn", { threadId, ...turn });
    acknowledged.push(turn.content);
  };
  for (let i = 0; i < TURNS_BEFORE; i++) await say(i);
  const underWay = Array.from(
    { length: TURNS_UNDER_WAY },
    (_, i) => say(TURNS_BEFORE + i),
  );
  await Promise.race(underWay);
  await session.kill();
  await Promise.allSettled(underWay);
  const count = TURNS_BEFORE + TURNS_UNDER_WAY;
  const said = Array.from(
    { length: count },
    (_, i) => `${i}: ${turns[i % turns.length]!.content}`,
  );
  return {
    acknowledged,
    open: said.filter((content) => !acknowledged.includes(content)),
  };
}

/** What was not acknowledged may be there or not; all else must be, once. */
function check(
  acknowledged: string[],
  open: string[],
  turns: Turn[],
): string[] {
  const found = turns.map(({ content }) => content);
  const lost = acknowledged.filter((content) => !found.includes(content));
  const strange = found.filter((content, i) =>
    found.indexOf(content) !== i ||
    ![...acknowledged, ...open].includes(content)
  );
  return [
    ...lost.length > 0 ? [`${lost.length} acknowledged turns are lost`] : [],
    ...strange.length > 0
      ? [`${strange.length} turns should not be there`]
      : [],
  ];
}
