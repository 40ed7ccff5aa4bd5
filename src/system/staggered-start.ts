/** Says that work needs this process no more. Said again, it does nothing. */
export type Release = () => void;

/** Work that began together, and what waits for it. */
interface Group {
  size: number;
  /** How many are not on their way yet. */
  preparing: number;
  readonly waiting: ((next: Group) => void)[];
}

/**
 * Runs the work of a name so that a few begin at a time: the next few when those before are all on their way, say wait for
 * a server. Were all begun at once, none would be on its way before the last is prepared; one by one costs more computing
 * than a few together. Work that ends is on its way, whether it said so or not.
 *
 * @param most - How many begin together; 1 or more.
 */
export function createStaggeredStart(
  most: number,
): <Result>(name: string, work: (release: Release) => Promise<Result>) => Promise<Result> {
  const groups = new Map<string, Group>();

  async function start(name: string): Promise<Group> {
    const group = groups.get(name) ?? { size: 0, preparing: 0, waiting: [] };
    groups.set(name, group);
    if (group.size === most) return new Promise((begin) => group.waiting.push(begin));
    group.size += 1;
    group.preparing += 1;
    return group;
  }

  function beginNext(name: string, { waiting }: Group) {
    const next = waiting.splice(0, most);
    const group = { size: next.length, preparing: next.length, waiting };
    if (next.length === 0) groups.delete(name);
    else groups.set(name, group);
    for (const begin of next) begin(group);
  }

  return async (name, work) => {
    const group = await start(name);
    let isOnItsWay = false;
    const release = () => {
      if (isOnItsWay) return;
      isOnItsWay = true;
      group.preparing -= 1;
      // Not at once: what they are on their way with is to be sent first.
      setImmediate(() => {
        if (group.preparing === 0 && group === groups.get(name)) beginNext(name, group);
      });
    };
    try {
      return await work(release);
    } finally {
      release();
    }
  };
}
