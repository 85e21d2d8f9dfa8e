import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readJUnit } from "./junit.ts";

const DENO = `<testsuites name="deno test" tests="5">
<testsuite name="./a_test.ts">
<testcase name="outer" classname="./a_test.ts"><failure message="2 test steps failed">2 test steps failed.</failure></testcase>
<testcase name="hook" classname="./a_test.ts"><failure message="Uncaught Error: after">Error: after</failure></testcase>
</testsuite>
<testsuite name="ext:deno_node/testing.ts">
<testcase name="outer &gt; a" classname="ext:deno_node/testing.ts"></testcase>
<testcase name="outer &gt; ab" classname="ext:deno_node/testing.ts"></testcase>
<testcase name="outer &gt; ab" classname="ext:deno_node/testing.ts"><skipped/></testcase>
<testcase name="outer &gt; in" classname="ext:deno_node/testing.ts"><failure message="1 test step failed">1 test step failed.</failure></testcase>
<testcase name="outer &gt; in &gt; &quot;x&quot;" classname="ext:deno_node/testing.ts"><failure message="m">bad &lt;x&gt;</failure></testcase>
<testcase name="hook &gt; w" classname="ext:deno_node/testing.ts"></testcase>
</testsuite></testsuites>`;

/** Node's and Bun's have a suite as what it is. */
const NESTED = `<testsuites>
<testsuite name="outer"><testcase name="a" classname="outer"/>
<testcase name="a &gt; b" classname="outer"/>
<testcase name="c" classname="outer"><skipped/></testcase>
<testsuite name="a"><testcase name="x" classname="outer.a"><failure message="bad"></failure></testcase></testsuite>
</testsuite><testcase name="/repo/broke_off_test.ts" classname="test"/></testsuites>`;

describe("readJUnit", () => {
  it("counts the tests of Deno's report, not the suites, which fail by themselves where a hook threw", () => {
    assertEquals(readJUnit(DENO), {
      passed: 3,
      skipped: 1,
      failures: [
        { name: "hook", text: "Error: after" },
        { name: 'outer > in > "x"', text: "bad <x>" },
      ],
    });
  });

  it("counts every test of a report with nested suites", () => {
    assertEquals(readJUnit(NESTED), {
      passed: 2,
      skipped: 1,
      failures: [{ name: "outer.a > x", text: "bad" }],
    });
  });
});
