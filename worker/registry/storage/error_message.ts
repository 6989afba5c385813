/** Returns an error's message, for a reason that is reported elsewhere. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
