import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import { type Imported, malformed, read } from '../../import_result.ts';
import { modelFault } from '../../tfjs/layers_model.ts';
import { findUnbuildableLayers } from '../../tfjs/layers_topology.ts';
import { withoutValues } from '../../tfjs/shape_only_backend.ts';
import { createLayersModel, loadLayers } from '../../tfjs/tfjs_layers.ts';

/** A weight that tfjs-layers needs. */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A layer of tfjs with the weights that it and its inner layers need, in order. */
export interface ExpectedLayer {
  readonly name: string;
  readonly weights: readonly ExpectedWeight[];
  /** The layers of a model, or of a wrapped model. */
  readonly members: readonly ExpectedLayer[];
}

type Layer = LayersModel['layers'][number];

/** Returns the weights of the model that tfjs-layers makes of a configuration. */
export async function expectedWeights(model: JsonObject): Promise<Imported<readonly ExpectedLayer[]>> {
  const fault = findUnbuildableLayers(model);
  if (fault !== undefined) return malformed(fault);
  const layers = await loadLayers();
  return withoutValues(async () => {
    let made: LayersModel | undefined;
    try {
      made = await createLayersModel(layers, model);
      return read(made.layers.map(describeLayer));
    } catch (error) {
      return modelFault(error);
    } finally {
      made?.dispose();
    }
  });
}

function describeLayer(layer: Layer): ExpectedLayer {
  return {
    name: layer.name,
    weights: layer.weights.map(({ originalName, shape }) => ({
      name: originalName,
      shape: shape.map((size) => size ?? -1),
    })),
    members: layersOf(layer).map(describeLayer),
  };
}

function layersOf(layer: Layer): readonly Layer[] {
  if ('layers' in layer && Array.isArray(layer.layers)) return layer.layers;
  const inner = 'layer' in layer ? layer.layer : undefined;
  return typeof inner === 'object' && inner !== null && 'layers' in inner && Array.isArray(inner.layers)
    ? inner.layers
    : [];
}
