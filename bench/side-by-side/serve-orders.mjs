// What all contestants have in common: orders come on the input, one line of JSON each, and each is answered by one
// line with the milliseconds that it took.
import { createInterface } from "node:readline";

/**
 * @param {Record<string, (order: any) => Promise<unknown>>} does - What is done, by its name.
 * @param {() => Promise<void>} close - What is done when there are no more orders.
 */
export async function serveOrders(does, close = async () => {}) {
  const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    const began = performance.now();
    try {
      const result = await does[order.do](order);
      say({ ms: performance.now() - began, result: result ?? null });
    } catch (error) {
      say({ error: String(error?.stack ?? error) });
    }
  }
  await close();
  process.exit(0);
}
