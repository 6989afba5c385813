import type { AnsweredBy, RequestScope, ServingTarget } from '../../serving/api.ts';
import type { Phases } from '../../serving/request/phases.ts';
import type { Role } from '../../traffic/report/traffic_report.ts';
import type { RecordedRequest } from '../../traffic/traffic_recorder.ts';
import type { Answer } from '../answer/answer.ts';

/** A request with its answer. */
interface AnsweredRequest {
  readonly target: ServingTarget;
  readonly api: string;
  readonly answer: Answer;
  readonly milliseconds: number;
  readonly request: Request;
  readonly scope: RequestScope;
}

/** Returns what is recorded of a request. It says nothing about the client but the name of its API key. */
export function recordedRequest(answered: AnsweredRequest): RecordedRequest {
  const { target, api, answer, milliseconds, request, scope } = answered;
  const { by, status, isKnownModel, examples = 0, body } = answer;
  return {
    model: target.model,
    isKnownModel,
    version: by?.version ?? '',
    generation: by?.generation ?? 0,
    role: roleOf(by, target),
    protocol: api,
    status,
    location: locationOf(request),
    key: scope.keyName ?? '',
    waits: waitsOf(scope.phases, milliseconds),
    examples,
    requestBytes: lengthOf(request.headers),
    answerBytes: body instanceof Uint8Array || typeof body === 'string' ? body.length : 0,
  };
}

export function roleOf(by: AnsweredBy | undefined, { selector }: ServingTarget): Role {
  if (by === undefined) return 'none';
  if (by.isCanary) return 'canary';
  return by.fallback === undefined ? selector.kind : 'fallback';
}

export function waitsOf(phases: Phases | undefined, latency: number): RecordedRequest['waits'] {
  const waited = (milliseconds: number | undefined): number => Math.max(0, milliseconds ?? 0);
  return {
    latency: Math.max(0, latency),
    body: waited(phases?.body),
    pointer: waited(phases?.pointer),
    load: waited(phases?.load),
    compute: waited(phases?.compute),
    encode: waited(phases?.encode),
  };
}

let location: string | undefined;

/** Returns the code of the Cloudflare location. An isolate stays at one, and reading `cf` parses a document. */
function locationOf(request: Request): string {
  location ??= readLocation(request);
  return location;
}

function readLocation(request: Request): string {
  const cf: unknown = Reflect.get(request, 'cf');
  const colo: unknown = typeof cf === 'object' && cf !== null ? Reflect.get(cf, 'colo') : undefined;
  return typeof colo === 'string' ? colo : '';
}

function lengthOf(headers: Headers): number {
  const length = Number(headers.get('content-length') ?? 0);
  return Number.isSafeInteger(length) && length >= 0 ? length : 0;
}
