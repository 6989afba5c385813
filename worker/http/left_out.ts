import type { LeftOut } from '../model/content.ts';

/**
 * Returns the end of the sentence that a signature was not found: why the signature was left out, or '' if the model
 * never had it.
 */
export function leftOutReason(leftOut: LeftOut | undefined, name: string): string {
  if (leftOut === undefined || !Object.hasOwn(leftOut, name)) return '';
  return `: it was left out when the model was published, since ${leftOut[name]}`;
}
