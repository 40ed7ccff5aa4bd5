import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

/** Real histories, beside the checkout of whoever has them; their licences keep them out of the project. */
const folder = join(import.meta.dirname, "../../../../shared/data");

/** Tests on real data, left out where it is not there. They are given the path of what is in its folder. */
export function describeSharedData(tests: (pathOf: (name: string) => string) => void): void {
  const isThere = existsSync(join(folder, "baselines.json"));
  const absent = isThere ? "" : " (skipped: ../shared/data is not there)";
  const pathOf = (name: string) => join(folder, name);
  describe.skipIf(!isThere)(`real data in LaMP's format${absent}`, () => tests(pathOf));
}
