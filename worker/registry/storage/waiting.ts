import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
/** Resolves after the given number of milliseconds. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** An operation exceeded its time limit. It may have happened, and it may still happen. */
export class TimeLimitError extends CodedError {
  override readonly code: ErrorCode = 'ERR_STORAGE_TIMEOUT';
}

/**
 * Waits for an operation up to a time limit.
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
      `the storage did not answer within ${seconds} seconds while ${what}; the disk may be full or the connection lost`,
    );
  });
}

/** Settles as the promise does, or rejects after the time limit. The operation itself continues. */
export async function within<T>(milliseconds: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const { promise: lateness, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([promise, lateness]);
  } finally {
    clearTimeout(timer);
  }
}
