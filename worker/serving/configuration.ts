import * as v from 'valibot';
import { type PublicKey, parsePublicKey } from '../registry/version/manifest_signature.ts';
import { VERSIONS_BY_NUMBER, type VersionsByNumber } from './request/versions_by_number.ts';
import {
  ConfigurationError,
  choice,
  documented,
  parseVariables,
  toNumber,
  wholeNumber,
} from './variables.ts';

/** The operator's configuration, normalized. */
export interface ServingConfiguration {
  /** The source of pointers: the bucket or its replica. */
  readonly pointerSource: 'r2' | 'kv';
  /** The longest time for which a pointer may be reused. 0: every request reads it. */
  readonly pointerLeaseMs: number;
  /** The time to wait for the pointer before the last known one is used. */
  readonly pointerTimeoutMs: number;
  readonly onStalePointer: 'answer' | 'refuse';
  readonly memoryBudgetBytes: number;
  /** The limit of the WebAssembly heap. A model or request that needs more is refused. */
  readonly heapLimitBytes: number;
  readonly onLoadFailure: 'previous' | 'error';
  readonly maxRequestBytes: number;
  /** The limit of one request's memory: its body, its tensors, its answer and the growth of the heap for it. */
  readonly requestMemoryBytes: number;
  /** True if blobs are stored in the platform's cache, which is nearer than storage. */
  readonly cachesBlobs: boolean;
  /** The header that assigns a client to one version during a canary, and if its values are trusted. */
  readonly routingKeys: { readonly header: string; readonly areTrusted: boolean };
  /** The largest share of failed requests of a canary, 0 to 1. */
  readonly canaryMaxFailures: number;
  /** A canary is not aborted on fewer requests. */
  readonly canaryMinRequests: number;
  /** A canary is not aborted for failures of fewer clients. */
  readonly canaryMinClients: number;
  /** The versions that clients may request by number. */
  readonly versionsByNumber: VersionsByNumber;
  /** One of these keys must have signed every loaded version. An empty list requires no signature. */
  readonly publicKeys: readonly PublicKey[];
  /** True if clients may read what plans were proven with, which contains the integers of a request. */
  readonly showsPlanProofs: boolean;
}

/** The bytes of one MB, as the variables count it. */
export const MEBIBYTE = 1024 * 1024;

const numeric = (minimum: number) =>
  v.pipe(
    toNumber,
    v.check((value) => Number.isFinite(value) && value >= minimum, `must be a number of at least ${minimum}`),
  );
const share = v.pipe(
  toNumber,
  v.check((value) => value >= 0 && value <= 1, 'must be a number from 0 to 1'),
);
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/** A variable that is set but empty is an error: it must not admit unsigned versions. */
const PublicKeysSchema = v.pipe(
  v.string('must be Ed25519 public keys in base64, separated by commas'),
  v.transform((text) => text.split(',').map((key) => parsePublicKey(key.trim()))),
  v.check(
    (keys) => !keys.includes(undefined),
    'must be Ed25519 public keys in base64 as npm run keygen prints them, separated by commas',
  ),
  v.transform((keys) => keys.filter((key) => key !== undefined)),
);

/** The variables of the serving Worker, except those of access: default, values and meaning of each. */
export const SERVING_VARIABLES = v.object({
  POINTER_SOURCE: documented(v.optional(choice(['r2', 'kv']), 'r2'), {
    values: '`r2`, `kv`',
    meaning:
      '`r2`: read pointers in the bucket. `kv`: read their replica, which is nearer and may be a minute old',
  }),
  POINTER_LEASE_MS: documented(v.optional(numeric(0)), {
    values: 'at least 0',
    unit: 'ms',
    meaning:
      'how long an isolate may use a pointer that it has read, if that is shorter than the lease of the model, which is ' +
      '1000 ms and which `npm run lease` changes. 0: every request reads R2. Unset: the lease of the model',
  }),
  POINTER_TIMEOUT_MS: documented(v.optional(numeric(1), '5000'), {
    values: 'at least 1',
    unit: 'ms',
    meaning: 'how long to wait for the pointer before the last known one is used',
  }),
  ON_STALE_POINTER: documented(v.optional(choice(['answer', 'refuse']), 'answer'), {
    values: '`answer`, `refuse`',
    meaning:
      'when the pointer cannot be read and the lease has run out. `answer`: by the last pointer known, and say so. ' +
      '`refuse`: answer 503',
  }),
  MEMORY_BUDGET_MB: documented(v.optional(numeric(0.01), '64'), {
    values: 'at least 0.01',
    unit: 'MB',
    meaning: 'the memory of all loaded versions together. An isolate has 128 MB for everything',
  }),
  HEAP_LIMIT_MB: documented(v.optional(numeric(32), '100'), {
    values: 'at least 32',
    unit: 'MB',
    meaning:
      'the limit of the WebAssembly heap, which never shrinks. A model or request that needs more is refused',
  }),
  ON_LOAD_FAILURE: documented(v.optional(choice(['previous', 'error']), 'previous'), {
    values: '`previous`, `error`',
    meaning: '`previous`: answer with the last version that could be served. `error`: answer 503',
  }),
  MAX_REQUEST_MB: documented(v.optional(numeric(0.001), '8'), {
    values: 'at least 0.001',
    unit: 'MB',
    meaning: 'the largest request body',
  }),
  REQUEST_MEMORY_MB: documented(v.optional(numeric(1), '32'), {
    values: 'at least 1',
    unit: 'MB',
    meaning:
      'the memory of one request: its body, its tensors, and the growth of the heap for it. All requests of an isolate ' +
      'together may hold one and a half times as much',
  }),
  BLOB_CACHE: documented(v.optional(choice(['on', 'off']), 'on'), {
    values: '`on`, `off`',
    meaning:
      '`on`: keep the files of models in the cache of the Cloudflare location, verified like those from R2. It needs a ' +
      'custom domain: on workers.dev the cache keeps nothing. `off`: every isolate reads R2',
  }),
  ROUTING_KEY_HEADER: documented(
    v.optional(
      v.pipe(v.string('must be the name of a header'), v.regex(HEADER_NAME, 'must be the name of a header')),
      'x-routing-key',
    ),
    {
      values: 'the name of a header',
      meaning:
        'the header whose value assigns a client to one version while a canary has a share of the requests',
    },
  ),
  TRUST_ROUTING_KEYS: documented(v.optional(choice(['on', 'off']), 'off'), {
    values: '`on`, `off`',
    meaning:
      '`on`: your backend sets the routing keys, one for each of its clients, and they distinguish the clients ' +
      'of a canary. `off`: clients may invent keys, so that addresses distinguish them',
  }),
  CANARY_MAX_FAILURES: documented(v.optional(share, '0.05'), {
    values: '0 to 1',
    meaning: 'the largest share of its recent requests that a canary may fail in an isolate',
  }),
  CANARY_MIN_REQUESTS: documented(v.optional(wholeNumber(1, 10_000), '20'), {
    values: '1 to 10 000, whole',
    meaning: 'a canary is not aborted on fewer requests',
  }),
  CANARY_MIN_CLIENTS: documented(v.optional(wholeNumber(1, 1000), '3'), {
    values: '1 to 1000, whole',
    meaning:
      'a canary is not aborted for failures that fewer clients see. A client is an address (IPv6: a /64), or a routing ' +
      'key if `TRUST_ROUTING_KEYS` is `on`',
  }),
  VERSIONS_BY_NUMBER: documented(v.optional(choice(VERSIONS_BY_NUMBER), 'released'), {
    values: VERSIONS_BY_NUMBER.map((value) => `\`${value}\``).join(', '),
    meaning:
      'which versions clients may request by number. `released`: those that serve or have served clients, by the ' +
      'history of the pointer. `any`: every published version. `none`: no version',
  }),
  MANIFEST_PUBLIC_KEYS: documented(v.optional(PublicKeysSchema), {
    values: 'Ed25519 public keys in base64, separated by commas',
    meaning:
      'one of these keys must have signed the manifest of each loaded version. Unset: no signature is required',
  }),
  PLAN_PROOFS: documented(v.optional(choice(['shown', 'hidden']), 'hidden'), {
    values: '`shown`, `hidden`',
    meaning:
      '`shown`: answer `/monitoring/plans` with what plans were proven with, which contains the integers of a request. ' +
      'Only rehearsals need it',
  }),
});

/** @throws ConfigurationError that names every invalid variable and its valid values */
export function parseConfiguration(variables: object): ServingConfiguration {
  if ('POINTER_MAX_AGE_MS' in variables) {
    throw new ConfigurationError(
      'POINTER_MAX_AGE_MS has become POINTER_LEASE_MS: see docs/releases/consistency.md',
    );
  }
  const output = parseVariables(SERVING_VARIABLES, variables);
  return {
    pointerSource: output.POINTER_SOURCE,
    pointerLeaseMs: output.POINTER_LEASE_MS ?? Number.POSITIVE_INFINITY,
    onStalePointer: output.ON_STALE_POINTER,
    pointerTimeoutMs: output.POINTER_TIMEOUT_MS,
    memoryBudgetBytes: output.MEMORY_BUDGET_MB * MEBIBYTE,
    heapLimitBytes: output.HEAP_LIMIT_MB * MEBIBYTE,
    onLoadFailure: output.ON_LOAD_FAILURE,
    versionsByNumber: output.VERSIONS_BY_NUMBER,
    publicKeys: output.MANIFEST_PUBLIC_KEYS ?? [],
    showsPlanProofs: output.PLAN_PROOFS === 'shown',
    maxRequestBytes: Math.floor(output.MAX_REQUEST_MB * MEBIBYTE),
    requestMemoryBytes: Math.floor(output.REQUEST_MEMORY_MB * MEBIBYTE),
    cachesBlobs: output.BLOB_CACHE === 'on',
    routingKeys: { header: output.ROUTING_KEY_HEADER, areTrusted: output.TRUST_ROUTING_KEYS === 'on' },
    canaryMaxFailures: output.CANARY_MAX_FAILURES,
    canaryMinRequests: output.CANARY_MIN_REQUESTS,
    canaryMinClients: output.CANARY_MIN_CLIENTS,
  };
}
