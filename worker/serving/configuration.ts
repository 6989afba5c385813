import * as v from 'valibot';
import { type PublicKey, parsePublicKey } from '../registry/manifest_signature.ts';
import { parseVariables, toNumber, wholeNumber } from './variables.ts';
import { VERSIONS_BY_NUMBER, type VersionsByNumber } from './versions_by_number.ts';

/** What an operator sets, normalised. README's table of configuration says the same in words. */
export interface ServingConfiguration {
  /** Where pointers are read: in the bucket, or in their replica. */
  readonly pointerSource: 'r2' | 'kv';
  /** How long a pointer that was read may be used again. 0: every request asks. */
  readonly pointerMaxAgeMs: number;
  /** How long to wait for the pointer before the last one known is used. */
  readonly pointerTimeoutMs: number;
  readonly memoryBudgetBytes: number;
  /** How large the WebAssembly heap may become. What needs more is refused. */
  readonly heapLimitBytes: number;
  readonly onLoadFailure: 'previous' | 'error';
  readonly maxRequestBytes: number;
  /** How much memory one request may take: its body, its tensors, its answer and what the heap grows for it. */
  readonly requestMemoryBytes: number;
  /** Whether blobs are kept in the platform's cache, nearer than storage. */
  readonly cachesBlobs: boolean;
  /** The header whose value keeps a client with one version while a canary has a share, and who sets it. */
  readonly routingKeys: { readonly header: string; readonly areTrusted: boolean };
  /** The largest share of its requests that a canary may fail, 0 to 1. */
  readonly canaryMaxFailures: number;
  /** On fewer requests no canary is given up. */
  readonly canaryMinRequests: number;
  /** What fewer clients than these see fail gives no canary up. */
  readonly canaryMinClients: number;
  /** Which versions clients may ask for by number. */
  readonly versionsByNumber: VersionsByNumber;
  /** Of which one must have signed every version that is loaded; none: nothing has to be signed. */
  readonly publicKeys: readonly PublicKey[];
}

const MEBIBYTE = 1024 * 1024;

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

/** Set but empty is a mistake that must not open the door to what is unsigned. */
const PublicKeysSchema = v.pipe(
  v.string('must be Ed25519 public keys in base64, separated by commas'),
  v.transform((text) => text.split(',').map((key) => parsePublicKey(key.trim()))),
  v.check(
    (keys) => !keys.includes(undefined),
    'must be Ed25519 public keys in base64 as npm run keygen prints them, separated by commas',
  ),
  v.transform((keys) => keys.filter((key) => key !== undefined)),
);

const VariablesSchema = v.object({
  POINTER_SOURCE: v.optional(v.picklist(['r2', 'kv'], 'must be "r2" or "kv"'), 'r2'),
  POINTER_MAX_AGE_MS: v.optional(numeric(0), '0'),
  POINTER_TIMEOUT_MS: v.optional(numeric(1), '5000'),
  MEMORY_BUDGET_MB: v.optional(numeric(0.01), '64'),
  HEAP_LIMIT_MB: v.optional(numeric(32), '100'),
  ON_LOAD_FAILURE: v.optional(v.picklist(['previous', 'error'], 'must be "previous" or "error"'), 'previous'),
  MAX_REQUEST_MB: v.optional(numeric(0.001), '8'),
  REQUEST_MEMORY_MB: v.optional(numeric(1), '32'),
  BLOB_CACHE: v.optional(v.picklist(['on', 'off'], 'must be "on" or "off"'), 'on'),
  ROUTING_KEY_HEADER: v.optional(
    v.pipe(v.string('must be the name of a header'), v.regex(HEADER_NAME, 'must be the name of a header')),
    'x-routing-key',
  ),
  TRUST_ROUTING_KEYS: v.optional(v.picklist(['on', 'off'], 'must be "on" or "off"'), 'off'),
  CANARY_MAX_FAILURES: v.optional(share, '0.05'),
  CANARY_MIN_REQUESTS: v.optional(wholeNumber(1, 10_000), '20'),
  CANARY_MIN_CLIENTS: v.optional(wholeNumber(1, 1000), '3'),
  VERSIONS_BY_NUMBER: v.optional(
    v.picklist(VERSIONS_BY_NUMBER, 'must be "released", "any" or "none"'),
    'released',
  ),
  MANIFEST_PUBLIC_KEYS: v.optional(PublicKeysSchema),
});

/** @throws ConfigurationError that names every variable which is wrong, and what it may be */
export function parseConfiguration(variables: object): ServingConfiguration {
  const output = parseVariables(VariablesSchema, variables);
  return {
    pointerSource: output.POINTER_SOURCE,
    pointerMaxAgeMs: output.POINTER_MAX_AGE_MS,
    pointerTimeoutMs: output.POINTER_TIMEOUT_MS,
    memoryBudgetBytes: output.MEMORY_BUDGET_MB * MEBIBYTE,
    heapLimitBytes: output.HEAP_LIMIT_MB * MEBIBYTE,
    onLoadFailure: output.ON_LOAD_FAILURE,
    versionsByNumber: output.VERSIONS_BY_NUMBER,
    publicKeys: output.MANIFEST_PUBLIC_KEYS ?? [],
    maxRequestBytes: Math.floor(output.MAX_REQUEST_MB * MEBIBYTE),
    requestMemoryBytes: Math.floor(output.REQUEST_MEMORY_MB * MEBIBYTE),
    cachesBlobs: output.BLOB_CACHE === 'on',
    routingKeys: { header: output.ROUTING_KEY_HEADER, areTrusted: output.TRUST_ROUTING_KEYS === 'on' },
    canaryMaxFailures: output.CANARY_MAX_FAILURES,
    canaryMinRequests: output.CANARY_MIN_REQUESTS,
    canaryMinClients: output.CANARY_MIN_CLIENTS,
  };
}
