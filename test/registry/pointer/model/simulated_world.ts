import {
  type ChangePointer,
  changePointerIn,
} from '../../../../worker/registry/pointer/change/change_pointer.ts';
import { type PointerChange, ready } from '../../../../worker/registry/pointer/change/definition.ts';
import { momentOf } from '../../../../worker/registry/pointer/moment.ts';
import { type Pointer, PointerSchema } from '../../../../worker/registry/pointer/pointer.ts';
import type { PointerUpdate } from '../../../../worker/registry/pointer/pointer_store.ts';
import {
  leaseTransition,
  publishTransition,
} from '../../../../worker/registry/pointer/pointer_transitions.ts';
import type { ChangeRecord } from '../../../../worker/registry/pointer/transition.ts';
import { parseDocument } from '../../../../worker/registry/storage/json_document.ts';
import type { Mutation } from './mutation.ts';
import type { ClientPlan, CommandPlan, PublisherPlan, Schedule } from './schedule.ts';
import { type Commit, connect, SimulatedBucket } from './simulated_bucket.ts';
import { type Answer, SimulatedIsolate } from './simulated_isolate.ts';
import { inVirtualTime, pass, trueTime } from './virtual_time.ts';

const MODEL = 'simulated';

/** An event of the world. */
type Happening =
  | { readonly kind: 'asked'; readonly request: number }
  | { readonly kind: 'answered'; readonly request: number; readonly client?: number; readonly answer: Answer }
  | {
      readonly kind: 'acknowledged';
      readonly at: number;
      readonly id: string;
      readonly isRepeated: boolean;
      readonly update: Extract<PointerUpdate, { kind: 'changed' }>;
    };

/** A written document and its content. */
export interface WrittenDocument extends Commit {
  readonly pointer: Pointer;
  /** True time, in milliseconds. */
  readonly moment: number;
}

/** The observations of a whole world. */
export interface Observations {
  readonly happenings: readonly Happening[];
  readonly documents: readonly WrittenDocument[];
  /** The ids of each command. A repeated command has several. */
  readonly commands: readonly (readonly string[])[];
  /** The largest skew of an isolate's clock in milliseconds. */
  readonly skewMs: number;
  /** The milliseconds by which it exceeds the allowance. */
  readonly excessMs: number;
}

/** Runs a world by its schedule, and observes it. */
export async function observe(schedule: Schedule, mutation: Mutation = {}): Promise<Observations> {
  const { random } = Math;
  Math.random = () => schedule.random;
  try {
    let observations: Observations | undefined;
    const { operatorAheadMs = schedule.operatorAheadMs } = mutation;
    await inVirtualTime(operatorAheadMs, async () => {
      observations = await new World(schedule, mutation).run();
    });
    if (observations === undefined) throw new Error('the world ended without having been observed');
    return observations;
  } finally {
    Math.random = random;
  }
}

interface Command {
  readonly plan: CommandPlan;
  readonly ids: string[];
  hasEnded: boolean;
}

class World {
  readonly #schedule: Schedule;
  readonly #mutation: Mutation;
  readonly #bucket: SimulatedBucket;
  readonly #isolates: readonly SimulatedIsolate[];
  readonly #happenings: Happening[] = [];
  readonly #documents: WrittenDocument[] = [];
  readonly #commands: Command[] = [];
  readonly #skewMs: number;
  #requests = 0;
  #ids = 0;
  #isRunning = true;

  constructor(schedule: Schedule, mutation: Mutation) {
    this.#schedule = schedule;
    this.#mutation = mutation;
    this.#skewMs = schedule.lease.clockSkewMs * schedule.excess;
    this.#bucket = new SimulatedBucket({
      onCommit: (commit) => this.#committed(commit),
      ignoresConditions: mutation.ignoresConditions === true,
      behindMs: mutation.storageBehindMs ?? 0,
    });
    this.#isolates = schedule.isolates.map((plan, index) => {
      const store = connect(this.#bucket, plan.reads, mutation.isolateConnection);
      return new SimulatedIsolate(index, MODEL, store, plan, this.#skewMs, mutation.isolateSleep);
    });
  }

  async run(): Promise<Observations> {
    const { publishers, clients, isolates } = this.#schedule;
    const operator = this.#operator([], () => true);
    await this.#give(operator, { kind: 'flip', pause: 0, immediately: false });
    isolates.forEach(({ gaps }, isolate) => {
      void this.#traffic(isolate, gaps);
    });
    clients.forEach((plan, client) => {
      void this.#client(plan, client);
    });
    await Promise.all(publishers.map((plan) => this.#publisher(plan)));
    // Unfinished commands are repeated, and a new one follows.
    for (const command of this.#commands.filter(({ hasEnded }) => !hasEnded)) {
      await this.#carryOut(operator, command);
    }
    await this.#give(operator, { kind: 'flip', pause: 0, immediately: false });
    await pass(5_000);
    this.#isRunning = false;
    return {
      happenings: this.#happenings,
      documents: this.#documents,
      commands: this.#commands.map(({ ids }) => ids),
      skewMs: this.#skewMs,
      excessMs: Math.max(0, this.#skewMs - this.#schedule.lease.clockSkewMs),
    };
  }

  #operator(operations: PublisherPlan['operations'], isAlive: () => boolean): ChangePointer {
    const connection = { ...this.#mutation.publisherConnection, isAlive };
    return changePointerIn(connect(this.#bucket, operations, connection), {
      lease: this.#schedule.lease,
      wait: async (milliseconds) => {
        await pass(milliseconds);
        if (!isAlive()) await new Promise(() => {});
      },
    });
  }

  async #publisher({ commands, operations, dies }: PublisherPlan): Promise<void> {
    const death = dies === undefined ? undefined : trueTime() + dies;
    const operator = this.#operator(operations, () => death === undefined || trueTime() < death);
    const life = async (): Promise<void> => {
      for (const command of commands) {
        await pass(command.pause);
        await this.#give(operator, command).catch(() => undefined);
      }
    };
    await (dies === undefined ? life() : Promise.race([life(), pass(dies)]));
  }

  async #give(operator: ChangePointer, plan: CommandPlan): Promise<void> {
    const command: Command = { plan, ids: [], hasEnded: false };
    this.#commands.push(command);
    await this.#carryOut(operator, command);
  }

  async #carryOut(operator: ChangePointer, command: Command): Promise<void> {
    const { plan, ids } = command;
    const isRepeated = ids.length > 0;
    if (!isRepeated || this.#mutation.repeatsUnderNewIds) ids.push(`change-${++this.#ids}`);
    const record = { id: ids.at(-1) ?? '', at: new Date(trueTime()).toISOString(), by: 'an operator' };
    const update = await operator(MODEL, changeOf(plan, record), record, {
      immediately: plan.immediately,
      returnsEarly: this.#mutation.acknowledgesAtOnce === true,
    });
    if (update.kind === 'refused') throw new Error(update.reason);
    command.hasEnded = true;
    if (update.kind !== 'changed') return;
    this.#happenings.push({ kind: 'acknowledged', at: trueTime(), id: record.id, isRepeated, update });
    this.#askAll(0);
    for (const probe of this.#schedule.probes) this.#askAll(probe);
  }

  #committed(commit: Commit): void {
    const parsed = parseDocument(PointerSchema, commit.text);
    if (parsed.kind === 'malformed') throw new Error(parsed.reason);
    const moment = momentOf(parsed.value, new Date(commit.uploaded));
    this.#documents.push({ ...commit, pointer: parsed.value, moment });
    for (const share of this.#schedule.around) {
      const milliseconds = moment + Math.round(share * this.#skewMs) - trueTime();
      if (milliseconds > 0) this.#askAll(milliseconds);
    }
  }

  #askAll(after: number): void {
    this.#isolates.forEach((_, isolate) => {
      if (after === 0) void this.#ask(isolate);
      else void pass(after).then(() => this.#ask(isolate));
    });
  }

  async #traffic(isolate: number, gaps: readonly number[]): Promise<void> {
    for (let request = 0; this.#isRunning; request++) {
      void this.#ask(isolate);
      await pass(gaps[request % gaps.length] ?? 100);
    }
  }

  async #client({ steps, claims }: ClientPlan, client: number): Promise<void> {
    let seen = 0;
    for (let step = 0; this.#isRunning; step++) {
      const { isolate, pause } = steps[step % steps.length] ?? { isolate: 0, pause: 100 };
      const minimum = this.#mutation.clientsForget ? undefined : seen + claims;
      // The promises do not cover a client with false claims.
      const honest = claims === 0 ? client : undefined;
      const answer = await this.#ask(isolate % this.#isolates.length, minimum, honest);
      seen = Math.max(seen, answer?.generation ?? 0);
      await pass(pause + 40);
    }
  }

  async #ask(isolate: number, minimumGeneration?: number, client?: number): Promise<Answer | undefined> {
    const request = ++this.#requests;
    this.#happenings.push({ kind: 'asked', request });
    const answer = await this.#isolates[isolate]?.ask(minimumGeneration);
    if (answer === undefined) return undefined;
    this.#happenings.push({ kind: 'answered', request, ...(client !== undefined && { client }), answer });
    return answer;
  }
}

/** The flip that makes the nth generation is to version 1.0.n. */
function changeOf(plan: CommandPlan, record: ChangeRecord): PointerChange {
  return {
    name: plan.kind,
    parameters: {},
    prepare: () =>
      ready(undefined, (pointer) =>
        plan.kind === 'lease'
          ? leaseTransition(plan.lease.ms, plan.lease.clockSkewMs, record)(pointer)
          : publishTransition(`1.0.${(pointer?.generation ?? 0) + 1}`, record)(pointer),
      ),
  };
}
