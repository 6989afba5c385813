import { alternatives } from '../http/alternatives.ts';
import type { RequestMemory } from '../http/memory/request_memory.ts';
import type { RequestRecord } from '../http/metrics/request_metrics.ts';
import { NOT_LISTED } from '../http/model_list.ts';
import { notServed } from '../http/open_inference/not_served.ts';
import { tensorDescriptions } from '../http/tensor_descriptions.ts';
import { roleOf, waitsOf } from '../http/traffic/recorded_request.ts';
import type { AnsweredBy, NotServed, Serving, ServingTarget } from '../serving/api.ts';
import { serve } from '../serving/request/serve.ts';
import type { TrafficRecorder } from '../traffic/traffic_recorder.ts';
import type { Answered, Metadata, ModelList, Predicted, Refused } from './api.ts';
import {
  CallScope,
  InputsSchema,
  PredictOptionsSchema,
  parseArgument,
  targetOf,
  VersionOptionsSchema,
} from './call.ts';
import { type Computed, predict, refused } from './predict.ts';

export interface ModelCallsOptions {
  readonly serving: Serving;
  readonly memory: RequestMemory;
  /** Receives every prediction, for the metrics. */
  readonly record: (request: RequestRecord) => void;
  readonly traffic?: TrafficRecorder | undefined;
}

type Context = Pick<ExecutionContext, 'waitUntil'>;

/** Answers the calls of other Workers. Nothing that they send is trusted. */
export class ModelCalls {
  readonly #options: ModelCallsOptions;

  constructor(options: ModelCallsOptions) {
    this.#options = options;
  }

  async predict(model: unknown, inputs: unknown, options: unknown, context: Context): Promise<Predicted> {
    const start = performance.now();
    const [given, chosen] = [
      parseArgument('inputs', InputsSchema, inputs),
      parseArgument('options', PredictOptionsSchema, options ?? {}),
    ];
    if (!given.ok) return given;
    if (!chosen.ok) return chosen;
    const { signature, outputs } = chosen.value;
    const target = targetOf(model, chosen.value);
    if ('message' in target) return target;
    const { serving, memory, record, traffic } = this.#options;
    const share = memory.open();
    try {
      const prediction = { inputs: given.value, signature, outputs };
      const scope = new CallScope(context, chosen.value);
      const served = await serve(serving, target, (servable) => predict(servable, prediction, share), scope);
      const counts = (answer: Computed, by: AnsweredBy | undefined) => {
        const { model } = target;
        const isKnownModel = by !== undefined;
        const version = by?.version ?? '';
        const httpStatus = answer.ok ? 200 : answer.status;
        const milliseconds = performance.now() - start;
        const examples = answer.ok ? answer.examples : undefined;
        record({ model, isKnownModel, version, api: 'rpc', httpStatus, milliseconds, examples });
        if (traffic?.draws()) {
          traffic.recordRequest(
            {
              model,
              isKnownModel,
              version,
              generation: by?.generation ?? 0,
              role: roleOf(by, target),
              protocol: 'rpc',
              status: httpStatus,
              location: '',
              key: '',
              waits: waitsOf(undefined, milliseconds),
              examples: examples ?? 0,
              requestBytes: 0,
              answerBytes: 0,
            },
            scope,
          );
        }
      };
      if (served.kind !== 'served') {
        const refusal = refusedBy(target, served, await alternatives(serving, target, served, scope));
        counts(refusal, undefined);
        return refusal;
      }
      const { answer, by } = served;
      counts(answer, by);
      return answer.ok ? { ...answered(by), outputs: answer.outputs } : answer;
    } finally {
      share.endHandling();
    }
  }

  async metadata(model: unknown, options: unknown, context: Context): Promise<Metadata | Refused> {
    const chosen = parseArgument('options', VersionOptionsSchema, options ?? {});
    if (!chosen.ok) return chosen;
    const target = targetOf(model, chosen.value);
    if ('message' in target) return target;
    const { serving } = this.#options;
    const scope = new CallScope(context, chosen.value);
    const outcome = await serving.describe(target, scope);
    if (outcome.kind !== 'described') {
      return refusedBy(target, outcome, await alternatives(serving, target, outcome, scope));
    }
    const signatures = Object.entries(outcome.signatures).map(([name, { method, inputs, outputs }]) => [
      name,
      { method, inputs: tensorDescriptions(inputs), outputs: tensorDescriptions(outputs) },
    ]);
    return { ...answered(outcome.by), signatures: Object.fromEntries(signatures) };
  }

  async models(): Promise<ModelList> {
    const models = await this.#options.serving.models();
    return models === undefined ? refused(503, NOT_LISTED) : { ok: true, models };
  }
}

function refusedBy(target: ServingTarget, outcome: NotServed, existing: string): Refused {
  const { status, message } = notServed(target, outcome, existing);
  return refused(status, message);
}

function answered({ version, generation, fallback, stalePointer }: AnsweredBy): Answered {
  return {
    ok: true,
    version,
    generation,
    ...(fallback && { fallback }),
    ...(stalePointer && { stalePointer }),
  };
}
