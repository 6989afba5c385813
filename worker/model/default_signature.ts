/** The signature of a request that names none. */
export const DEFAULT_SIGNATURE = 'serving_default';

/**
 * Returns the name of the signature for a request: the one that it names, or else the only one, or else the default.
 *
 * @param areAll false if the model has signatures that are not served, so that a single one is not the only one
 */
export function signatureName(names: readonly string[], asked: string | undefined, areAll: boolean): string {
  const only = names.length === 1 && areAll ? names[0] : undefined;
  return asked ?? only ?? DEFAULT_SIGNATURE;
}
