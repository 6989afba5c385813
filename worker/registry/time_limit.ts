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
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const seconds = Math.round(limitMilliseconds / 100) / 10;
    late.reject(
      new TimeLimitError(
        `the storage gave no answer to ${what} within ${seconds} seconds, as where the disk is full or the connection lost`,
      ),
    );
  }, limitMilliseconds);
  try {
    return await Promise.race([operation, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
