import { AsyncLocalStorage } from "node:async_hooks";
import type { SimulationMemory } from "../memory/episodes/leave-one-out-memory.js";

/** What one simulation is given. */
export interface SimulationContext {
  readonly memory: SimulationMemory;
  /** The simulated present. */
  readonly now: () => Date;
  /** Called before every model call, when all else is ready. */
  readonly beforeModel: () => void;
}

const contexts = new AsyncLocalStorage<SimulationContext>();

/** Runs a simulation: what `simulation` gives within it is this context, in everything that it calls. */
export function inSimulation<Result>(context: SimulationContext, run: () => Result): Result {
  return contexts.run(context, run);
}

/** The context of the simulation that asks. One compiled graph runs all simulations, many at a time. */
export function simulation(): SimulationContext {
  const context = contexts.getStore();
  if (context === undefined)
    throw new Error("The simulated agent was run outside a simulation; run it by inSimulation.");
  return context;
}

/** The memory of the simulation that reads it. */
export const simulationMemory: SimulationMemory = {
  episodes: {
    latest: (...asked) => simulation().memory.episodes.latest(...asked),
    similar: (...asked) => simulation().memory.episodes.similar(...asked),
    findTurn: (...asked) => simulation().memory.episodes.findTurn(...asked),
  },
  profiles: { current: (...asked) => simulation().memory.profiles.current(...asked) },
  personas: { head: (...asked) => simulation().memory.personas.head(...asked) },
};
