import * as v from 'valibot';
import { WhyEntries } from '../../registry/pointer/change/definition.ts';
import { type ParsedDocument, parseValue } from '../../registry/storage/json_document.ts';

/** The last segment of the path, as the names of the changes are. */
export const PRUNE_NAME = 'prune';
export const PRUNE_SUMMARY =
  'Deletes versions that nothing points to, and files that no version needs; 202: send it again to continue';

export const PruneBodySchema = v.strictObject({
  keep: v.pipe(v.number(), v.integer(), v.minValue(0)),
  dryRun: v.optional(v.boolean(), false),
  ...WhyEntries,
});

export interface AskedPrune {
  readonly keep: number;
  readonly dryRun: boolean;
  readonly why: { readonly by?: string | undefined; readonly reason?: string | undefined };
}

export function readPruneBody(body: unknown): ParsedDocument<AskedPrune> {
  const parsed = parseValue(PruneBodySchema, body);
  if (parsed.kind === 'malformed') return parsed;
  const { keep, dryRun, ...why } = parsed.value;
  return { kind: 'valid', value: { keep, dryRun, why } };
}
