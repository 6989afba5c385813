/** The signature of a request that names none. */
export const DEFAULT_SIGNATURE = 'serving_default';
