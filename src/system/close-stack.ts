export interface Service {
  close(): Promise<void>;
}

/** What was opened, in order; closed last first, so that nothing is closed under what uses it. */
export class CloseStack {
  readonly #open: Service[] = [];

  add<T extends Service>(service: T): T {
    this.#open.push(service);
    return service;
  }

  /** Closes everything, also when one of them fails to; then throws the first failure. A second call does nothing. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let service = this.#open.pop(); service !== undefined; service = this.#open.pop())
      await service.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/** Waits for all, also after one failed, so that nothing is still being opened when a failure is cleaned up. */
export async function allSettled<A, B>(
  both: readonly [A | Promise<A>, B | Promise<B>],
): Promise<[A, B]> {
  await Promise.allSettled(both);
  return Promise.all(both);
}
