/** A client of the example server on HTTP that comes, loses its connection, resumes and goes. */
import {
  Client,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { unreliableFetch } from "../../examples/demo/unreliable_fetch.ts";

/** What all clients of a soak have come to. */
export interface Tally {
  /** Clients that came and went. */
  clients: number;
  /** Events that they were told of. */
  events: number;
  /** Streams that were cut. */
  cuts: number;
  /** Clients that went in the middle of a call. */
  vanished: number;
  /** What was not as it should be. */
  problems: string[];
}

/** An event of the example server's. */
interface Told {
  name: string;
  step: number;
}

/** The share of streams that are cut, and after how many events at most. */
const CUT = 0.4;
const MOST_EVENTS = 12;
/** What a client asks for, at most: events, and ms between two. */
const MOST_STEPS = 30;
const MOST_PAUSE = 1_500;
/** The share of clients that go in the middle of a call. */
const VANISH = 0.2;
/** How long a client may take to be told of everything, in ms. */
const PATIENCE = 120_000;

/** Comes, calls, is cut off, resumes, and goes. */
export async function visit(
  url: string,
  name: string,
  random: () => number,
  tally: Tally,
): Promise<void> {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const told: Told[] = [];
  let isListening = false;
  let hasGone = false;
  const client = new Client({ name, version: "0" });
  client.setNotificationHandler("notifications/message", ({ params }) => {
    tally.events++;
    told.push(params.data as Told);
  });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: unreliableFetch({
      hasTaken(message) {
        const { params } = message as { params?: { data?: Told } };
        const { name, step } = params?.data ?? {};
        return name === undefined || hasGone ||
          told.some((one) => one.name === name && one.step === step);
      },
      cutAfter({ method }) {
        isListening ||= method === "GET";
        if (random() > CUT) return undefined;
        tally.cuts++;
        return upTo(MOST_EVENTS);
      },
    }),
    reconnectionOptions: {
      initialReconnectionDelay: upTo(200),
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 100,
    },
  });
  try {
    await client.connect(transport);
    await until(() => isListening, () => "it got no stream of notifications");
    const steps = upTo(MOST_STEPS);
    const reminders = upTo(MOST_STEPS);
    await client.callTool({
      name: "remind_me",
      arguments: { text: "note", times: reminders, afterMs: upTo(MOST_PAUSE) },
    });
    const working = client.callTool({
      name: "run_job",
      arguments: { name: "job", steps, pauseMs: upTo(MOST_PAUSE) },
    }, { timeout: PATIENCE });
    if (random() < VANISH) {
      working.catch(() => {});
      await sleep(upTo(MOST_PAUSE) * 3);
      tally.vanished++;
      return;
    }
    const { structuredContent } = await working;
    await until(
      () => told.length >= steps + reminders,
      () =>
        `it was told of ${told.length} of ${steps} steps and ${reminders} notes`,
    );
    const wrong = [
      ...problemsOf(told, "job", steps),
      ...problemsOf(told, "note", reminders),
    ];
    tally.problems.push(...wrong.map((problem) => `${name}: ${problem}`));
    await client.callTool({
      name: "take_result",
      arguments: structuredContent as { handle: string },
    });
    if (random() < 0.5) await transport.terminateSession();
  } catch (error) {
    tally.problems.push(`${name}: ${(error as Error).message}`);
  } finally {
    hasGone = true;
    await client.close();
    tally.clients++;
  }
}

/** What is not once, or not in order, of the events of one name. */
function problemsOf(told: Told[], name: string, count: number): string[] {
  const steps = told.filter((one) => one.name === name).map(({ step }) => step);
  const isRight = steps.length === count &&
    steps.every((step, i) => step === i + 1);
  return isRight ? [] : [`${name} of ${count} was told as ${steps.join()}`];
}

async function until(
  condition: () => boolean,
  problem: () => string,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end) throw new Error(problem());
    await sleep(20);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}
