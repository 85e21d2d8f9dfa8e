/** The page: an `ExpiringStore` to play with, and a million entries that die at once. */
import { startGarden } from "./garden.ts";
import { startRush } from "./rush.ts";

startGarden();
startRush();
