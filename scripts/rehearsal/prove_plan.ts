import type { PlanRecord } from '../../worker/registry/version/rehearsal_record.ts';
import type { ExampleRequest } from './generated_examples.ts';
import type { RehearsedVersion } from './rehearse_version.ts';

type Variation = (values: readonly unknown[]) => unknown[];

/** Ways to other values that a model is likely to take, since what it took are indices perhaps. */
const VARIATIONS: readonly Variation[] = [
  (values) => [...values],
  (values) => values.toReversed(),
  (values) => values.map(otherNumber),
];

/**
 * Whether plans compute a version. A Worker records the first request of a shape and proves its plan with the next one
 * and with values of its own, here as in production. Integers it only takes from requests, so this asks with others
 * until a plan is proven.
 */
export async function provePlan({
  client,
  request,
}: Pick<RehearsedVersion, 'client' | 'request'>): Promise<PlanRecord> {
  const variations = request === undefined ? [] : VARIATIONS.map((vary) => varied(request.example, vary));
  for (const example of variations) {
    const asked = await client.planRecord();
    if (asked.kind === 'answered' && asked.value.kind === 'planned') return asked.value;
    // What it makes of values that nobody asked it to take is no fault of its own.
    if (request !== undefined) await client.predict(example, request.signature);
  }
  const asked = await client.planRecord();
  return asked.kind === 'answered' ? asked.value : { kind: 'not shown' };
}

/** The same request with other values in the same places. */
function varied({ signature_name, inputs }: ExampleRequest, vary: Variation): ExampleRequest {
  const others = Object.entries(inputs).map(([name, nested]): [string, unknown] => {
    const leaves = vary(leavesOf(nested));
    return [name, refilled(nested, leaves[Symbol.iterator]())];
  });
  return { signature_name, inputs: Object.fromEntries(others) };
}

/** A float near it; an index that is there where this one is, but for 0 in a table of one. */
function otherNumber(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'number') return value;
  if (Number.isInteger(value)) return value > 0 ? value - 1 : value + 1;
  return value / 2;
}

function leavesOf(nested: unknown): unknown[] {
  return Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested];
}

function refilled(nested: unknown, leaves: Iterator<unknown>): unknown {
  return Array.isArray(nested) ? nested.map((each) => refilled(each, leaves)) : leaves.next().value;
}
