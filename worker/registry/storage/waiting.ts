/** Resolves after so many milliseconds. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** An operation gave no answer in time. It may have happened, and it may yet happen. */
export class TimeLimitError extends Error {}

/**
 * Waits for an operation, but no longer than the limit.
 *
 * @throws TimeLimitError
 */
export async function withinTimeLimit<T>(
  what: string,
  limitMilliseconds: number,
  operation: Promise<T>,
): Promise<T> {
  return within(limitMilliseconds, operation, () => {
    const seconds = Math.round(limitMilliseconds / 100) / 10;
    return new TimeLimitError(
      `the storage gave no answer to ${what} within ${seconds} seconds, as where the disk is full or the connection lost`,
    );
  });
}

/** The promise's outcome, or a rejection when it takes longer than this. What it does goes on regardless. */
export async function within<T>(milliseconds: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const { promise: lateness, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([promise, lateness]);
  } finally {
    clearTimeout(timer);
  }
}
