import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import type { WeightSpec } from '../../worker/model/model_json.ts';
import { isMemberName } from '../../worker/model/names.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { kerasDataType } from '../graph/dtype_mapping.ts';
import { loadTensorFlow } from '../graph/tensorflow.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { findUnbuildableLayers } from './layers_topology.ts';
import { withoutValues } from './shape_only_backend.ts';
import { createLayersModel, loadLayers } from './tfjs_layers.ts';
import { findMisfitWeight } from './weight_names.ts';

/**
 * Returns the signature of a LayersModel from the model that tfjs-layers makes of the topology. tfjs thereby checks
 * that it knows the layers and that the weights are those of the layers.
 *
 * It initializes nothing at random, reads no files of weights, and keeps no values.
 */
export async function layersSignature(
  topology: JsonObject,
  weights: readonly WeightSpec[],
): Promise<Imported<Signature>> {
  const fault = findUnbuildableLayers(topology);
  if (fault !== undefined) return malformed(fault);
  const stateful = findStatefulLayer(topology);
  if (stateful !== undefined)
    return unsupported(
      `layer "${stateful}" is stateful, which would carry state from one request into the next`,
    );
  const layers = await loadLayers();
  return withoutValues(() => readLayers(layers, topology, weights));
}

/** Returns the name of a layer anywhere in the topology that is stateful or wraps a stateful one. */
function findStatefulLayer(topology: unknown): string | undefined {
  const pending: unknown[] = [topology];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) for (const member of value) pending.push(member);
    if (!isJsonObject(value)) continue;
    if (value.stateful === true) return typeof value.name === 'string' ? value.name : '';
    for (const member of Object.values(value)) pending.push(member);
  }
  return undefined;
}

async function readLayers(
  layers: Awaited<ReturnType<typeof loadLayers>>,
  topology: JsonObject,
  weights: readonly WeightSpec[],
): Promise<Imported<Signature>> {
  const { keep, dispose, zeros } = (await loadTensorFlow()).core;
  const values: Record<string, Tensor> = {};
  let model: LayersModel | undefined;
  try {
    model = await createLayersModel(layers, topology);
    for (const { name, shape, dtype, group } of weights) {
      if (dtype === 'string') return malformed(`weight "${name}": no layer has weights of strings`);
      if (group !== 'optimizer') values[name] = keep(zeros(shape, dtype === 'float32' ? dtype : 'int32'));
    }
    setWeights(model, values, weights);
    return readSignature(model);
  } catch (error) {
    return error instanceof MisfitWeight ? malformed(error.message) : modelFault(error);
  } finally {
    dispose(values);
    model?.dispose();
  }
}

/** A weight that is not its layer's. The message says which. */
class MisfitWeight extends CodedError {
  override readonly code: ErrorCode = 'ERR_WEIGHT_MISFIT';
}

function setWeights(
  model: LayersModel,
  values: Readonly<Record<string, Tensor>>,
  weights: readonly WeightSpec[],
): void {
  try {
    model.loadWeights(values, true);
  } catch (error) {
    const misfit = findMisfitWeight(model, weights);
    throw misfit === undefined ? error : new MisfitWeight(misfit, { cause: error });
  }
}

function readSignature(model: LayersModel): Imported<Signature> {
  const inputs = readTensors('input', model.inputNames, model.inputs);
  if (inputs.kind !== 'read') return inputs;
  const outputs = readTensors('output', model.outputNames, model.outputs);
  if (outputs.kind !== 'read') return outputs;
  return read({ method: 'tensorflow/serving/predict', inputs: inputs.value, outputs: outputs.value });
}

interface SymbolicTensor {
  readonly dtype: string | undefined;
  readonly shape: readonly (number | null)[];
}

function readTensors(
  side: 'input' | 'output',
  names: readonly string[],
  tensors: readonly SymbolicTensor[],
): Imported<Record<string, TensorInfo>> {
  const infos: Record<string, TensorInfo> = {};
  for (const [index, name] of names.entries()) {
    const tensor = tensors[index];
    if (tensor === undefined) throw new Error(`tfjs-layers names an ${side} "${name}" that it does not have`);
    if (!isMemberName(name)) return unsupported(`an ${side} cannot be called "${name}"`);
    if (Object.hasOwn(infos, name)) return unsupported(`layer "${name}" gives several ${side}s of one name`);
    const type = tensor.dtype ?? 'float32';
    const dtype = kerasDataType(type);
    if (dtype === undefined)
      return unsupported(`${side} "${name}": tensors of type ${type} cannot be served`);
    infos[name] = { name, dtype, shape: tensor.shape.map((size) => size ?? -1) };
  }
  return read(infos);
}

/**
 * Converts an error of tfjs-layers to a problem. All of its errors have one class, and the first sentence gives the
 * reason.
 */
export function modelFault(error: unknown): Imported<never> {
  if (!(error instanceof Error)) throw error;
  const [sentence = ''] = error.message.trim().split(/\.\s|\n/);
  const message = `tfjs-layers cannot make a model of the topology: ${sentence}`;
  return /^Unknown /.test(sentence) ? unsupported(message) : malformed(message);
}
