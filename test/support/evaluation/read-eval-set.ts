/** Opens the set in the folder that is its argument, reads it whole, and prints what it found and the heap it may use. */
import { getHeapStatistics } from "node:v8";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";

const set = await openEvalSet(process.argv[2] ?? "");
let questions = 0;
let items = 0;
for await (const { profile } of set.read()) {
  questions += 1;
  items += profile.length;
}
const heapLimit = getHeapStatistics().heap_size_limit;
process.stdout.write(JSON.stringify({ users: set.users.length, questions, items, heapLimit }));
