/** What all charts have alike. */
export const axisLook = { stroke: "var(--mantine-color-dimmed)", fontSize: 12, tickLine: false };

export const tooltipLook = {
  background: "var(--console-card)",
  border: "1px solid var(--console-line)",
  borderRadius: 8,
};
