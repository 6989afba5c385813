import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ServableView } from '../../serving/api.ts';
import type { NotFinite } from '../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { Computed, Parsed } from '../protocol_handler.ts';
import { computeExamples } from './examples/compute_examples.ts';
import { type ExampleRequest, parseExampleRequest } from './examples/parse_examples.ts';
import { computeUpload } from './files/compute_upload.ts';
import { unreadImageHint } from './files/image_hint.ts';
import { readUpload, type Upload } from './files/upload.ts';
import { type PredictRequest, parsePredictRequest } from './predict/parse_predict.ts';
import { computePrediction } from './predict/predict.ts';

export type Method = 'predict' | 'classify' | 'regress';

/** The body of a request, parsed as far as is possible without a model. */
export type Computation = { readonly notFinite: NotFinite } & (
  | { readonly kind: 'instances'; readonly request: PredictRequest }
  | { readonly kind: 'examples'; readonly method: 'classify' | 'regress'; readonly request: ExampleRequest }
  | { readonly kind: 'upload'; readonly method: Method; readonly upload: Upload }
);

/** @param headers of the request; the content type tells what a body that is not JSON is */
export function parseComputation(
  method: Method,
  bytes: Uint8Array,
  headers: Headers,
  notFinite: NotFinite,
): Parsed<Computation> {
  const read = readUpload(bytes, headers);
  if (read === undefined) {
    const parsed = parseJson(method, bytes, notFinite);
    return parsed.kind === 'parsed'
      ? parsed
      : { ...parsed, message: parsed.message + unreadImageHint(bytes) };
  }
  if (read.kind === 'invalid') return read;
  return { kind: 'parsed', computation: { kind: 'upload', method, upload: read.upload, notFinite } };
}

function parseJson(method: Method, bytes: Uint8Array, notFinite: NotFinite): Parsed<Computation> {
  if (method === 'predict') {
    const parsed = parsePredictRequest(bytes);
    if (parsed.kind === 'invalid') return parsed;
    return { kind: 'parsed', computation: { kind: 'instances', request: parsed.request, notFinite } };
  }
  const parsed = parseExampleRequest(bytes);
  if (parsed.kind === 'invalid') return parsed;
  return { kind: 'parsed', computation: { kind: 'examples', method, request: parsed.request, notFinite } };
}

/** Computes a request with one version. */
export function compute(
  servable: ServableView,
  computation: Computation,
  share: MemoryShare,
): ValueOrPromise<Computed> {
  share.beginComputation();
  const { notFinite } = computation;
  switch (computation.kind) {
    case 'instances':
      return computePrediction(servable, computation.request, notFinite, share);
    case 'examples':
      return computeExamples(servable, computation.method, computation.request, notFinite, share);
    case 'upload':
      return computeUpload(servable, computation.method, computation.upload, notFinite, share);
  }
}
