import { createContext, useContext } from "react";
import type { Result } from "../api/client.js";

/** Who looks at the page. */
export type Who = Result<"whoami">;

export const WhoContext = createContext<Who | null>(null);

export function useWho(): Who {
  const who = useContext(WhoContext);
  if (who === null) throw new Error("Nobody is known here.");
  return who;
}
