import fc from 'fast-check';
import type { Lease } from '../../../../worker/registry/pointer/pointer.ts';
import type { OperationPlan } from './simulated_bucket.ts';

/** The change of one command of an operator. */
export type CommandPlan = {
  /** Milliseconds after the end of the previous command. */
  readonly pause: number;
  /** True for a change without an agreed moment. */
  readonly immediately: boolean;
} & ({ readonly kind: 'flip' } | { readonly kind: 'lease'; readonly lease: Lease });

export interface PublisherPlan {
  readonly commands: readonly CommandPlan[];
  readonly operations: readonly OperationPlan[];
  /** Milliseconds after the beginning until the publisher dies; undefined if it never does. */
  readonly dies: number | undefined;
}

export interface IsolatePlan {
  /** The skews of its clock in turn, each for `skewLasts`, as shares of the largest skew. */
  readonly skews: readonly number[];
  readonly skewLasts: number;
  /** POINTER_LEASE_MS. */
  readonly leaseLimit: number;
  readonly reads: readonly OperationPlan[];
  /** The times between the beginnings of two requests, which are used cyclically. Long ones are sleep. */
  readonly gaps: readonly number[];
}

export interface ClientPlan {
  /** The isolate of each request, and the pause after its answer. */
  readonly steps: readonly { readonly isolate: number; readonly pause: number }[];
  /** The number of generations by which its claim exceeds the generation that it has seen. */
  readonly claims: number;
}

/** Everything that an adversary chooses in a simulated world. */
export interface Schedule {
  readonly lease: Lease;
  /** The largest skew, in multiples of the skew that the first lease allows. */
  readonly excess: number;
  readonly operatorAheadMs: number;
  /** The factor of the waits between a publisher's attempts. */
  readonly random: number;
  readonly publishers: readonly PublisherPlan[];
  readonly isolates: readonly IsolatePlan[];
  readonly clients: readonly ClientPlan[];
  /** The times of requests to all isolates after an acknowledgment in milliseconds, in addition to one at once. */
  readonly probes: readonly number[];
  /** The times of requests to all isolates around every moment, as shares of the largest skew. */
  readonly around: readonly number[];
}

/** The kinds of worlds that are drawn. */
export interface Worlds {
  /** The largest skew of an isolate, in allowances. */
  readonly excess?: number;
  /** True for worlds with emergencies, which are changes without an agreed moment. */
  readonly emergencies?: boolean;
}

const time = (longest: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(longest) });

const operation = (longest: number) =>
  fc.record({
    there: time(longest),
    commits: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(700) }),
    back: time(longest),
    fate: fc.oneof(
      { weight: 8, arbitrary: fc.constant('answered' as const) },
      { weight: 2, arbitrary: fc.constantFrom('lost', 'unanswered', 'late', 'repeated') },
    ),
  });

const operations = (longest: number) => fc.array(operation(longest), { minLength: 1, maxLength: 6 });

const LEASES_MS = [0, 60, 300, 1000];

/** All leases of a world allow the same skew. The choice between two allowances is not part of the model. */
function leases(clockSkewMs: number): fc.Arbitrary<Lease> {
  return fc.constantFrom(...LEASES_MS).map((ms) => ({ ms, clockSkewMs }));
}

function commands(lease: fc.Arbitrary<Lease>, emergencies: boolean): fc.Arbitrary<CommandPlan> {
  const common = {
    pause: time(2_000),
    immediately: emergencies ? fc.integer({ min: 0, max: 3 }).map((n) => n === 0) : fc.constant(false),
  };
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ ...common, kind: fc.constant('flip' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ ...common, kind: fc.constant('lease' as const), lease }),
    },
  );
}

/** Schedules of small worlds: up to three isolates, two publishers and two clients, over some seconds. */
export function schedules({ excess = 1, emergencies = true }: Worlds = {}): fc.Arbitrary<Schedule> {
  return fc.constantFrom(0, 20, 100).chain((clockSkewMs) => {
    const lease = leases(clockSkewMs);
    return fc.record({
      lease,
      excess: fc.constant(excess),
      operatorAheadMs: fc.constantFrom(0, 0, -3_600_000, 30_000),
      random: fc.double({ min: 0, max: 0.99, noNaN: true }),
      publishers: fc.array(
        fc.record({
          commands: fc.array(commands(lease, emergencies), { minLength: 1, maxLength: 3 }),
          operations: operations(900),
          dies: fc.option(fc.nat(4_000), { nil: undefined, freq: 3 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      isolates: fc.array(
        fc.record({
          skews: fc.array(fc.constantFrom(-1, -0.5, 0, 0.5, 1), { minLength: 1, maxLength: 4 }),
          skewLasts: fc.integer({ min: 1, max: 1_500 }),
          leaseLimit: fc.constantFrom(600_000, 600_000, 600_000, 500, 0),
          reads: operations(1_500),
          gaps: fc.array(fc.oneof(fc.integer({ min: 40, max: 300 }), fc.integer({ min: 100, max: 2_500 })), {
            minLength: 1,
            maxLength: 4,
          }),
        }),
        { minLength: 2, maxLength: 3 },
      ),
      clients: fc.array(
        fc.record({
          steps: fc.array(fc.record({ isolate: fc.nat(2), pause: time(600) }), {
            minLength: 1,
            maxLength: 4,
          }),
          claims: fc.constantFrom(0, 0, 1),
        }),
        { maxLength: 2 },
      ),
      probes: fc.array(fc.nat(600), { maxLength: 3 }),
      around: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { maxLength: 3 }),
    });
  });
}
