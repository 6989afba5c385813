import type { PlanRecord } from '../../worker/registry/version/rehearsal_record.ts';
import type { ExampleRequest } from './generated_examples.ts';
import type { RehearsedVersion } from './rehearse_version.ts';

type Variation = (values: readonly unknown[]) => unknown[];

/** Variations of a request that a model probably accepts, since its values may be indices. */
const VARIATIONS: readonly Variation[] = [
  (values) => [...values],
  (values) => values.toReversed(),
  (values) => values.map(otherNumber),
];

/**
 * Determines whether plans compute a version. As in production, a Worker records the first request of a shape and
 * proves its plan with the next request and with probe inputs. Probes take their integers from requests, so that this
 * function sends varied requests until a plan is proven.
 */
export async function provePlan({
  client,
  request,
}: Pick<RehearsedVersion, 'client' | 'request'>): Promise<PlanRecord> {
  const variations = request === undefined ? [] : VARIATIONS.map((vary) => varied(request.example, vary));
  for (const example of variations) {
    const asked = await client.planRecord();
    if (asked.kind === 'answered' && asked.value.kind === 'planned') return asked.value;
    // Failures on varied values are not the version's fault.
    if (request !== undefined) await client.predict(example, request.signature);
  }
  const asked = await client.planRecord();
  return asked.kind === 'answered' ? asked.value : { kind: 'not shown' };
}

/** Returns the same request with varied values. */
function varied({ signature_name, inputs }: ExampleRequest, vary: Variation): ExampleRequest {
  const others = Object.entries(inputs).map(([name, nested]): [string, unknown] => {
    const leaves = vary(leavesOf(nested));
    return [name, refilled(nested, leaves[Symbol.iterator]())];
  });
  return { signature_name, inputs: Object.fromEntries(others) };
}

/** Returns a nearby float, or an index that probably exists if this one does, unless it is 0 in a table of one. */
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
