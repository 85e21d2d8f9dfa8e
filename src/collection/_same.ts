/** Whether two values are deeply equal. A member that is `undefined` counts as absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Object.prototype.toString.call(a) === "[object Date]") {
    return Object.is(Number(a), Number(b));
  }
  if (isIterable(a) && isIterable(b)) {
    const [left, right] = [[...a], [...b]];
    return left.length === right.length &&
      left.every((item, i) => isSame(item, right[i]));
  }
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) =>
    isSame(a[name as keyof typeof a], b[name as keyof typeof b])
  );
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] ===
    "function";
}
