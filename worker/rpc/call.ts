import * as v from 'valibot';
import { isName, NAME_RULE } from '../model/names.ts';
import { parseVersion } from '../registry/version/version.ts';
import type { RequestScope, ServingTarget } from '../serving/api.ts';
import type { Refused } from './api.ts';
import { refused } from './predict.ts';

const NAMES_LIMIT = 1000;
const TextSchema = v.pipe(v.string(), v.maxLength(1000));

const VersionEntries = {
  version: v.optional(TextSchema),
  label: v.optional(TextSchema),
  minimumGeneration: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
};

export const VersionOptionsSchema = v.strictObject(VersionEntries);

export const PredictOptionsSchema = v.strictObject({
  ...VersionEntries,
  signature: v.optional(TextSchema),
  outputs: v.optional(v.pipe(v.array(TextSchema), v.maxLength(NAMES_LIMIT))),
  routingKey: v.optional(TextSchema),
});

/** The named inputs of a call. Their values are checked against the signature. */
export const InputsSchema = v.record(v.string(), v.unknown());

/** Parses an argument of a call, which another Worker may have sent in any form. */
export function parseArgument<Schema extends v.GenericSchema>(
  name: string,
  schema: Schema,
  given: unknown,
): { readonly ok: true; readonly value: v.InferOutput<Schema> } | Refused {
  const parsed = v.safeParse(schema, given);
  if (parsed.success) return { ok: true, value: parsed.output };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  return refused(400, `The ${name}${path === null ? '' : `, at "${path}"`}: ${issue.message}`);
}

/** Returns the version that a call selects. */
export function targetOf(
  model: unknown,
  { version, label }: v.InferOutput<typeof VersionOptionsSchema>,
): ServingTarget | Refused {
  if (typeof model !== 'string' || !isName(model)) {
    return refused(404, `There is no such model: the name of a model consists of ${NAME_RULE}`);
  }
  if (version !== undefined && label !== undefined) {
    return refused(400, 'The options name a version and a label; name one of them');
  }
  if (label !== undefined) return { model, selector: { kind: 'label', label } };
  if (version === undefined) return { model, selector: { kind: 'current' } };
  const parsed = parseVersion(version);
  if (parsed === undefined) return refused(404, `Model ${model} has no version ${version}`);
  return { model, selector: { kind: 'version', version: parsed } };
}

/** The lifetime of a call. */
export class CallScope implements RequestScope {
  readonly minimumGeneration: number | undefined;
  readonly #context: Pick<ExecutionContext, 'waitUntil'>;
  readonly #routingKey: string | undefined;

  constructor(
    context: Pick<ExecutionContext, 'waitUntil'>,
    options: { readonly minimumGeneration?: number | undefined; readonly routingKey?: string | undefined },
  ) {
    this.#context = context;
    this.minimumGeneration = options.minimumGeneration;
    this.#routingKey = options.routingKey;
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#context.waitUntil(promise);
  }

  routingKey(): string | undefined {
    return this.#routingKey;
  }
}
