/** What a thread of the working memory is. */

/** Who may speak in a thread. */
export const ROLES = ["system", "user", "assistant", "tool"] as const;

/** One of {@linkcode ROLES}. */
export type Role = typeof ROLES[number];

/** One thing that was said. */
export interface Turn {
  role: Role;
  content: string;
}

/** A thread as it is read back. */
export interface Thread {
  turns: Turn[];
  /** The time until the thread is forgotten, in seconds. */
  secondsLeft: number;
}
