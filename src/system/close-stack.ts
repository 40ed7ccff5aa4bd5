export interface Service {
  close(): Promise<void>;
}

/** Open services. They are closed in reverse order, so that a service outlives everything that uses it. */
export class CloseStack {
  readonly #open: Service[] = [];

  add<T extends Service>(service: T): T {
    this.#open.push(service);
    return service;
  }

  /** Closes every service, also after a failure; then throws the first failure. A second call does nothing. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let service = this.#open.pop(); service !== undefined; service = this.#open.pop())
      await service.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/** As `Promise.all`, but waits for both also after a failure, so that nothing is still being opened during cleanup. */
export async function allSettled<A, B>(
  both: readonly [A | Promise<A>, B | Promise<B>],
): Promise<[A, B]> {
  await Promise.allSettled(both);
  return Promise.all(both);
}
