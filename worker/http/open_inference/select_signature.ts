import type { LeftOut } from '../../model/content.ts';
import { signatureName } from '../../model/default_signature.ts';
import type { Signature } from '../../model/signature.ts';
import { leftOutReason } from '../left_out.ts';
import { listedNames } from '../listed_names.ts';
import { type Invalid, invalid } from './outcome.ts';

export type SignatureChoice =
  | { readonly kind: 'signature'; readonly name: string; readonly signature: Signature }
  | Invalid;

/**
 * Selects the signature that a request names, or else serving_default, or else the only one. The protocol itself does
 * not define signatures.
 */
export function selectSignature(
  signatures: Readonly<Record<string, Signature>>,
  name: string | undefined,
  leftOut: LeftOut | undefined,
): SignatureChoice {
  const names = Object.keys(signatures);
  const chosen = signatureName(names, name, leftOut === undefined);
  const signature = Object.hasOwn(signatures, chosen) ? signatures[chosen] : undefined;
  if (signature !== undefined) return { kind: 'signature', name: chosen, signature };
  const choice = `the parameter signature_name can be one of ${listedNames(names)}`;
  return invalid(
    `Serving signature name: "${chosen}" not found in signature def${leftOutReason(leftOut, chosen)}; ${choice}`,
  );
}
