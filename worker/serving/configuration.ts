import * as v from 'valibot';

/** What an operator sets, normalised. README's table of configuration says the same in words. */
export interface ServingConfiguration {
  /** How long a pointer that was read may be used again. 0: every request asks. */
  readonly pointerMaxAgeMs: number;
  /** How long to wait for the pointer before the last one known is used. */
  readonly pointerTimeoutMs: number;
  readonly memoryBudgetBytes: number;
  /** How large the WebAssembly heap may become. What needs more is refused. */
  readonly heapLimitBytes: number;
  readonly onLoadFailure: 'previous' | 'error';
  readonly maxRequestBytes: number;
  /** Whether blobs are kept in the platform's cache, nearer than storage. */
  readonly cachesBlobs: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** What an operator set cannot be meant; the message is for the operator and holds no secret. */
export class ConfigurationError extends Error {}

const numeric = (minimum: number) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => (String(value).trim() === '' ? Number.NaN : Number(value))),
    v.check((value) => Number.isFinite(value) && value >= minimum, `must be a number of at least ${minimum}`),
  );

const VariablesSchema = v.object({
  POINTER_MAX_AGE_MS: v.optional(numeric(0), '0'),
  POINTER_TIMEOUT_MS: v.optional(numeric(1), '5000'),
  MEMORY_BUDGET_MB: v.optional(numeric(0.01), '64'),
  HEAP_LIMIT_MB: v.optional(numeric(32), '100'),
  ON_LOAD_FAILURE: v.optional(v.picklist(['previous', 'error'], 'must be "previous" or "error"'), 'previous'),
  MAX_REQUEST_MB: v.optional(numeric(0.001), '8'),
  BLOB_CACHE: v.optional(v.picklist(['on', 'off'], 'must be "on" or "off"'), 'on'),
});

/** @throws ConfigurationError that names every variable which is wrong, and what it may be */
export function parseConfiguration(variables: object): ServingConfiguration {
  const parsed = v.safeParse(VariablesSchema, variables);
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => {
      const name = v.getDotPath(issue) ?? 'a variable';
      return `${name} ${issue.message}, not ${JSON.stringify(Reflect.get(variables, name))}`;
    });
    throw new ConfigurationError(`configuration: ${faults.join('; ')}`);
  }
  const { output } = parsed;
  return {
    pointerMaxAgeMs: output.POINTER_MAX_AGE_MS,
    pointerTimeoutMs: output.POINTER_TIMEOUT_MS,
    memoryBudgetBytes: output.MEMORY_BUDGET_MB * MEBIBYTE,
    heapLimitBytes: output.HEAP_LIMIT_MB * MEBIBYTE,
    onLoadFailure: output.ON_LOAD_FAILURE,
    maxRequestBytes: Math.floor(output.MAX_REQUEST_MB * MEBIBYTE),
    cachesBlobs: output.BLOB_CACHE === 'on',
  };
}
