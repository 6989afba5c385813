import { type Tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];
type Arguments = Parameters<Layer['apply']>[1];

/**
 * Corrects the layers of a model and of its nested models where tfjs's executor or its WebAssembly kernels differ from
 * Keras. It must be called once per model.
 */
export function correctLayerCalls(model: LayersModel): void {
  for (const layer of new Set(layersIn(model))) {
    ownArguments(layer);
    if (layer.getClassName() === 'BatchNormalization') normalizeLastAxis(layer);
  }
}

function* layersIn(layer: Layer): Iterable<Layer> {
  const inner = 'layers' in layer && Array.isArray(layer.layers) ? layer.layers : [];
  const wrapped = 'layer' in layer ? [layer.layer] : [];
  for (const other of [...inner, ...wrapped]) {
    if (!isLayer(other)) continue;
    yield other;
    yield* layersIn(other);
  }
}

function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && 'apply' in value && 'getClassName' in value;
}

/**
 * Gives each layer its own object of arguments. tfjs's executor passes a single object to all layers, so that the mask
 * or the initial state of one layer would remain for all later layers.
 */
function ownArguments(layer: Layer): void {
  const apply = layer.apply.bind(layer);
  layer.apply = (inputs, shared: Arguments) => {
    if (shared === undefined) return apply(inputs);
    const own = { ...shared };
    delete shared.mask;
    delete shared.initialState;
    return apply(inputs, own);
  };
}

/**
 * Moves the normalized axis of a batch norm to the end, since tfjs's WebAssembly and CPU kernels apply its vectors
 * along the last axis, whatever their shapes.
 */
function normalizeLastAxis(layer: Layer): void {
  const { axis } = layer.getConfig();
  const given = typeof axis === 'number' ? axis : -1;
  const call = layer.call.bind(layer);
  Object.assign(layer, { axis: -1 });
  layer.call = (inputs, own) => {
    const [input] = [inputs].flat();
    const rank = input?.rank ?? 0;
    const from = given < 0 ? given + rank : given;
    if (input === undefined || from === rank - 1) return call(inputs, own);
    return tidy(() => {
      const order = [...input.shape.keys()].filter((dimension) => dimension !== from);
      const [normalized] = [call(transpose(input, [...order, from]), own)].flat();
      if (normalized === undefined) throw new Error('batch norm gave nothing');
      return restored(normalized, from);
    });
  };
}

/** Moves the last axis back to its position. */
function restored(tensor: Tensor, axis: number): Tensor {
  const order = Array.from({ length: tensor.rank - 1 }, (_, dimension) => dimension);
  return transpose(tensor, [...order.slice(0, axis), tensor.rank - 1, ...order.slice(axis)]);
}
