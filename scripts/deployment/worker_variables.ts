/** What the Worker that predicts reads besides its bindings; README's table of configuration says what each means. */
export const PREDICT_VARIABLES: readonly string[] = [
  'POINTER_SOURCE',
  'POINTER_MAX_AGE_MS',
  'POINTER_TIMEOUT_MS',
  'MEMORY_BUDGET_MB',
  'HEAP_LIMIT_MB',
  'ON_LOAD_FAILURE',
  'MAX_REQUEST_MB',
  'BLOB_CACHE',
  'ROUTING_KEY_HEADER',
  'CANARY_MAX_FAILURES',
  'CANARY_MIN_REQUESTS',
  'CORS_ORIGINS',
  'PREDICT_API_KEYS',
  'MANIFEST_PUBLIC_KEYS',
];
