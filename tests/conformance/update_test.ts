import { describeOnEvery } from "./backends.ts";
import { updating } from "./updating.ts";

describeOnEvery("update", updating);
