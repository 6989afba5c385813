import type { JsonObject } from '../../worker/model/json_object.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { convertToGraph, type KerasGraph } from './graph/convert_to_graph.ts';
import { isKeras1, upgradeConfiguration } from './keras1/upgrade_configuration.ts';
import { convertConfiguration } from './layers_model/convert_configuration.ts';
import { type ExpectedLayer, expectedWeights } from './weights/expected_weights.ts';
import type { WeightSource } from './weights/weight_source.ts';

/** What a Keras model becomes, and where the weights of its layers come from. */
export type PlannedConversion =
  | {
      readonly kind: 'layers';
      /** `class_name` and `config`: tfjs's `model_config`. */
      readonly model: JsonObject;
      readonly sources: readonly WeightSource[];
      readonly expected: readonly ExpectedLayer[];
    }
  | ({ readonly kind: 'graph' } & KerasGraph);

/**
 * Reads the configuration of a model. It becomes a LayersModel if tfjs-layers computes all of its layers as Keras
 * does, else a graph.
 *
 * @param version Keras's; files without one are older than Keras 3
 * @param asGraph true for a graph in any case
 * @param assets the texts of an archive's files, by their paths under `assets`
 */
export async function planConversion(
  text: string,
  version: unknown,
  asGraph: boolean,
  assets?: ReadonlyMap<string, string>,
): Promise<Imported<PlannedConversion>> {
  let configuration: unknown;
  try {
    configuration = JSON.parse(text);
  } catch {
    return malformed('is not JSON');
  }
  const unknown = isKeras1(text) ? 1 : 2;
  const major = typeof version === 'string' ? Number.parseInt(version, 10) : unknown;
  if (major === 1) return planned(convertToGraph(upgradeConfiguration(configuration), 1));
  const kerasMajor = major >= 3 ? 3 : 2;
  const layers = asGraph ? undefined : convertConfiguration(configuration, kerasMajor);
  if (layers !== undefined && typeof layers !== 'string') {
    const expected = await expectedWeights(layers.model);
    if (expected.kind === 'read') return read({ kind: 'layers', ...layers, expected: expected.value });
  }
  return planned(convertToGraph(configuration, kerasMajor, assets));
}

function planned(graph: KerasGraph | string): Imported<PlannedConversion> {
  return typeof graph === 'string' ? unsupported(graph) : read({ kind: 'graph', ...graph });
}
