import { connectStorage } from "@mayfly/store/connect";
import {
  type JsonObject,
  Once,
  OnceConflictError,
  OnceUnknownError,
} from "@mayfly/store/once";
import assert from "node:assert/strict";

const storage = await connectStorage();
const calls = new Once<string>(`calls ${crypto.randomUUID()}`, { storage });

let sent = 0;
function sendMail({ to }: JsonObject): Promise<string> {
  sent++;
  return Promise.resolve(`sent to ${to}`);
}

/** A tool that acts once for a call id, however often the client sends it. */
async function callTool(id: string, args: JsonObject): Promise<string> {
  try {
    return await calls.run(id, () => sendMail(args), { input: args });
  } catch (error) {
    if (error instanceof OnceConflictError) {
      return "this id had other arguments";
    }
    if (error instanceof OnceUnknownError) {
      return "it may have been sent: look, then ask again with a new id";
    }
    throw error; // nothing was sent: the client may try again
  }
}

const args = { to: "ada", subject: "Hello" };
assert.equal(await callTool("call 1", args), "sent to ada");
const again = { subject: "Hello", to: "ada" }; // the same
assert.equal(await callTool("call 1", again), "sent to ada");
assert.match(await callTool("call 1", { to: "bob" }), /other arguments/);
assert.equal(sent, 1);
await storage.close();
