import * as v from 'valibot';
import { type ParsedDocument, parseValue } from '../../storage/json_document.ts';
import type { Manifest } from '../../version/manifest.ts';
import type { Pointer } from '../pointer.ts';
import { BY_LENGTH, type ChangeRecord, type PointerTransition, REASON_LENGTH } from '../transition.ts';

/**
 * Control characters are refused: with a line break, a caller could add lines to a log or a terminal, and with those of
 * bidirectional text show the name of another token at the end.
 */
const BySchema = v.pipe(
  v.string(),
  v.maxLength(BY_LENGTH),
  v.regex(/^\P{Cc}*$/u, 'has control characters'),
  v.check((text) => !/[\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(text), 'has control characters'),
  // Only the management Worker writes this word, before the name of the token.
  v.check((text) => !/\bvia\b/i.test(text), 'has the word "via", which names a token'),
);
const ReasonSchema = v.pipe(
  v.string(),
  v.maxLength(REASON_LENGTH),
  v.check((text) => !/[^\P{Cc}\n\t]/u.test(text), 'has control characters'),
);

/** The reason for a change and its author, as the caller states them. */
export const WhyEntries = { reason: v.optional(ReasonSchema), by: v.optional(BySchema) };

/** The members that every change accepts over HTTP in addition to its own. */
const CommonEntries = {
  ...WhyEntries,
  /** For an emergency: no agreed moment. Each isolate adopts the change when it reads the pointer. */
  now: v.optional(v.boolean()),
  /** False to answer once the change is written, before it takes effect. */
  wait: v.optional(v.boolean()),
};
const CommonSchema = v.object(CommonEntries);
type Common = v.InferOutput<typeof CommonSchema>;

/** The data on which a change is decided. */
export interface ChangeContext {
  readonly model: string;
  /** The pointer at the beginning: it determines what `previous` and `staged` mean, also in later attempts. */
  readonly pointer: Pointer | undefined;
  readonly record: ChangeRecord;
}

export type PreparedChange =
  | {
      readonly kind: 'ready';
      /** The version that must be published. */
      readonly requires: string | undefined;
      readonly transition: (published: Manifest | undefined) => PointerTransition;
    }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | { readonly kind: 'refused'; readonly reason: string };

/** A change to a pointer with its parameters, ready to be made here or to be sent to a management Worker. */
export interface PointerChange {
  readonly name: string;
  /** A JSON object. */
  readonly parameters: object;
  prepare(context: ChangeContext): PreparedChange;
}

/** A kind of change: its name, its parameters, and its transition. */
export interface ChangeDefinition<Input> {
  readonly name: string;
  readonly summary: string;
  /** The closed schema of the request's body. */
  readonly schema: v.GenericSchema;
  /** Makes the change with valid parameters. */
  of(parameters: Input): PointerChange;
  /** Parses the body of a request for this change. */
  read(body: unknown): ParsedDocument<{ readonly change: PointerChange; readonly why: Common }>;
}

/** Defines a change. `prepare` returns the version that must be published and the pure transition. */
export function defineChange<const Entries extends v.ObjectEntries>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly entries: Entries;
  readonly prepare: (
    parameters: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    context: ChangeContext,
  ) => PreparedChange;
}): ChangeDefinition<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> {
  const { name, summary, entries, prepare } = definition;
  const parametersSchema = v.strictObject(entries);
  const of = (parameters: v.InferOutput<typeof parametersSchema>): PointerChange => ({
    name,
    parameters,
    prepare: (context) => prepare(parameters, context),
  });
  return {
    name,
    summary,
    schema: v.strictObject({ ...entries, ...CommonEntries }),
    of,
    read: (body) => {
      const { why, rest } = splitCommon(body);
      const parsedWhy = parseValue(CommonSchema, why);
      if (parsedWhy.kind === 'malformed') return parsedWhy;
      const parsed = parseValue(parametersSchema, rest);
      if (parsed.kind === 'malformed') return parsed;
      return { kind: 'valid', value: { change: of(parsed.value), why: parsedWhy.value } };
    },
  };
}

function splitCommon(body: unknown): { readonly why: object; readonly rest: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { why: {}, rest: body };
  const isCommon = ([member]: [string, unknown]): boolean => Object.hasOwn(CommonEntries, member);
  const members = Object.entries(body);
  return {
    why: Object.fromEntries(members.filter(isCommon)),
    rest: Object.fromEntries(members.filter((member) => !isCommon(member))),
  };
}

/** Makes a prepared change that needs `requires` to be published, or no version. */
export function ready(requires: string | undefined, transition: PointerTransition): PreparedChange {
  return { kind: 'ready', requires, transition: () => transition };
}
