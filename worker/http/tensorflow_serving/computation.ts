import type { ServableView } from '../../serving/api.ts';
import type { NotFinite } from '../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { Computed, Parsed } from '../protocol_handler.ts';
import { computeExamples } from './examples/compute_examples.ts';
import { type ExampleRequest, parseExampleRequest } from './examples/parse_examples.ts';
import { type PredictRequest, parsePredictRequest } from './predict/parse_predict.ts';
import { computePrediction } from './predict/predict.ts';

export type Method = 'predict' | 'classify' | 'regress';

/** The body of a request, parsed as far as is possible without a model. */
export type Computation = { readonly notFinite: NotFinite } & (
  | { readonly method: 'predict'; readonly request: PredictRequest }
  | { readonly method: 'classify' | 'regress'; readonly request: ExampleRequest }
);

export function parseComputation(
  method: Method,
  bytes: Uint8Array,
  notFinite: NotFinite,
): Parsed<Computation> {
  if (method === 'predict') {
    const parsed = parsePredictRequest(bytes);
    if (parsed.kind === 'invalid') return parsed;
    return { kind: 'parsed', computation: { method, request: parsed.request, notFinite } };
  }
  const parsed = parseExampleRequest(bytes);
  if (parsed.kind === 'invalid') return parsed;
  return { kind: 'parsed', computation: { method, request: parsed.request, notFinite } };
}

/** Computes a request with one version. */
export function compute(
  servable: ServableView,
  computation: Computation,
  share: MemoryShare,
): Promise<Computed> {
  share.beginComputation();
  return computation.method === 'predict'
    ? computePrediction(servable, computation.request, computation.notFinite, share)
    : computeExamples(servable, computation.method, computation.request, computation.notFinite, share);
}
