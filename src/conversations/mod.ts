export * from "../_journal.ts";
