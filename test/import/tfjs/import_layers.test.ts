import { describe, expect, test } from 'vitest';
import { content, importFiles, importLayers, problem } from '../../fixtures/commands/importing.ts';
import { LAYERS_MODEL } from '../../fixtures/commands/model_directories.ts';

const withConfig = (config: object): object => ({
  modelTopology: {
    ...LAYERS_MODEL.modelTopology,
    config: { ...LAYERS_MODEL.modelTopology.config, ...config },
  },
});

describe('a layers model', () => {
  test('is read whole', async () => {
    const result = await importLayers({ userDefinedMetadata: { classes: ['no', 'yes'] } });
    expect(content(result)).toMatchObject({
      format: 'tfjs-layers-model',
      signatures: {
        serving_default: {
          inputs: { features: { name: 'features', dtype: 'float32', shape: [-1, 3] } },
          outputs: { scores: { name: 'scores', dtype: 'float32', shape: [-1, 2], classes: ['no', 'yes'] } },
        },
      },
      weightBytes: 32,
      warmup: [{ inputs: { features: { kind: 'zeros', shape: [1, 3] } } }],
    });
  });

  const [features, scores] = LAYERS_MODEL.modelTopology.config.layers;
  const scoresFrom = (...calls: unknown[]): object => ({
    layers: [features, { ...scores, inbound_nodes: calls }],
  });

  test.for([
    [
      'a text for the configuration',
      { modelTopology: { class_name: 'Model', config: 'x' } },
      /malformed: .*tfjs-layers cannot make a model/,
    ],
    [
      'an unknown layer',
      withConfig({ layers: [features, { ...scores, class_name: 'Attention9' }] }),
      /unsupported: .*Unknown layer/,
    ],
    [
      'a stateful layer',
      withConfig({
        layers: [features, { class_name: 'LSTM', config: { name: 'memory', units: 2, stateful: true } }],
      }),
      /unsupported: .*"memory" is stateful/,
    ],
    [
      'a layer that takes its own output',
      withConfig(scoresFrom([['scores', 0, 0, {}]])),
      /malformed: .*"scores" waits for itself/,
    ],
    [
      'a layer that takes the output of a missing one',
      withConfig(scoresFrom([['nobody', 0, 0, {}]])),
      /malformed: .*takes the output of "nobody"/,
    ],
    [
      'two layers of one name',
      withConfig({ layers: [features, scores, scores] }),
      /malformed: .*two layers "scores"/,
    ],
    [
      'a layer with several outputs',
      withConfig({
        ...scoresFrom([['features', 0, 0, {}]], [['features', 0, 0, {}]]),
        output_layers: [
          ['scores', 0, 0],
          ['scores', 1, 0],
        ],
      }),
      /unsupported: .*"scores" gives several outputs/,
    ],
    [
      'no weights',
      { weightsManifest: [] },
      /malformed: .*model\.json: a layer has the weight "scores\/kernel", which is not among the weights$/,
    ],
    [
      'a weight of another shape',
      {
        weightsManifest: [
          { paths: ['weights.bin'], weights: [{ name: 'scores/kernel', shape: [8], dtype: 'float32' }] },
        ],
      },
      /malformed: .*model\.json: weight "scores\/kernel" has shape \[8\], and its layer needs \[3,2\]$/,
    ],
    [
      'a weight of no layer',
      {
        weightsManifest: [
          { paths: ['weights.bin'], weights: [{ name: 'other/kernel', shape: [8], dtype: 'float32' }] },
        ],
      },
      /malformed: .*model\.json: weight "other\/kernel" belongs to no layer$/,
    ],
    [
      'too few classes',
      { userDefinedMetadata: { classes: ['a'] } },
      /malformed: .*the number of classes is 1, and output "scores" has 2 columns/,
    ],
    [
      'a text for the classes',
      { userDefinedMetadata: { classes: 'ab' } },
      /malformed: .*the classes are not a list of strings/,
    ],
  ] as const)('is refused where it is unsound: %s', async ([_, json, expected]) => {
    expect(problem(await importLayers(json))).toMatch(expected);
  });

  test('is refused where it is nested too deeply', async () => {
    const config = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = `{"modelTopology": {"class_name": "Model", "config": ${config}}}`;
    expect(problem(await importFiles({ 'model.json': text }))).toMatch(/malformed: .*call stack/);
  });
});
