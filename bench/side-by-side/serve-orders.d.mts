export function serveOrders<Order>(
  does: Readonly<Record<string, (order: Order) => Promise<unknown>>>,
): Promise<never>;
