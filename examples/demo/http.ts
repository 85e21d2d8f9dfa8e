/**
 * What the demo does with the server on HTTP: cuts a client's connection in the middle of a stream,
 * kills the server, starts it again on the same file, and looks whether every event comes once.
 */

import {
  Client,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counting } from "./progress.ts";
import { messageOf, print } from "./session.ts";
import { HttpServerProcess } from "./http_process.ts";
import { httpServerCommand, type RuntimeName } from "./server_command.ts";
import { fetchAgain, unreliableFetch } from "./unreliable_fetch.ts";

/** What came of it. */
export interface HttpReport {
  /** Events that the clients were told of. */
  events: number;
  /** Times that a stream was cut. */
  cuts: number;
  problems: string[];
}

/** An event of the server's. */
interface Told {
  name: string;
  step: number;
}

/** How many steps a job has, and how long each takes, in ms. */
const STEPS = 40;
const PAUSE = 20;
/** After so many events a connection is lost. */
const LOST_AFTER = 6;

/** Runs the demo against the HTTP server on one runtime, printing it. */
export async function runHttp(runtime: RuntimeName): Promise<HttpReport> {
  const report: HttpReport = { events: 0, cuts: 0, problems: [] };
  const folder = mkdtempSync(join(tmpdir(), "mayfly-demo-"));
  const command = httpServerCommand(
    runtime,
    `file:${join(folder, "state.db")}`,
  );
  let server: HttpServerProcess | undefined;
  try {
    server = await HttpServerProcess.start(command);
    print(`${server.url}, pid ${server.pid}, state in a file`);
    const client = new DemoClient(report);
    const other = new DemoClient(report);
    await client.connect(server.url);
    await other.connect(server.url);

    client.loseConnection();
    const working = client.runJob("report");
    await other.runJob("backup");
    const handle = await working;
    const wrong = [...client.check("report"), ...other.check("backup")];
    report.problems.push(...wrong);
    print(
      `two clients, a job of ${STEPS} steps each: one lost its connection ${client.cuts} times; ` +
        (wrong.length === 0
          ? "each was told of its own steps, in order, each once"
          : "NOT ALL CAME ONCE"),
    );

    client.goOffline();
    const late = client.runJob("letter");
    await client.untilLost();
    await other.runJob("meanwhile");
    const { port, pid } = server;
    await server.end();
    server = await HttpServerProcess.start(command, { PORT: port });
    client.goOnline();
    const found = await late.then(() => true, () => false);
    report.problems.push(...client.check("letter", found));
    print(
      `killed pid ${pid}, started again as ${server.pid}: the client resumed its session, ` +
        (found ? "and was told of the rest" : "BUT NOT ITS CALL"),
    );

    const status = await client.resumeWithForgedId(server.url);
    if (status !== 400) report.problems.push(`a forged id got ${status}`);
    print(`an event id that was made up: status ${status}`);

    const first = await client.takeResult(handle);
    const second = await client.takeResult(handle);
    if (first.error || !second.error) {
      report.problems.push("the result was not given once");
    }
    print(`the result, by its handle: ${first.text}; again: ${second.text}`);
    await client.close();
    await other.close();
  } catch (error) {
    report.problems.push(messageOf(error));
  } finally {
    const code = await server?.end("SIGTERM");
    if (code) report.problems.push(`the server ended with ${code}`);
    rmSync(folder, { recursive: true, force: true });
  }
  for (const problem of report.problems) print(`PROBLEM: ${problem}`);
  return report;
}

/** The official client, on a connection that is lost when it is told to. */
class DemoClient {
  readonly #report: HttpReport;
  readonly #told: Told[] = [];
  readonly #client = new Client({ name: "demo", version: "0" });
  #transport: StreamableHTTPClientTransport | undefined;
  #isLosing = false;
  #isLeaving = false;
  #isOffline = false;
  /** How often it lost its connection. */
  cuts = 0;

  constructor(report: HttpReport) {
    this.#report = report;
    this.#client.setNotificationHandler(
      "notifications/message",
      ({ params }) => {
        report.events++;
        this.#told.push(params.data as Told);
      },
    );
  }

  async connect(url: string): Promise<void> {
    let isListening = false;
    this.#transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: unreliableFetch({
        isOffline: () => this.#isOffline,
        hasTaken: (message) => this.#hasTaken(message),
        cutAfter: ({ method, lastEventId }) => {
          isListening ||= method === "GET";
          const isCall = method === "POST" || lastEventId !== null;
          if (!isCall || !(this.#isLosing || this.#isLeaving)) return undefined;
          this.#isOffline = this.#isLeaving;
          this.cuts++;
          this.#report.cuts++;
          return LOST_AFTER;
        },
      }),
      reconnectionOptions: {
        initialReconnectionDelay: 50,
        maxReconnectionDelay: 200,
        reconnectionDelayGrowFactor: 1.5,
        maxRetries: 200,
      },
    });
    await this.#client.connect(this.#transport);
    // What is told before the stream of notifications is open is nobody's to resume.
    while (!isListening) await new Promise((next) => setTimeout(next, 5));
  }

  /** From now on every stream is cut after some events; it may reconnect. */
  loseConnection(): void {
    this.#isLosing = true;
  }

  /** The next stream is cut after some events, and then nobody can be reached. */
  goOffline(): void {
    this.#isLosing = false;
    this.#isLeaving = true;
  }

  async untilLost(): Promise<void> {
    while (!this.#isOffline) await new Promise((next) => setTimeout(next, 5));
  }

  goOnline(): void {
    this.#isLeaving = this.#isOffline = false;
  }

  /** Has a job done; the handle of its result. */
  async runJob(name: string): Promise<string> {
    const calling = this.#client.callTool({
      name: "run_job",
      arguments: { name, steps: STEPS, pauseMs: PAUSE },
    });
    const { structuredContent } = await counting(
      name,
      calling,
      () => `${this.#stepsOf(name).length} of ${STEPS} steps`,
    );
    return (structuredContent as { handle: string }).handle;
  }

  async takeResult(handle: string): Promise<{ text: string; error: boolean }> {
    const { content, isError = false } = await this.#client.callTool({
      name: "take_result",
      arguments: { handle },
    });
    const [first] = content;
    return { text: first?.type === "text" ? first.text : "", error: isError };
  }

  /** What is not as it should be: every step once, in order, and nobody else's. */
  check(name: string, isComplete = true): string[] {
    const steps = this.#stepsOf(name);
    const isRight = isComplete && steps.length === STEPS &&
      steps.every((step, i) => step === i + 1);
    const names = new Set(this.#told.map((one) => one.name));
    const strangers = [...names].filter((one) => !MINE[name]!.includes(one));
    return [
      ...isRight ? [] : [`"${name}" was told as ${steps.join(" ")}`],
      ...strangers.map((one) => `a stranger's "${one}" was told`),
    ];
  }

  /** Asks for a stream after an event that there never was; the status of the answer. */
  async resumeWithForgedId(url: string): Promise<number> {
    const response = await fetchAgain(url, {
      headers: {
        "accept": "text/event-stream",
        "mcp-session-id": this.#transport!.sessionId!,
        "last-event-id": "_GET_stream.0.00000000-0000-0000",
      },
    });
    await response.body?.cancel();
    return response.status;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #stepsOf(name: string): number[] {
    return this.#told.filter((one) => one.name === name).map(({ step }) =>
      step
    );
  }

  #hasTaken(message: unknown): boolean {
    const { params } = message as { params?: { data?: Told } };
    const { name, step } = params?.data ?? {};
    return name === undefined || this.#stepsOf(name).includes(step!);
  }
}

/** What a client that was told of a job may have been told of. */
const MINE: Record<string, string[]> = {
  report: ["report"],
  letter: ["report", "letter"],
  backup: ["backup"],
};
