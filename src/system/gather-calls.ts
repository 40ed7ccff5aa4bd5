/** Until everything that can go on now has: ticks come after all promises that are settled. */
export const endOfTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

/**
 * Makes one call of all that are made at the same time: before the event loop goes on. A caller never gets an answer that
 * was begun before its call. All of them get the failure.
 *
 * @param answer - Gives the answers in the order of what was asked.
 */
export function gatherCalls<Asked, Answer>(
  answer: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
): (asked: Asked) => Promise<Answer> {
  let waiting: { readonly asked: Asked; readonly settle: Settle<Answer> }[] = [];
  async function answerAll() {
    // Twice, as who shares reads has waited once before it calls.
    await endOfTick();
    await endOfTick();
    const calls = waiting;
    waiting = [];
    try {
      const answers = await answer(calls.map(({ asked }) => asked));
      for (const [place, { settle }] of calls.entries()) settle.resolve(answers[place] as Answer);
    } catch (error) {
      for (const { settle } of calls) settle.reject(error);
    }
  }
  return (asked) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) void answerAll();
      waiting.push({ asked, settle: { resolve, reject } });
    });
}

interface Settle<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
