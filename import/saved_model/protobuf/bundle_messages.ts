import * as v from 'valibot';
import { ShapeMessageSchema } from './graph_messages.ts';

export const BundleHeaderMessageSchema = v.object({ numShards: v.number(), endianness: v.number() });

const SliceMessageSchema = v.object({
  extent: v.array(v.object({ start: v.bigint(), length: v.optional(v.bigint()) })),
});

export const BundleEntryMessageSchema = v.object({
  dtype: v.number(),
  shape: v.nullable(ShapeMessageSchema),
  shardId: v.number(),
  offset: v.bigint(),
  size: v.bigint(),
  crc32c: v.number(),
  slices: v.array(SliceMessageSchema),
});
