import * as v from 'valibot';

/** What an operator sets, normalised. README's table of configuration says the same in words. */
export interface ServingConfiguration {
  /** How long a pointer that was read may be used again. 0: every request asks. */
  readonly pointerMaxAgeMs: number;
  /** How long to wait for the pointer before the last one known is used. */
  readonly pointerTimeoutMs: number;
  readonly memoryBudgetBytes: number;
  readonly onLoadFailure: 'previous' | 'error';
  readonly maxRequestBytes: number;
}

const MEBIBYTE = 1024 * 1024;

const numeric = (minimum: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.trim(), v.nonEmpty())]),
    v.transform(Number),
    v.number(),
    v.finite(),
    v.minValue(minimum),
  );

const VariablesSchema = v.object({
  POINTER_MAX_AGE_MS: v.optional(numeric(0), '0'),
  POINTER_TIMEOUT_MS: v.optional(numeric(1), '5000'),
  MEMORY_BUDGET_MB: v.optional(numeric(0.01), '64'),
  ON_LOAD_FAILURE: v.optional(v.picklist(['previous', 'error']), 'previous'),
  MAX_REQUEST_MB: v.optional(numeric(0.001), '16'),
});

/** @throws an error that names the variable which is wrong, and what it may be. */
export function parseConfiguration(variables: unknown): ServingConfiguration {
  const parsed = v.safeParse(VariablesSchema, variables);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`configuration: ${v.getDotPath(issue) ?? 'variables'}: ${issue.message}`);
  }
  const { output } = parsed;
  return {
    pointerMaxAgeMs: output.POINTER_MAX_AGE_MS,
    pointerTimeoutMs: output.POINTER_TIMEOUT_MS,
    memoryBudgetBytes: output.MEMORY_BUDGET_MB * MEBIBYTE,
    onLoadFailure: output.ON_LOAD_FAILURE,
    maxRequestBytes: Math.floor(output.MAX_REQUEST_MB * MEBIBYTE),
  };
}
