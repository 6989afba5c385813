import * as v from 'valibot';
import { isMemberName, NameSchema } from '../../model/names.ts';

export const CARD_LIMITS = { description: 4000, tags: 20, metrics: 100, metricName: 100 } as const;

const DescriptionSchema = v.pipe(
  v.string(),
  v.nonEmpty('is empty'),
  v.maxLength(CARD_LIMITS.description),
  v.check((text) => !/[^\P{Cc}\n\t]/u.test(text), 'has control characters'),
);

const MetricNameSchema = v.pipe(
  v.string(),
  v.nonEmpty('is empty'),
  v.maxLength(CARD_LIMITS.metricName),
  v.regex(/^\P{Cc}*$/u, 'has control characters'),
  v.check(isMemberName, 'is reserved'),
);

const TagsSchema = v.pipe(
  v.array(NameSchema),
  v.maxLength(CARD_LIMITS.tags),
  v.check((tags) => new Set(tags).size === tags.length, 'has a tag twice'),
);

const MetricsSchema = v.pipe(
  v.record(MetricNameSchema, v.pipe(v.number(), v.finite())),
  v.maxEntries(CARD_LIMITS.metrics),
);

/** What people say about a version. It does not affect serving, and a signature of the manifest covers it. */
export const CardSchema = v.strictObject({
  description: v.exactOptional(DescriptionSchema),
  tags: v.exactOptional(TagsSchema),
  /** Of training or evaluation, by name. */
  metrics: v.exactOptional(MetricsSchema),
  /** The commit of the source from which the model was trained. */
  commit: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{7,64}$/, 'is not the hash of a commit'))),
});
export type Card = v.InferOutput<typeof CardSchema>;
