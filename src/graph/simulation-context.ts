import { AsyncLocalStorage } from "node:async_hooks";
import type { SimulationMemory } from "../memory/episodes/leave-one-out-memory.js";

/** The inputs of one simulation. */
export interface SimulationContext {
  readonly memory: SimulationMemory;
  /** The simulated present. */
  readonly now: () => Date;
  /** Called before every model call, when everything else is ready. */
  readonly beforeModel: () => void;
}

const contexts = new AsyncLocalStorage<SimulationContext>();

/** Runs a simulation: within it, also in everything that it calls, `simulation` returns this context. */
export function inSimulation<Result>(context: SimulationContext, run: () => Result): Result {
  return contexts.run(context, run);
}

/** The context of the calling simulation. One compiled graph runs all simulations, many at a time. */
export function simulation(): SimulationContext {
  const context = contexts.getStore();
  if (context === undefined)
    throw new Error("The simulated agent was run outside a simulation; run it by inSimulation.");
  return context;
}

/** The memory of the calling simulation. */
export const simulationMemory: SimulationMemory = {
  episodes: {
    latest: (...args) => simulation().memory.episodes.latest(...args),
    similar: (...args) => simulation().memory.episodes.similar(...args),
    findTurn: (...args) => simulation().memory.episodes.findTurn(...args),
    withdrawals: (...args) => simulation().memory.episodes.withdrawals(...args),
  },
  profiles: { current: (...args) => simulation().memory.profiles.current(...args) },
  personas: { head: (...args) => simulation().memory.personas.head(...args) },
  locales: { get: (...args) => simulation().memory.locales.get(...args) },
};
