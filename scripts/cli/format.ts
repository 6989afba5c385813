const UNITS = ['kB', 'MB', 'GB'];

/** @example formatBytes(2_619_461) // '2.6 MB' */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = '';
  for (const next of UNITS) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${unit}`;
}

/** @example formatTime('2026-11-22T12:00:00.000Z') // '2026-11-22 12:00:00Z' */
export function formatTime(timestamp: string): string {
  return timestamp.replace('T', ' ').replace(/\.\d+/, '');
}

/** Formats the time since a moment. @example formatAge(12_345) // '12 s ago' */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** Formats rows of cells as lines with aligned columns. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** @example formatDifference(1.230000000740361e-7) // '1.2e-7' */
export function formatDifference(difference: number): string {
  return difference === 0 ? '0' : difference.toPrecision(2);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Formats a length of time. @example formatDuration(1600) // '1.6 s' */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
