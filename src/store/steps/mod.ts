/** The map of the store with steps that can be undone, which only a keyspace needs. */

export * from "./_bounds.ts";
export * from "./step_map.ts";
