import * as v from 'valibot';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { type JsonObject, JsonObjectSchema } from '../../worker/model/json_object.ts';
import { type ModelJson, signatureDefinition } from '../../worker/model/model_json.ts';
import { isMemberName } from '../../worker/model/names.ts';
import { METHODS, type Signature, type TensorInfo } from '../../worker/model/signature.ts';
import { TensorShapeSchema } from '../examples/tensor_shape.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import { graphDataType, graphTypeName } from './dtype_mapping.ts';
import { firstOutput, leafOutputs, placeholderInputs, typeAttribute } from './graph_tensors.ts';
import { type GraphNodes, nodeName } from './graph_topology.ts';
import { namedSignatures } from './named_signatures.ts';
import { outputType } from './output_types.ts';

const SignatureDefSchema = v.object({
  inputs: v.nullish(JsonObjectSchema, {}),
  outputs: v.nullish(JsonObjectSchema, {}),
  methodName: v.nullish(v.string()),
});

const TensorInfoSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  dtype: v.nullish(v.union([v.string(), v.number()])),
  tensorShape: v.nullish(TensorShapeSchema),
  resourceId: v.nullish(v.unknown()),
});

/** Returns the signatures of a GraphModel: those of this project's table if the file has it, or else tfjs's own. */
export function graphSignatures(json: ModelJson, nodes: GraphNodes): Imported<Record<string, Signature>> {
  const named = namedSignatures(json.userDefinedMetadata ?? undefined, nodes);
  if (named.kind !== 'read') return named;
  if (named.value !== undefined) return read(named.value);
  const signature = graphSignature(nodes, signatureDefinition(json));
  return signature.kind === 'read' ? read({ [DEFAULT_SIGNATURE]: signature.value }) : signature;
}

/**
 * Returns the signature of a GraphModel. As in tfjs-converter's OperationMapper.transformGraph, the inputs default to
 * the placeholders, and the outputs to the unconsumed nodes.
 *
 * @param definition the signature in model.json, if it has one
 */
function graphSignature(nodes: GraphNodes, definition: JsonObject | undefined): Imported<Signature> {
  const parsed = v.safeParse(SignatureDefSchema, definition ?? {});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return malformed(describeIssue(issue, 'signature'));
  }
  const { inputs, outputs, methodName } = parsed.output;
  const inputInfos =
    Object.keys(inputs).length > 0 ? readTensors(nodes, inputs, 'inputs') : placeholderInputs(nodes);
  if (inputInfos.kind !== 'read') return inputInfos;
  const outputInfos =
    Object.keys(outputs).length > 0
      ? readTensors(nodes, outputs, 'outputs')
      : leafOutputs(nodes, firstOutput);
  if (outputInfos.kind !== 'read') return outputInfos;
  if (Object.keys(outputInfos.value).length === 0) return malformed('the graph has no output');
  return read({
    method: METHODS.find((method) => method === methodName) ?? METHODS[0],
    inputs: inputInfos.value,
    outputs: outputInfos.value,
  });
}

function readTensors(
  nodes: GraphNodes,
  definitions: JsonObject,
  side: 'inputs' | 'outputs',
): Imported<Record<string, TensorInfo>> {
  const tensors: Record<string, TensorInfo> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const place = `signature.${side}["${name}"]`;
    if (!isMemberName(name)) return unsupported(`${place}: its name cannot be used`);
    const parsed = v.safeParse(TensorInfoSchema, definition);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return malformed(describeIssue(issue, place));
    }
    const { name: tensor, dtype, tensorShape, resourceId } = parsed.output;
    // A table that the model's initializer creates. tfjs feeds it, not the client.
    if (side === 'inputs' && resourceId !== undefined && resourceId !== null) continue;
    const node = nodes.get(nodeName(tensor));
    if (node === undefined) return malformed(`${place}: "${tensor}" is not in the graph`);
    const type = dtype ?? (side === 'outputs' ? outputType(node) : typeAttribute(node, 'dtype'));
    const known = graphDataType(type);
    if (known === undefined)
      return unsupported(`${place}: tensors of type ${graphTypeName(type)} cannot be served`);
    tensors[name] = { name: tensor, dtype: known, shape: tensorShape ?? null };
  }
  return read(tensors);
}
