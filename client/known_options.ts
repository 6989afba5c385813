/** Options that every call has. */
const CALL_OPTIONS = ['version', 'minimumGeneration', 'routingKey', 'signal'] as const;

/** The options of each call. */
const KNOWN_OPTIONS = {
  client: ['url', 'key', 'retries', 'neverBack', 'fetch'],
  predict: [...CALL_OPTIONS, 'signature', 'outputs'],
  classify: [...CALL_OPTIONS, 'top'],
  metadata: ['version', 'signal'],
} as const;

/**
 * Returns a sentence that names an option which a call does not have. Types do not protect callers in JavaScript, and an
 * option that is ignored may mean that another version answers than they asked for.
 */
export function optionFault(call: keyof typeof KNOWN_OPTIONS, options: object): string | undefined {
  const known: readonly string[] = KNOWN_OPTIONS[call];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  return unknown === undefined ? undefined : `there is no option "${unknown}"; there are ${known.join(', ')}`;
}
