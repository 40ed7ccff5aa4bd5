import type { VerbInput, VerbName, VerbOutput } from "../../contract/verbs.js";
import { PersonaAgentError } from "../../system/errors.js";
import { noPendingReview } from "../alignment-runs/no-pending-review-error.js";
import type { PersonaAgent } from "../persona-agent.js";
import { checkInput } from "./check-input.js";
import { expectKnownUser } from "./known-user.js";
import type { VerbHooks } from "./verb-hooks.js";

type Handlers = {
  readonly [Name in VerbName]: (
    agent: PersonaAgent,
    input: VerbInput<Name>,
    hooks: VerbHooks,
  ) => Promise<VerbOutput<Name>>;
};

/** What each verb does with an agent. */
const handlers: Handlers = {
  ask: (agent, { user, message, settings, ...options }, { signal, onProgress }) =>
    agent.ask(user, message, {
      ...options,
      signal,
      ...(settings && { settings }),
      ...(onProgress && { onEvent: onProgress }),
    }),
  remember: (agent, { user, ...interaction }) => agent.remember(user, interaction),
  async import(agent, { items, archive, ...options }, hooks) {
    const given = [items, archive].filter((data) => data !== undefined);
    if (given.length === 1) return agent.import(given[0] ?? [], { ...options, ...hooks });
    throw new PersonaAgentError(
      "config-invalid",
      `${given.length === 0 ? "Neither items nor an archive were" : "Both items and an archive were"} given; expected one of them. Send items or an archive.`,
    );
  },
  list: (agent, { user, ...options }) => agent.list(user, options),
  show: (agent, { user, id }) => agent.show(user, id),
  search: (agent, { user, text, limit }, { onDegraded }) =>
    agent.search(user, text, { limit, onDegraded }),
  correct: (agent, { user, id, answer, author }) => agent.correct(user, id, answer, { author }),
  forget: (agent, { user, id }) => agent.forget(user, id),
  feedback: (agent, { user, id, ...feedback }) =>
    agent.feedback(user, { ...feedback, episodeId: id }),
  profile: (agent, { user }) => agent.profile(user),
  restate: (agent, { user, ...change }) => agent.restate(user, change),
  persona: (agent, { user }) => agent.persona(user),
  log: (agent, { user, ...options }) => agent.log(user, options),
  diff: (agent, { user, ...versions }) => agent.diff(user, versions),
  rollback: (agent, { user, to }) => agent.rollback(user, { to }),
  async align(agent, { user, settings, discardReview }, { signal, onProgress }) {
    await expectKnownUser(user, agent.memory);
    return agent.align(user, {
      signal,
      ...(settings && { settings }),
      ...(discardReview !== undefined && { discardReview }),
      ...(onProgress && { onEvent: onProgress }),
    });
  },
  async review(agent, { user }) {
    const request = await agent.pendingReview(user);
    if (request === null) throw await noPendingReview(user, agent.memory);
    return request;
  },
  decide: (agent, { user, ...answer }, { signal, onProgress }) =>
    agent.review(user, answer, { signal, ...(onProgress && { onEvent: onProgress }) }),
  async reflect(agent, { user, settings }, { signal }) {
    await expectKnownUser(user, agent.memory);
    return agent.reflect(user, { signal, ...(settings && { settings }) });
  },
  status: (agent, { user }) => agent.status(user),
  health: (agent) => agent.health(),
  statuses: (agent) => agent.statuses(),
  usage: (agent, { user, ...options }) => agent.usage(user, options),
  usages: (agent, options) => agent.usages(options),
  locale: (agent, { user }) => agent.locale(user),
  setLocale: (agent, { user, ...change }) => agent.setLocale(user, change),
  users: (agent) => agent.users(),
  export: (agent, { user }) => agent.export(user),
  erase: (agent, { user }) => agent.erase(user),
};

/**
 * Checks an input and does what the verb says. The result is what every door gives.
 *
 * @throws {PersonaAgentError} `config-invalid` for an input that does not fit, with each bad field in one line; else as
 *   the agent's method of that name.
 */
export async function callVerb<Name extends VerbName>(
  agent: PersonaAgent,
  name: Name,
  input: unknown,
  hooks: VerbHooks = {},
): Promise<VerbOutput<Name>> {
  return handlers[name](agent, checkInput(name, input), hooks);
}
