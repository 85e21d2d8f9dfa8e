/** Holds leases; with "wait", waits for one whose owner has died. */
import { InMemoryStorage } from "@mayfly/store";
import { Leases } from "@mayfly/store/lease";
import process from "node:process";

const storage = new InMemoryStorage();
const leases = new Leases({ storage });
if (process.argv[2] === "wait") {
  // Taken by somebody who will not release it.
  await leases.acquire("k");
  for (const key of storage.keys("*")) storage.set(key, "another's", "PX", 300);
  const lease = await leases.acquire("k");
  console.log(JSON.stringify({ waited: lease !== undefined }));
} else {
  for (let i = 0; i < 100; i++) await leases.acquire(String(i));
  console.log(JSON.stringify({ held: 100 }));
}
