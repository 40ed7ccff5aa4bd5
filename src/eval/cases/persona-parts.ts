import type { AlignContext } from "../../config/alignment-settings.js";
import type { Method } from "../method.js";
import type { CaseTool } from "./case-tools.js";

/** Which parts of the persona agent a method has. Alignment simulates the agent with the same parts. */
export interface PersonaParts extends Pick<Method, "name" | "summary"> {
  readonly mode: "default" | "paper";
  /** The user's profile, within the persona. */
  readonly profile: boolean;
  /** Past interactions in the prompt; in paper mode only tools give any. */
  readonly recall: boolean;
  readonly tools: readonly CaseTool[];
  /** `null`: the persona stays as it is at first. Settings given here are the method's and go before a study's. */
  readonly alignment: Pick<AlignContext, "validation" | "leaveOneOut"> | null;
}
