import type { LeftOut } from '../model/content.ts';

/** Why a version does not have a signature of its model, to be added to the sentence that it is not there; empty where it never was. */
export function leftOutReason(leftOut: LeftOut | undefined, name: string): string {
  if (leftOut === undefined || !Object.hasOwn(leftOut, name)) return '';
  return `: it was left out when the model was published, since ${leftOut[name]}`;
}
