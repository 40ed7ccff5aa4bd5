import type { StructuredToolInterface } from "@langchain/core/tools";

const ownQuoting = new WeakSet<object>();

/**
 * Declares that a tool quotes the stored text in its results itself and keeps them short, so that they are left as they
 * are. In results of every other tool our prompt tags are disarmed, and long ones are cut. Not a field of the tool,
 * because a server could claim a field.
 */
export function declareOwnQuoting(tool: StructuredToolInterface): StructuredToolInterface {
  ownQuoting.add(tool);
  return tool;
}

export function hasOwnQuoting(tool: StructuredToolInterface): boolean {
  return ownQuoting.has(tool);
}
