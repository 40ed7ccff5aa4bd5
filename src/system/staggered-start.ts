/** Called by work that waits for something outside of this process. A second call does nothing. */
export type Release = () => void;

/** Work that started together, and the work that waits for it. */
interface Group {
  size: number;
  /** How many have not called `release` yet. */
  preparing: number;
  readonly waiting: ((next: Group) => void)[];
}

/**
 * Starts the work of one name in small groups: the next group starts when all work of the last one has called `release`,
 * for example because it waits for a server. If all started at once, no request would be sent before the last one is
 * prepared; one at a time needs more computing. Work that ends counts as released.
 *
 * @param groupSize - 1 or more.
 */
export function createStaggeredStart(
  groupSize: number,
): <Result>(name: string, work: (release: Release) => Promise<Result>) => Promise<Result> {
  const groups = new Map<string, Group>();

  async function join(name: string): Promise<Group> {
    const group = groups.get(name) ?? { size: 0, preparing: 0, waiting: [] };
    groups.set(name, group);
    if (group.size === groupSize) return new Promise((start) => group.waiting.push(start));
    group.size += 1;
    group.preparing += 1;
    return group;
  }

  function startNext(name: string, { waiting }: Group) {
    const next = waiting.splice(0, groupSize);
    const group = { size: next.length, preparing: next.length, waiting };
    if (next.length === 0) groups.delete(name);
    else groups.set(name, group);
    for (const start of next) start(group);
  }

  return async (name, work) => {
    const group = await join(name);
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      group.preparing -= 1;
      // Not at once: the requests of this group are sent first.
      setImmediate(() => {
        if (group.preparing === 0 && group === groups.get(name)) startNext(name, group);
      });
    };
    return work(release).finally(release);
  };
}
