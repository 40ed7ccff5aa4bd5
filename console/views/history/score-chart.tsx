import {
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { Result } from "../../api/client.js";
import { axisLook, tooltipLook } from "../../parts/chart-look.js";
import { percent } from "../../parts/counted.js";
import styles from "./history.module.css";
import { nameOf } from "./standing.js";

type LogEntry = Result<"log">[number];

/** Scores over the versions, oldest first; the same numbers stand in the list, for whoever sees no chart. */
export default function ScoreChart({ entries }: { readonly entries: readonly LogEntry[] }) {
  const points = entries.map((entry) => {
    const mean = entry.means?.holdout ?? entry.means?.batch;
    return {
      name: entry.version === null ? "not taken" : `v${entry.version}`,
      title: nameOf(entry),
      before: mean?.parent ?? null,
      after: mean?.candidate ?? null,
    };
  });
  return (
    <div className={styles["chart"]} aria-hidden>
      <ResponsiveContainer width="100%" height="100%">
        <LineChart
          data={points}
          margin={{ top: 12, right: 20, bottom: 4, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--console-line)" />
          <XAxis dataKey="name" {...axisLook} />
          <YAxis domain={[0, 1]} tickFormatter={percent} width={48} {...axisLook} />
          <Tooltip formatter={(share) => percent(Number(share))} contentStyle={tooltipLook} />
          <Legend />
          <Line
            dataKey="before"
            name="The version before"
            stroke="var(--mantine-color-dimmed)"
            strokeDasharray="5 4"
            isAnimationActive={false}
          />
          <Line
            dataKey="after"
            name="This version"
            stroke="var(--mantine-primary-color-filled)"
            strokeWidth={2.5}
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}
