const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to leave a version alone after its n-th failure in a row, in milliseconds. */
export function backoff(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
