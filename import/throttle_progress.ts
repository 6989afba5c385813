/** The time between two reports. Milliseconds. */
const INTERVAL = 1000;

/**
 * Reports progress about once a second, so that it does not fill a log.
 *
 * @param now returns milliseconds by any clock
 */
export function occasionally(
  tell: ((text: string) => void) | undefined,
  now: () => number = () => performance.now(),
): (text: string) => void {
  let last = now();
  return (text) => {
    if (now() - last < INTERVAL) return;
    last = now();
    tell?.(text);
  };
}
