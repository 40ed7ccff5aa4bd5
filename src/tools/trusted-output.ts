import type { StructuredToolInterface } from "@langchain/core/tools";

const ownQuoting = new WeakSet<object>();

/**
 * Declares that a tool marks off the stored text in its results itself (`quote`) and keeps them short, so
 * that whoever runs it leaves them as they are. Results of every other tool have our prompt tags disarmed
 * and are cut. Not a field of the tool: what a server sends could claim a field.
 */
export function declareOwnQuoting<T extends StructuredToolInterface>(tool: T): T {
  ownQuoting.add(tool);
  return tool;
}

export function hasOwnQuoting(tool: StructuredToolInterface): boolean {
  return ownQuoting.has(tool);
}
