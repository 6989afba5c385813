import * as v from 'valibot';
import { CodedError, type ErrorCode } from '../model/coded_error.ts';

/**
 * A variable has an invalid value. The message is sent to every client: it names the variable and the valid values, and
 * never quotes the value, which may be a misplaced secret.
 */
export class ConfigurationError extends CodedError {
  override readonly code: ErrorCode = 'ERR_CONFIGURATION_INVALID';

  /** @param faults one sentence for each invalid variable, without its value */
  constructor(...faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
  }
}

/**
 * Reads the variables of a Worker.
 *
 * @throws ConfigurationError that names every invalid variable, in its schema's words
 */
export function parseVariables<const Schema extends v.GenericSchema>(
  schema: Schema,
  variables: unknown,
): v.InferOutput<Schema> {
  // valibot's default messages quote the value, so that a neutral message replaces them.
  const parsed = v.safeParse(schema, variables, { message: 'has a value that is not allowed' });
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the variables'} ${issue.message}`);
  throw new ConfigurationError(...faults);
}

/** Converts a variable to a number, or to NaN if it is empty or not a number. */
export const toNumber = v.pipe(
  v.unknown(),
  v.transform((value) => (String(value).trim() === '' ? Number.NaN : Number(value))),
);

export const wholeNumber = (minimum: number, maximum: number) =>
  v.pipe(
    toNumber,
    v.check(
      (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    ),
  );

/** One of some words. */
export const choice = <const Options extends readonly [string, ...string[]]>(options: Options) =>
  v.picklist(options, `must be ${alternatives(options)}`);

/** @example alternatives(['a', 'b', 'c']) // '"a", "b" or "c"' */
function alternatives(options: readonly string[]): string {
  const quoted = options.map((option) => `"${option}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** The description of a variable, from which docs/configuration.md and wrangler.toml are generated. */
export type VariableDocumentation = {
  readonly meaning: string;
  /** The valid values. */
  readonly values: string;
  readonly unit?: 'MB' | 'ms';
  /** Set with `wrangler secret put`, and never in wrangler.toml. */
  readonly secret?: true;
};

/** Combines the schema of a variable with its description. */
export const documented = <const Schema extends v.GenericSchema>(
  schema: Schema,
  documentation: VariableDocumentation,
) => v.pipe(schema, v.metadata(documentation));
