import { expect, test } from 'vitest';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import type { TensorValue } from '../../../worker/model/tensor.ts';
import { SignatureNames } from '../../../worker/serving/servables/signature_names.ts';

const info = (name: string): TensorInfo => ({ name, dtype: 'float32', shape: [1] });
const tensor = (value: number): TensorValue => ({
  dtype: 'float32',
  shape: [1],
  values: Float32Array.of(value),
});
const signature = (
  inputs: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): Signature => {
  const infos = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(names).map(([alias, name]) => [alias, info(name)]));
  return { method: 'tensorflow/serving/predict', inputs: infos(inputs), outputs: infos(outputs) };
};

test("tensors go by the graph's names inside and by the signature's outside", () => {
  const names = new SignatureNames(signature({ a: 'in:0', b: 'b' }, { x: 'out:1', y: 'out:0', z: 'out:1' }));
  expect(names.graphOutputs).toEqual(['out:1', 'out:0', 'out:1']);
  const inputs = new Map([
    ['b', tensor(2)],
    ['a', tensor(1)],
  ]);
  expect([...names.graphInputs(inputs)]).toEqual([
    ['b', tensor(2)],
    ['in:0', tensor(1)],
  ]);
  const values = new Map([
    ['out:0', tensor(0)],
    ['out:1', tensor(1)],
  ]);
  expect(names.resultOf(values)).toEqual({
    kind: 'computed',
    outputs: new Map([
      ['x', tensor(1)],
      ['y', tensor(0)],
      ['z', tensor(1)],
    ]),
  });
});

test('if both are the same nothing is copied, and only the requested outputs are answered', () => {
  const names = new SignatureNames(signature({ a: 'a' }, { x: 'x' }));
  const inputs = new Map([['a', tensor(1)]]);
  expect(names.graphInputs(inputs)).toBe(inputs);
  const values = new Map([['x', tensor(1)]]);
  expect(names.resultOf(values)).toEqual({ kind: 'computed', outputs: values });
  const more = new Map([...values, ['other', tensor(2)] as const]);
  expect(names.resultOf(more)).toEqual({ kind: 'computed', outputs: values });
});

test.each([
  [{ x: 'x', y: 'y' }, 'y'],
  [{ first: 'x', second: 'y' }, 'second'],
])(
  "an output that the model did not return has the signature's name in the message: %j",
  (outputs, missing) => {
    const names = new SignatureNames(signature({ a: 'a' }, outputs));
    expect(names.resultOf(new Map([['x', tensor(1)]]))).toEqual({
      kind: 'failed',
      reason: `the model returned no output ${missing}`,
    });
    const another = new Map([
      ['x', tensor(1)],
      ['z', tensor(1)],
    ]);
    expect(names.resultOf(another)).toMatchObject({ kind: 'failed' });
  },
);
