import * as v from 'valibot';
import type { LeftOut } from '../../worker/model/content.ts';
import type { JsonObject } from '../../worker/model/json_object.ts';
import { isMemberName } from '../../worker/model/names.ts';
import { type Signature, SignatureSchema, type TensorInfo } from '../../worker/model/signature.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import { type GraphNodes, nodeName } from './graph_topology.ts';

const SignaturesSchema = v.record(v.string(), SignatureSchema);

/**
 * Reads `userDefinedMetadata.signatures`, which contains a model's signatures by name, since tfjs's model.json has only
 * one. Returns undefined if it is absent.
 */
export function namedSignatures(
  metadata: JsonObject | undefined,
  nodes: GraphNodes,
): Imported<Record<string, Signature> | undefined> {
  if (metadata?.signatures === undefined || metadata.signatures === null) return read(undefined);
  const place = 'userDefinedMetadata.signatures';
  const parsed = v.safeParse(SignaturesSchema, metadata.signatures);
  if (!parsed.success) return malformed(describeIssue(parsed.issues[0], place));
  const entries = Object.entries(parsed.output);
  if (entries.length === 0) return malformed(`${place} is empty`);
  for (const [name, signature] of entries) {
    if (!isMemberName(name)) return unsupported(`a signature cannot be called "${name}"`);
    for (const [side, tensors] of [
      ['inputs', signature.inputs],
      ['outputs', signature.outputs],
    ] as const) {
      const fault = tensorFault(tensors, nodes);
      if (fault !== undefined) return malformed(`${place}["${name}"].${side}${fault}`);
    }
    if (Object.keys(signature.outputs).length === 0) return malformed(`${place}["${name}"] has no output`);
  }
  return read(parsed.output);
}

function tensorFault(tensors: Readonly<Record<string, TensorInfo>>, nodes: GraphNodes): string | undefined {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!isMemberName(name)) return `: a tensor cannot be called "${name}"`;
    if (!nodes.has(nodeName(tensor.name))) return `["${name}"]: "${tensor.name}" is not in the graph`;
  }
  return undefined;
}

const LeftOutSchema = v.record(v.string(), v.string());

/** Returns the signatures that were left out in the conversion of a model, with the reasons, or undefined. */
export function leftOutSignatures(metadata: JsonObject | undefined | null): LeftOut | undefined {
  const parsed = v.safeParse(LeftOutSchema, metadata?.leftOut);
  return parsed.success && Object.keys(parsed.output).length > 0 ? parsed.output : undefined;
}
