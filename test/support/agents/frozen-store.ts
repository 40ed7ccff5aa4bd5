import {
  InMemoryStore,
  type Operation,
  type OperationResults,
} from "@langchain/langgraph-checkpoint";

/** A store whose values cannot be changed in place: code that tries gets a TypeError, not a silent win. */
export class FrozenStore extends InMemoryStore {
  // `put` and `delete` come through here as well.
  override async batch<Op extends readonly Operation[]>(
    operations: Op,
  ): Promise<OperationResults<Op>> {
    const frozen = operations.map((operation) =>
      "value" in operation && operation.value !== null
        ? { ...operation, value: deepFreeze(structuredClone(operation.value)) }
        : operation,
    );
    return super.batch(frozen) as Promise<OperationResults<Op>>;
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
