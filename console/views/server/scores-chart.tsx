import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { axisLook, tooltipLook } from "../../parts/chart-look.js";
import { percent } from "../../parts/counted.js";
import type { Tried } from "./progress.js";
import styles from "./server.module.css";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** Scores before and after each change, the oldest first; the means of both stand above it in words. */
export default function ScoresChart({ tried }: { readonly tried: readonly Tried[] }) {
  const points = tried.map(({ user, at, before, after }, place) => ({
    place,
    title: `${user}, ${day.format(new Date(at))}`,
    day: day.format(new Date(at)),
    before,
    after,
  }));
  return (
    <div className={styles["chart"]} aria-hidden>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={points}
          margin={{ top: 12, right: 20, bottom: 4, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--console-line)" />
          <XAxis
            dataKey="place"
            tickFormatter={(place) => points[Number(place)]?.day ?? ""}
            minTickGap={40}
            {...axisLook}
          />
          <YAxis domain={[0, 1]} tickFormatter={percent} width={48} {...axisLook} />
          <Tooltip
            formatter={(share) => percent(Number(share))}
            labelFormatter={(place) => points[Number(place)]?.title ?? ""}
            contentStyle={tooltipLook}
          />
          <Legend />
          <Bar
            dataKey="before"
            name="Before"
            fill="var(--mantine-color-dimmed)"
            maxBarSize={24}
            isAnimationActive={false}
          />
          <Bar
            dataKey="after"
            name="After"
            fill="var(--mantine-primary-color-filled)"
            maxBarSize={24}
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
