/** Markdown tables and the numbers in them. */

/** A table whose first column is text and whose others are numbers. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => i === 0 ? "---" : "---:");
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Three significant digits or so, with thousands separated. */
export function format(number: number | undefined): string {
  if (number === undefined || !Number.isFinite(number)) return "—";
  const size = Math.abs(number);
  if (size >= 100) return Math.round(number).toLocaleString("en-US");
  if (size < 0.005) return "0";
  return number.toFixed(size >= 10 ? 1 : 2);
}
