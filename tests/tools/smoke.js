/** On the oldest Node that the package claims, as a user's plain JavaScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { one } from "@mayfly/store";
test("x", () => assert.equal(one(), 1));
