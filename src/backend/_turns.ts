/** Tasks that take turns, by name. */

/** Runs the tasks of one name one after another, in the order in which they came. */
export class Turns {
  /** The last task of each name that is waiting or under way. */
  readonly #last: Map<string, Promise<unknown>> = new Map();

  /**
   * Runs a task when all of the name before it have ended, whatever came of them.
   *
   * @returns What it comes to. Who waits for this promise before the next task is added goes on
   * before that task begins.
   */
  take<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const turn = before === undefined ? task() : before.then(task, task);
    this.#last.set(name, turn);
    const forget = () => {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  }
}
