import { type Episode, hasUsersWord } from "../../domain/episode.js";
import type { EpisodicMemory } from "./episodic-memory.js";

/** The reading half of episodic memory. */
type Reading = Pick<EpisodicMemory, "get" | "latest" | "list" | "similar">;

/**
 * Episodes as a turn reads them: what an author who does not count said of one is left out, as if nobody had said it.
 *
 * @param counts - Whether feedback of this author, who is not the user, stands for the user's own.
 */
export function withUsersWord<Memory extends Reading>(
  episodes: Memory,
  counts: (author: string) => boolean,
): Memory {
  const own = (user: string) => (episode: Episode) =>
    hasUsersWord(episode, user, counts)
      ? episode
      : { ...episode, groundTruth: null, feedback: null };
  return {
    ...episodes,
    async get(user, id) {
      const episode = await episodes.get(user, id);
      return episode && own(user)(episode);
    },
    latest: async (user, ...rest) => (await episodes.latest(user, ...rest)).map(own(user)),
    list: async (user, ...rest) => (await episodes.list(user, ...rest)).map(own(user)),
    async similar(user, ...rest) {
      const found = await episodes.similar(user, ...rest);
      const recalled = found.recalled.map((each) => ({
        ...each,
        episode: own(user)(each.episode),
      }));
      return { ...found, recalled };
    },
  };
}

/** Episodes as learning reads them: without text of others. */
export function onlyUsersOwn<Memory extends Reading>(episodes: Memory): Memory {
  return {
    ...episodes,
    async get(user, id) {
      const episode = await episodes.get(user, id);
      return episode && isOwn(episode) ? episode : null;
    },
    latest: async (user, ...rest) => (await episodes.latest(user, ...rest)).filter(isOwn),
    // An empty page would be the end of the history.
    async list(user, options = {}) {
      let page = await episodes.list(user, options);
      while (page.length > 0 && !page.some(isOwn))
        page = await episodes.list(user, { ...options, before: page.at(-1)?.id ?? "" });
      return page.filter(isOwn);
    },
    async similar(user, ...rest) {
      const found = await episodes.similar(user, ...rest);
      return { ...found, recalled: found.recalled.filter(({ episode }) => isOwn(episode)) };
    },
  };
}

function isOwn({ source }: Episode): boolean {
  return source !== "foreign";
}
