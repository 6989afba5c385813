/** Milliseconds. */
const INTERVAL = 1000;

/**
 * Tells of progress about once a second, whatever happens in between, so that a log is not filled with it.
 *
 * @param now milliseconds on any clock
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
