import type { WriteCondition } from '../../registry/storage/object_store.ts';

export type ConditionOutcome =
  | { readonly kind: 'given'; readonly condition: WriteCondition }
  | { readonly kind: 'missing' };

/** Parses the condition of a write (RFC 9110): `If-Match: "etag"`, or `If-None-Match: *` to create. */
export function writeCondition(headers: Headers): ConditionOutcome {
  if (headers.get('if-none-match')?.trim() === '*') return { kind: 'given', condition: { kind: 'absent' } };
  const etag = parseEtag(headers.get('if-match'));
  return etag === undefined ? { kind: 'missing' } : { kind: 'given', condition: { kind: 'matches', etag } };
}

/** Returns the text between the quotes of an entity tag. */
export function parseEtag(text: string | null): string | undefined {
  return /^(?:W\/)?"([\x21\x23-\x7e]*)"$/.exec(text?.trim() ?? '')?.[1];
}

/**
 * Returns the generation on which a change is based: `If-Match: "7"`, or 7. `*` is `any`: the change applies to the
 * current generation. Returns undefined if the header is missing or has another value.
 */
export function expectedGeneration(headers: Headers): number | 'any' | undefined {
  const text = headers.get('if-match')?.trim();
  if (text === '*') return 'any';
  const digits = /^"?(\d{1,15})"?$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
