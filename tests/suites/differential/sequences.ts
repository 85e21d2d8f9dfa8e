/** Random sequences of commands, ready to be sent. */

import fc from "fast-check";
import { command, type Draft } from "./commands.ts";
import { advanceSeconds, MAX_ADVANCES, MAX_STEPS, resolve } from "./times.ts";

/** A command as it is sent: its name, then its words. */
export type Command = readonly [name: string, ...words: string[]];

/** Moves the clock on by so many seconds. No command of any server. */
export const ADVANCE = "(ADVANCE)";

/**
 * Sequences of up to 100 commands. In every second one the clock is moved, so
 * that keys expire between commands; in the others deadlines may be dates.
 */
export const sequence: fc.Arbitrary<Command[]> = fc.oneof(
  steps(command({ clockMoves: false })),
  steps(fc.oneof(
    { weight: 8, arbitrary: command({ clockMoves: true }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant(ADVANCE), advanceSeconds),
    },
  )),
);

function steps(step: fc.Arbitrary<Draft>): fc.Arbitrary<Command[]> {
  return fc.array(step, { minLength: 1, maxLength: MAX_STEPS, size: "max" })
    .map((drafts) => {
      let advances = 0;
      return drafts
        .filter(([name]) => name !== ADVANCE || ++advances <= MAX_ADVANCES)
        .map((draft, position) =>
          draft.map((word) => resolve(word, position)) as unknown as Command
        );
    });
}

/** A sequence as it is typed into a client, to show it. */
export function show(commands: readonly Command[]): string {
  return commands.map((words) =>
    words.map((word) =>
      /^[\w:.*()-]+$/.test(word) ? word : JSON.stringify(word)
    )
      .join(" ")
  ).join("\n");
}
