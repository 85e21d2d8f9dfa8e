import { describeOnEvery } from "./backends.ts";
import { listing } from "./listing.ts";

describeOnEvery("listKeys", listing);
