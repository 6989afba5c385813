import * as v from 'valibot';
import { type ParsedDocument, parseValue } from '../../storage/json_document.ts';
import type { Manifest } from '../../version/manifest.ts';
import type { Pointer } from '../pointer.ts';
import { BY_LENGTH, type ChangeRecord, type PointerTransition, REASON_LENGTH } from '../transition.ts';

/** Any line break would let a caller write lines of its own into a log or a terminal. */
const BySchema = v.pipe(
  v.string(),
  v.maxLength(BY_LENGTH),
  v.regex(/^\P{Cc}*$/u, 'has control characters'),
  // The name of the token follows after this word, and only the management Worker writes it.
  v.check((text) => !/\bvia\b/i.test(text), 'has the word "via", which names a token'),
);
const ReasonSchema = v.pipe(
  v.string(),
  v.maxLength(REASON_LENGTH),
  v.check((text) => !/[^\P{Cc}\n\t]/u.test(text), 'has control characters'),
);

/** Why something is done, as a caller says it. */
export const WhyEntries = { reason: v.optional(ReasonSchema), by: v.optional(BySchema) };

/** Members that every change takes over HTTP besides its own. */
const CommonEntries = {
  ...WhyEntries,
  /** In an emergency: no agreed moment, every isolate changes over as it reads. */
  now: v.optional(v.boolean()),
  /** False: the answer comes as soon as the change is written, before it takes effect. */
  wait: v.optional(v.boolean()),
};
const CommonSchema = v.object(CommonEntries);
type Common = v.InferOutput<typeof CommonSchema>;

/** On what a change is decided. */
export interface ChangeContext {
  readonly model: string;
  /** As it is at the beginning: what `previous` or `staged` means is settled once. */
  readonly pointer: Pointer | undefined;
  readonly record: ChangeRecord;
}

export type PreparedChange =
  | {
      readonly kind: 'ready';
      /** The version that has to be published for it. */
      readonly requires: string | undefined;
      readonly transition: (published: Manifest | undefined) => PointerTransition;
    }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | { readonly kind: 'refused'; readonly reason: string };

/** A change to a pointer with its parameters, ready to be made here or to be sent to a management Worker. */
export interface PointerChange {
  readonly name: string;
  /** As JSON. */
  readonly parameters: object;
  prepare(context: ChangeContext): PreparedChange;
}

/** What can be changed in a pointer: under which name, with which parameters, and how. */
export interface ChangeDefinition<Input> {
  readonly name: string;
  readonly summary: string;
  /** Of the request's body, closed. */
  readonly schema: v.GenericSchema;
  /** The change with parameters that were checked already. */
  of(parameters: Input): PointerChange;
  /** The change that a request's body asks for. */
  read(body: unknown): ParsedDocument<{ readonly change: PointerChange; readonly why: Common }>;
}

/** Defines a change. `prepare` says which version it needs and gives its pure transition. */
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

/** A change that needs `requires` to be published, or no version. */
export function ready(requires: string | undefined, transition: PointerTransition): PreparedChange {
  return { kind: 'ready', requires, transition: () => transition };
}
