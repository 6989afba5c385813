import { type Pointer, PointerSchema } from '../../../../worker/registry/pointer/pointer.ts';
import { parseDocument } from '../../../../worker/registry/storage/json_document.ts';
import type { Mutation } from './mutation.ts';
import type { PROMISES } from './promises.ts';
import { READING } from './simulated_isolate.ts';

/** A rule, the mutation that removes it, and the promise that depends on it. */
export interface MutatedRule {
  readonly rule: string;
  readonly breaks: keyof typeof PROMISES;
  readonly mutation: Mutation;
}

function edit(text: string, change: (pointer: Pointer) => Pointer): string {
  const parsed = parseDocument(PointerSchema, text);
  if (parsed.kind === 'malformed') throw new Error(parsed.reason);
  return JSON.stringify(change(parsed.value));
}

function withLeases(pointer: Pointer, msOf: (ms: number) => number): Pointer {
  const { lease, pending } = pointer;
  const changed = <Leased extends Pick<Pointer, 'lease'>>(state: Leased, from: Pointer['lease']): Leased =>
    from === undefined ? state : { ...state, lease: { ...from, ms: msOf(from.ms) } };
  return {
    ...changed(pointer, lease),
    ...(pending && { pending: { ...pending, before: changed(pending.before, pending.before.lease) } }),
  };
}

const momentWithoutLease = (pointer: Pointer): Pointer => {
  const { pending } = pointer;
  if (pending === undefined) return pointer;
  const delayMs = Math.max(0, pending.delayMs - (pending.before.lease?.ms ?? 0));
  return { ...pointer, pending: { ...pending, delayMs } };
};

const longerLease = (pointer: Pointer): Pointer =>
  withLeases(pointer, (ms) => Math.max(ms, pointer.lease?.ms ?? 0, pointer.pending?.before.lease?.ms ?? 0));

let readings = 0;
const withoutOrder = (pointer: Pointer): Pointer => {
  const added = ++readings * READING;
  const { generation, pending } = pointer;
  const before = pending && { ...pending.before, generation: pending.before.generation + added };
  return {
    ...pointer,
    generation: generation + added,
    ...(pending && before && { pending: { ...pending, generation: pending.generation + added, before } }),
  };
};

export const MUTATED_RULES: readonly MutatedRule[] = [
  {
    rule: 'the delay is at least the lease',
    breaks: 'together',
    mutation: { publisherConnection: { writeText: (text) => edit(text, momentWithoutLease) } },
  },
  {
    rule: 'an acknowledgment waits for the moment',
    breaks: 'nothingOldAfterAcknowledgment',
    mutation: { acknowledgesAtOnce: true },
  },
  {
    rule: 'a lease counts from the start of the read',
    breaks: 'nothingOldAfterAcknowledgment',
    mutation: {
      isolateConnection: {
        // A lease that counted from the end of the read would be longer by its duration.
        readText: (text, tookMs) =>
          edit(text, (pointer) => withLeases(pointer, (ms) => (ms === 0 ? 0 : ms + tookMs))),
      },
    },
  },
  {
    rule: 'a change waits for the one that is pending',
    breaks: 'together',
    // By a clock that is this far ahead, every change is long past.
    mutation: { operatorAheadMs: 3_600_000 },
  },
  {
    rule: 'while the lease changes the shorter one holds',
    breaks: 'nothingOldAfterAcknowledgment',
    mutation: { isolateConnection: { readText: (text) => edit(text, longerLease) } },
  },
  {
    rule: 'an older generation does not replace a newer one',
    breaks: 'forwardInAnIsolate',
    mutation: { isolateConnection: { readText: (text) => edit(text, withoutOrder) } },
  },
  {
    rule: 'a client sends the generation that it has seen',
    breaks: 'forwardForAClient',
    mutation: { clientsForget: true },
  },
  {
    rule: 'an isolate waits for the moment of a generation that a client claims to have seen',
    breaks: 'together',
    mutation: { isolateSleep: () => Promise.resolve() },
  },
  {
    rule: 'a pointer is written by compare-and-set',
    breaks: 'oldOrNew',
    mutation: { ignoresConditions: true },
  },
  {
    rule: 'a command keeps its id when it is given again',
    breaks: 'oldOrNew',
    mutation: { repeatsUnderNewIds: true },
  },
  {
    rule: 'storage gives a write the time at which it happens',
    breaks: 'mixtureIsSaid',
    mutation: { storageBehindMs: 600 },
  },
];
