import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import { type Imported, malformed, read } from '../../import_result.ts';
import { modelFault } from '../../tfjs/layers_model.ts';
import { findUnbuildableLayers } from '../../tfjs/layers_topology.ts';
import { withoutValues } from '../../tfjs/shape_only_backend.ts';
import { createLayersModel, loadLayers } from '../../tfjs/tfjs_layers.ts';

/** A weight that a layer waits for. */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** What Keras's name for it consists of; the parts of the name itself unless told. */
  readonly words?: readonly string[];
  /** Whether the file may lack it. */
  readonly optional?: boolean;
  /** Files list the weights of a model in a model that are not after those that are. */
  readonly trainable?: boolean;
}

/** A layer with the weights it waits for, in its order, those of the layers in it among them. */
export interface ExpectedLayer {
  readonly name: string;
  readonly weights: readonly ExpectedWeight[];
  /** Of a model, or a wrapper of a model. */
  readonly members: readonly ExpectedLayer[];
}

type Layer = LayersModel['layers'][number];

/** What weights the model of a configuration has, as tfjs-layers itself makes it. */
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
