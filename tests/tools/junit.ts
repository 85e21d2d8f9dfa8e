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

/** The names of the suites in Deno's report, which has each as a test whose name those in it begin with. */
function suitesOf(names: string[]): Set<string> {
  const suites = new Set<string>();
  for (const name of names) {
    for (
      let at = name.indexOf(" > ");
      at >= 0;
      at = name.indexOf(" > ", at + 1)
    ) {
      suites.add(name.slice(0, at));
    }
  }
  return suites;
}

/** Counts the tests of a report. A suite is not counted, unless it failed by itself: its `beforeAll` threw. */
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
  const isDeno = xml.includes('<testsuites name="deno test"');
  const suites = suitesOf(isDeno ? cases.map(({ name }) => name) : []);
  const counts: Counts = { passed: 0, skipped: 0, failures: [] };
  for (const { name, suite, body } of cases) {
    // Node reports a file that has no tests or broke off as a test of its name.
    if (name.endsWith("_test.ts")) continue;
    const failure = /<(failure|error)\b((?:[^>"]|"[^"]*")*)>([\s\S]*)/.exec(
      body,
    );
    const message = failure ? attribute(failure[2]!, "message") : "";
    if (
      suites.has(name) && (!failure || /^\d+ test steps? failed/.test(message))
    ) continue;
    if (failure) {
      const text = decode(
        failure[3]!.replace(/<\/(failure|error)>[\s\S]*/, ""),
      );
      counts.failures.push({
        name: /[:/]/.test(suite) || !suite ? name : `${suite} > ${name}`,
        text: text.trim() || message,
      });
    } else if (/<skipped\b/.test(body)) counts.skipped++;
    else counts.passed++;
  }
  return counts;
}
