import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAccessConfiguration } from '../../worker/http/access/access_configuration.ts';
import { trafficRecorderOf } from '../../worker/http/traffic/traffic_configuration.ts';
import { parseManagementConfiguration } from '../../worker/management/access/configuration.ts';
import { parseAbortLimits } from '../../worker/management/canary_aborts/abort_limits.ts';
import { parseAnalyticsAccess } from '../../worker/management/canary_aborts/query_canary_aborts.ts';
import { trafficStoreOf } from '../../worker/management/traffic/traffic_store.ts';
import { parseConfiguration } from '../../worker/serving/configuration.ts';
import { ConfigurationError } from '../../worker/serving/variables.ts';

const DIGEST = 'a'.repeat(64);

/** The variables of an operator, each with its parser. */
const VARIABLES = [
  ...[
    'POINTER_SOURCE',
    'POINTER_LEASE_MS',
    'POINTER_TIMEOUT_MS',
    'MEMORY_BUDGET_MB',
    'HEAP_LIMIT_MB',
    'ON_LOAD_FAILURE',
    'MAX_REQUEST_MB',
    'BLOB_CACHE',
    'ROUTING_KEY_HEADER',
    'TRUST_ROUTING_KEYS',
    'CANARY_MAX_FAILURES',
    'CANARY_MIN_REQUESTS',
    'CANARY_MIN_CLIENTS',
    'VERSIONS_BY_NUMBER',
    'MANIFEST_PUBLIC_KEYS',
  ].map((name) => ({ name, parse: parseConfiguration })),
  ...['PREDICT_API_KEYS', 'CORS_ORIGINS'].map((name) => ({ name, parse: parseAccessConfiguration })),
  ...['MANAGEMENT_TOKENS', 'MAX_UPLOAD_MB'].map((name) => ({ name, parse: parseManagementConfiguration })),
  ...['CANARY_MIN_ISOLATES', 'CANARY_MIN_CLIENTS'].map((name) => ({ name, parse: parseAbortLimits })),
  ...['ANALYTICS_ACCOUNT_ID', 'ANALYTICS_API_TOKEN', 'CANARY_DATASET'].map((name) => ({
    name,
    parse: parseAnalyticsAccess,
  })),
  ...['TRAFFIC_ONE_IN', 'TRAFFIC_STORE'].map((name) => ({
    name,
    parse: (variables: object) => trafficRecorderOf(variables, 'an isolate'),
  })),
  {
    name: 'TRAFFIC_DATASET',
    parse: (variables: unknown) => trafficStoreOf(variables, undefined, fetch),
  },
];

/** A text that no message may contain. */
const SECRET = 'Zq7';

/** A secret in the wrong variable, or in the wrong form. */
const misplaced = fc.oneof(
  fc.constantFrom<unknown>(
    SECRET,
    ` ${SECRET} `,
    `,${SECRET},`,
    `${SECRET}:publish:${DIGEST}`,
    `ci:${SECRET}:${DIGEST}`,
    `ci:publish:${SECRET}`,
    `ci:publish+${SECRET}:${DIGEST}`,
    `https://${SECRET}/`,
    `${SECRET} \u0085\n`,
    [SECRET],
    { [SECRET]: SECRET },
    { key: SECRET },
  ),
  fc.string().map((text) => `${text}${SECRET}`),
  fc.tuple(fc.string(), fc.string()).map(([head, tail]) => `${head},${SECRET} ${tail}`),
);

describe('a configuration that makes no sense', () => {
  test.each(VARIABLES)('names $name and shows nothing of its value', ({ name, parse }) => {
    let refused = 0;
    fc.assert(
      fc.property(misplaced, (value) => {
        try {
          parse({ [name]: value });
        } catch (error) {
          if (!(error instanceof ConfigurationError)) throw error;
          refused++;
          expect(error.message).toContain(name);
          expect(error.message).not.toContain(SECRET);
        }
      }),
    );
    expect(refused).toBeGreaterThan(0);
  });
});
