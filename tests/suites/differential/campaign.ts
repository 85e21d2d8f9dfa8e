/** Many random sequences, one after the other, until one shows a difference. */

import fc from "fast-check";
import { type Style, style, toArguments } from "./arguments.ts";
import {
  type Difference,
  inMemory,
  type MakeStorage,
  replay,
} from "./replay.ts";
import { ADVANCE, type Command, sequence, show } from "./sequences.ts";
import type { Server } from "./servers.ts";

/** What to run. */
export interface CampaignOptions {
  /** Where the commands run first. */
  server: Server;
  /** Whether arguments are written in all the ways that a method takes. */
  styles: boolean;
  /** Makes the storage that they run on then; one in memory by default. */
  makeStorage?: MakeStorage;
  /** How many commands to run, at least. */
  operations: number;
  /** What the random choices begin with. */
  seed: number;
  /** Is told how many commands have run so far. */
  onProgress?(operations: number): void;
}

/** What came of it. */
export interface CampaignResult {
  /** How many commands ran, up to the difference. */
  operations: number;
  /** The smallest sequence found that shows a difference, described. */
  difference: string | undefined;
}

const SEQUENCES_PER_ROUND = 50;

/** Runs random sequences on a server and on the storage. */
export async function runCampaign(
  {
    server,
    styles,
    makeStorage = inMemory,
    operations,
    seed,
    onProgress,
  }: CampaignOptions,
): Promise<CampaignResult> {
  let done = 0;
  const property = fc.asyncProperty(
    sequence,
    fc.array(style, { minLength: 1, maxLength: 7 }),
    async (commands, written) => {
      const differences = await replay(
        server,
        commands,
        makeStorage,
        styles ? withStyles(commands, written) : undefined,
      );
      done += commands.filter(([name]) => name !== ADVANCE).length;
      if (differences.length > 0) throw new Error(describe(differences));
    },
  );
  for (let round = 0; done < operations; round++) {
    // Far apart, so that no two seeds share a round.
    const roundSeed = (seed * 1_000_003 + round) | 0;
    const found = await fc.check(property, {
      seed: roundSeed,
      numRuns: SEQUENCES_PER_ROUND,
    });
    if (found.failed) {
      const [commands] = found.counterexample!;
      const { message } = found.errorInstance as Error;
      return {
        operations: done,
        difference: `${message}\n\nafter (round seed ${roundSeed}):\n${
          show(commands)
        }`,
      };
    }
    onProgress?.(done);
  }
  return { operations: done, difference: undefined };
}

/** The arguments of each command of a sequence, in one style after another. */
function withStyles(
  commands: readonly Command[],
  written: readonly Style[],
): (command: Command) => unknown[] {
  return (command) =>
    toArguments(
      command,
      written[Math.max(0, commands.indexOf(command)) % written.length]!,
    );
}

function describe(differences: readonly Difference[]): string {
  return differences.map(({ command, server, storage }) =>
    [
      show([command]),
      `  server:  ${JSON.stringify(server)}`,
      `  storage: ${JSON.stringify(storage)}`,
    ].join("\n")
  ).join("\n");
}
