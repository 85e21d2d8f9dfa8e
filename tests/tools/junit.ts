/** Reads the JUnit reports that the three runtimes write. */

/** A test that failed. */
export interface Failure {
  name: string;
  text: string;
}

/** What a report says. */
export interface Counts {
  passed: number;
  skipped: number;
  failures: Failure[];
}

function decode(text: string): string {
  const named: Record<string, string> = {
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    amp: "&",
  };
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|quot|apos|amp));/gi,
    (_, hex, decimal, name) =>
      name
        ? named[name]!
        : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
  );
}

function attribute(tag: string, name: string): string {
  const match = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return match ? decode(match[1]!) : "";
}

/**
 * Counts the tests of a report. Suites are not counted: Deno reports a suite
 * as a test of its own, of which the tests in it bear the name.
 */
export function readJUnit(xml: string): Counts {
  const cases = [
    ...xml.matchAll(
      /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    ),
  ].map(([, tag = "", body = ""]) => ({
    name: attribute(tag, "name"),
    suite: attribute(tag, "classname"),
    body,
  }));
  const parents = new Set<string>();
  for (const { name } of cases) {
    for (
      let at = name.indexOf(" > ");
      at >= 0;
      at = name.indexOf(" > ", at + 1)
    ) {
      parents.add(name.slice(0, at));
    }
  }
  const counts: Counts = { passed: 0, skipped: 0, failures: [] };
  for (const { name, suite, body } of cases) {
    // Node reports a file that has no tests or broke off as a test of its name.
    if (parents.has(name) || name.endsWith("_test.ts")) continue;
    const failure = /<(failure|error)\b((?:[^>"]|"[^"]*")*)>([\s\S]*)/.exec(
      body,
    );
    if (failure) {
      const text = decode(
        failure[3]!.replace(/<\/(failure|error)>[\s\S]*/, ""),
      );
      counts.failures.push({
        name: /[:/]/.test(suite) || !suite ? name : `${suite} > ${name}`,
        text: text.trim() || attribute(failure[2]!, "message"),
      });
    } else if (/<skipped\b/.test(body)) counts.skipped++;
    else counts.passed++;
  }
  return counts;
}
