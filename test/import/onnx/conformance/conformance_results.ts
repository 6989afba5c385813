import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {
  decodeOnnxMessage,
  GraphProtoSchema,
  type NodeMessage,
} from '../../../../import/onnx/file/messages.ts';
import { readSkeleton } from '../../../../import/onnx/file/skeleton.ts';

/**
 * How many of ONNX's own cases with an operator pass. The conformance test writes the file with ONNX_RESULTS=write, and
 * docs/operations.md shows it.
 */
export const CONFORMANCE_RESULTS = path.join(import.meta.dirname, 'conformance_results.json');

const ResultsSchema = v.record(v.string(), v.strictObject({ passed: v.number(), cases: v.number() }));
export type ConformanceResults = Readonly<v.InferOutput<typeof ResultsSchema>>;

export function conformanceResults(): ConformanceResults {
  return v.parse(ResultsSchema, JSON.parse(readFileSync(CONFORMANCE_RESULTS, 'utf8')));
}

/** The operators of a model's graph, those of other domains with the domain before their name. */
export async function operatorsOf(file: string): Promise<ReadonlySet<string>> {
  const skeleton = await readSkeleton(file);
  if (skeleton.kind !== 'read') throw new Error(skeleton.message);
  const graph = decodeOnnxMessage('GraphProto', skeleton.value.graph, GraphProtoSchema, file);
  if (graph.kind !== 'read') throw new Error(graph.message);
  return new Set(graph.value.node.map(nameOf));
}

const nameOf = ({ domain, opType }: NodeMessage): string =>
  domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
