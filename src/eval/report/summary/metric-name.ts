/** A metric as reports and `--json` name it. */
export type MetricName = "accuracy" | "f1" | "mae" | "rmse";
