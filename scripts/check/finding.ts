/** What a check can find. The report takes meaning and way out of each from scripts/check/remedies.ts. */
export type FindingKind =
  | 'pointer-malformed'
  | 'pointer-missing'
  | 'version-missing'
  | 'manifest-malformed'
  | 'signature-invalid'
  | 'file-missing'
  | 'file-size'
  | 'file-corrupt'
  | 'plan-damaged'
  | 'history-malformed'
  | 'history-gap'
  | 'replica-behind'
  | 'prune-unfinished'
  | 'announcement-malformed'
  | 'announcement-expired'
  | 'announcement-open'
  | 'files-unneeded'
  | 'object-unknown';

/** One thing that a check found. */
export interface Finding {
  readonly kind: FindingKind;
  /** The key of the object in the bucket that it is about; the first of several. */
  readonly key: string;
  readonly model?: string;
  readonly version?: string;
  /** What is wrong, in one clause. */
  readonly what: string;
}
