import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

interface Observable {
  addCallback(
    callback: (result: { observe(value: number): void }) => void,
  ): void;
}
interface Meter {
  createObservableCounter(name: string): Observable;
  createObservableGauge(name: string): Observable;
}

/** Reports what a store counts. With the real thing: `metrics.getMeter("app")`. */
function observe(
  meter: Meter,
  name: string,
  store: ExpiringStore<unknown, unknown>,
): void {
  meter.createObservableGauge(`${name}.entries`)
    .addCallback((result) => result.observe(store.size));
  for (const count of ["hits", "misses", "expired", "evicted"] as const) {
    meter.createObservableCounter(`${name}.${count}`)
      .addCallback((result) => result.observe(store.stats()[count]));
  }
}

const names: string[] = [];
const instrument = (name: string) => ({
  addCallback: (callback: (result: { observe(value: number): void }) => void) =>
    callback({ observe: (value) => names.push(`${name}=${value}`) }),
});
const meter: Meter = {
  createObservableCounter: instrument,
  createObservableGauge: instrument,
};
const store = new ExpiringStore<unknown, unknown>();
store.set("a", 1);
observe(meter, "cache", store);
assert.deepEqual(names[0], "cache.entries=1");
