import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import {
  bytesList,
  floatList,
  int64List,
  serializeExample,
} from '../../fixtures/requests/serialized_example.ts';
import { FUNCTIONS, PARTITIONED, SWITCHES } from '../../fixtures/saved_model/models.ts';
import { haveSharedModels, SHARED_MODELS } from '../../fixtures/saved_model/shared_models.ts';
import { EXAMPLES, RESTORED_TABLE, TABLES } from '../../fixtures/saved_model/string_models.ts';
import { writeSavedModel } from '../../fixtures/saved_model/write_saved_model.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** A tf.Example in base64, as TensorFlow Serving's clients send bytes. */
const serialized = (features: Parameters<typeof serializeExample>[0]) => ({
  b64: Buffer.from(serializeExample(features)).toString('base64'),
});

/** A request to a model, and what comes back. Examples are texts: 80 is an integer to TensorFlow Serving, 80.0 is none. */
type Question = readonly [verb: string, body: unknown, answer: unknown];

async function expectAnswers(
  model: string,
  directory: string,
  questions: readonly Question[],
): Promise<void> {
  await publishModel(edge.store, directory, model, '1');
  for (const [verb, body, answer] of questions) {
    const { status, body: given } = await ask(edge.isolates[0], `/v1/models/${model}:${verb}`, body);
    expect({ verb, status, given }).toEqual({ verb, status: 200, given: answer });
  }
}

describe('SavedModels are published as they are, and answer', () => {
  test.for<[string, Parameters<typeof writeSavedModel>[0], readonly Question[]]>([
    [
      'partitioned variables',
      PARTITIONED,
      [['predict', { instances: [[10, 1]] }, { predictions: [[14.5, 25.25, 36.125]] }]],
    ],
    ['functions', FUNCTIONS, [['predict', { inputs: 2 }, { outputs: { grown: 54, chosen: 108 } }]]],
    [
      'conditions and loops of TensorFlow 1',
      SWITCHES,
      [
        ['predict', { inputs: 3 }, { outputs: { branch: 1, raised: 123 } }],
        ['predict', { inputs: 50 }, { outputs: { branch: 2, raised: 110 } }],
      ],
    ],
    [
      'hash tables',
      TABLES,
      [
        [
          'predict',
          {
            inputs: [
              ['one', 'two'],
              ['three', 'four'],
            ],
          },
          {
            outputs: {
              values: [
                [1, 2],
                [-1, -1],
              ],
              lines: [
                [-1, 1],
                [0, -1],
              ],
            },
          },
        ],
        ['predict', { inputs: [['two', 'two']] }, { outputs: { values: [[2, 2]], lines: [[1, 1]] } }],
      ],
    ],
    [
      'a table that the checkpoint fills',
      RESTORED_TABLE,
      [['predict', { inputs: ['dog', 'Dog', 'käse'] }, { outputs: { numbers: [3, 1, 4], size: 3 } }]],
    ],
    [
      'examples',
      EXAMPLES,
      [
        ['predict', { instances: [[3, 4]] }, { predictions: [[6, 8]] }],
        [
          'classify',
          '{"signature_name": "classify", "examples": [{"a": [1.0, 2.0]}]}',
          {
            results: [
              [
                ['', 2],
                ['', 4],
              ],
            ],
          },
        ],
        [
          'predict',
          { signature_name: 'regress', instances: [{ a: [1, 2], b: [10, 20] }] },
          { predictions: [[11, 22]] },
        ],
        [
          'predict',
          {
            signature_name: 'parse',
            inputs: [
              serialized({ a: floatList(1, 2), b: floatList(10, 20), tags: bytesList('red', 'big') }),
              // b is 7, 8 by default.
              serialized({ a: floatList(3, 4) }),
              serialized({ a: floatList(5, 6), tags: bytesList('blue'), c: int64List(1) }),
            ],
          },
          {
            outputs: {
              sum: [
                [11, 22],
                [10, 12],
                [12, 14],
              ],
              tags: ['red', 'big', 'blue'],
              places: [
                [0, 0],
                [0, 1],
                [2, 0],
              ],
            },
          },
        ],
        [
          'classify',
          { signature_name: 'classify', examples: [{ a: [1, 2] }, { a: [2.5, 4] }] },
          {
            results: [
              [
                ['', 2],
                ['', 4],
              ],
              [
                ['', 5],
                ['', 8],
              ],
            ],
          },
        ],
        [
          'classify',
          '{"signature_name": "scored", "context": {"a": [1.5, 2.0]}, "examples": [{"n": 1}, {"a": [3.0, 4.0], "word": "ä"}]}',
          {
            results: [
              [
                ['', 3],
                ['', 4],
              ],
              [
                ['', 6],
                ['', 8],
              ],
            ],
          },
        ],
      ],
    ],
  ])('%s', async ([name, definition, questions]) => {
    await expectAnswers(name.replaceAll(' ', '_'), await writeSavedModel(definition), questions);
  });
});

/** The signature of TensorFlow 2's model is one for predict, and takes serialized examples like every signature there. */
const SERIALIZED_HALF_PLUS_TWO: Question = [
  'predict',
  { signature_name: 'regress_x_to_y', instances: [serialized({ x: floatList(80) })] },
  { predictions: [[42]] },
];

const HALF_PLUS_TWO: readonly Question[] = [
  ['predict', { instances: [1, 2, 5] }, { predictions: [2.5, 3, 4.5] }],
  [
    'regress',
    '{"signature_name": "regress_x_to_y", "examples": [{ "x": 80.0 }, { "x": 20.0 }]}',
    { results: [42, 12] },
  ],
  ['regress', '{"signature_name": "regress_x_to_y2", "examples": [{ "x": 2.0 }]}', { results: [4] }],
  [
    'classify',
    '{"signature_name": "classify_x_to_y", "examples": [{ "x": 20.0 }]}',
    { results: [[['', 12]]] },
  ],
];

describe.skipIf(!haveSharedModels())("TensorFlow Serving's own models answer", () => {
  test.for<[string, readonly Question[]]>([
    ['saved_model_half_plus_two_cpu', HALF_PLUS_TWO],
    ['saved_model_half_plus_two_tf2_cpu', [...HALF_PLUS_TWO, SERIALIZED_HALF_PLUS_TWO]],
    [
      'saved_model_half_plus_three',
      [
        ['predict', { instances: [1, 2, 5] }, { predictions: [3.5, 4, 5.5] }],
        [
          'regress',
          '{"signature_name": "tensorflow/serving/regress", "examples": [{ "x": 2.0 }]}',
          { results: [4] },
        ],
      ],
    ],
  ])('%s', async ([name, questions]) => {
    const directory = path.join(SHARED_MODELS, 'tensorflow-serving', name, '00000123');
    await expectAnswers(name, directory, questions);
  });
});
