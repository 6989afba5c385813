import * as v from 'valibot';

/**
 * What an operator set cannot be meant. Every client is answered with the message, so it names the variable and what
 * is allowed, and never holds a value: one that was put in the wrong place may be a secret.
 */
export class ConfigurationError extends Error {
  /** @param faults one sentence for each variable that is wrong, without its value */
  constructor(...faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
  }
}

/**
 * Reads the variables of a Worker.
 *
 * @throws ConfigurationError that names every variable which is wrong, in the words of its schema
 */
export function parseVariables<const Schema extends v.GenericSchema>(
  schema: Schema,
  variables: unknown,
): v.InferOutput<Schema> {
  // valibot's own words quote what they found: they are replaced where a schema has none.
  const parsed = v.safeParse(schema, variables, { message: 'has a value that is not allowed' });
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the variables'} ${issue.message}`);
  throw new ConfigurationError(...faults);
}

/** A variable as a number; NaN where it is none, or empty. */
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

/** What an operator reads about a variable: docs/configuration.md and wrangler.toml are made of it. */
export type VariableDocumentation = {
  readonly meaning: string;
  /** What it may be set to. */
  readonly values: string;
  readonly unit?: 'MB' | 'ms';
  /** Set with `wrangler secret put`, and never in wrangler.toml. */
  readonly secret?: true;
};

/** The schema of a variable with what an operator reads about it. */
export const documented = <const Schema extends v.GenericSchema>(
  schema: Schema,
  documentation: VariableDocumentation,
) => v.pipe(schema, v.metadata(documentation));
