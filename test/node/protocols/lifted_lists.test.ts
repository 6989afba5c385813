import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInputs } from '../../../worker/protocols/open_inference/decode_inputs.ts';
import { parseInferenceRequest } from '../../../worker/protocols/open_inference/parse_request.ts';
import type { Signature } from '../../../worker/registry/signature.ts';
import { anyRequest } from '../../shared/open_inference_requests.ts';

const signature: Signature = {
  method: 'tensorflow/serving/predict',
  inputs: {
    f: { name: 'f', dtype: 'float32', shape: null },
    g: { name: 'g', dtype: 'float32', shape: [-1, 2] },
    i: { name: 'i', dtype: 'int32', shape: null },
  },
  outputs: {},
};

/** So long that lists are lifted out of it. */
const LENGTH = 4096;

/** What becomes of a request's text, in its own words. */
function outcome(json: string) {
  const body = new TextEncoder().encode(json.padEnd(LENGTH));
  const parsed = parseInferenceRequest(body, null, 'm');
  if (parsed.kind === 'raw') return parsed;
  // Where the JSON is broken is another place once a name is longer.
  if (parsed.kind === 'invalid')
    return parsed.message.replace(/^(failed to parse the request JSON).*/s, '$1');
  const { request, inputs } = parsed;
  const { id, parameters, outputs } = request;
  return { id, parameters, outputs, decoded: decodeInputs(inputs, signature, 'm') };
}

/** The same JSON, of which nothing is lifted: a name that is written otherwise is not known for what it is. */
const whole = (json: string) => json.replaceAll('"data"', '"d\\u0061ta"');

const kindsOf = (json: string) => {
  const parsed = parseInferenceRequest(new TextEncoder().encode(json.padEnd(LENGTH)), null, 'm');
  return parsed.kind === 'tensors' ? parsed.inputs.map(({ source }) => source.kind) : parsed.kind;
};

const input = (name: string, shape: number[], data: string, datatype = 'FP32') =>
  `{"name":"${name}","shape":[${shape}],"datatype":"${datatype}","data":${data}}`;
const inputs = (...each: string[]) => `{"inputs":[${each.join()}]}`;

describe('lists that are lifted out of a request', () => {
  test.each([
    ['flat', inputs(input('f', [2, 2], '[1,-2.5,3e1,0.1]')), ['floats']],
    ['nested', inputs(input('f', [2, 1, 2], '[ [1, 2] , [3, 4] ]')), ['floats']],
    [
      'of several inputs',
      inputs(input('f', [1], '[1]', 'FP64'), input('g', [1, 2], '[[5,6]]')),
      ['floats', 'floats'],
    ],
    [
      'of integers',
      inputs(input('f', [2], '[-0,1]'), input('i', [2], '[-0,-5]', 'INT32')),
      ['floats', 'integers'],
    ],
    ['of large integers, are not', inputs(input('i', [2], '[1,16777217]', 'INT64')), ['list']],
    ['of integers beyond their datatype, are not', inputs(input('i', [1], '[256]', 'UINT8')), ['list']],
    ['of fractions for integers, are not', inputs(input('i', [1], '[1.5]', 'INT32')), ['list']],
    ['with null, are not', inputs(input('f', [2], '[1,null]')), ['list']],
    ['that overflow, are not', inputs(input('f', [1], '[1e39]')), ['list']],
    ['that are empty, are not', inputs(input('f', [0], '[]')), ['list']],
    ['of another shape, are not', inputs(input('f', [3], '[[1,2,3],[4,5,6]]')), ['list']],
  ])('%s', (_, json, kinds) => {
    expect(kindsOf(json)).toEqual(kinds);
    expect(outcome(json)).toEqual(outcome(whole(json)));
  });

  test.each([
    // The last of equal names counts.
    inputs('{"name":"f","shape":[1],"datatype":"FP32","data":[1],"data":[2]}'),
    `{"data":[1,2],${inputs(input('f', [1], '[3]')).slice(1)}`,
    `{"parameters":{"data":[1,2]},${inputs(input('f', [1], '[3]')).slice(1)}`,
    inputs('{"name":"\\"data\\":[1,2]","shape":[1],"datatype":"FP32","data":[2]}'),
    inputs('{"name":"f\\\\","shape":[1],"datatype":"FP32","data":[2]}'),
    inputs(input('f', [1], '[01]')),
    inputs(input('f', [1], '[1],')),
    inputs(input('f', [1], '[1] 2')),
    inputs(input('f', [1], '[1]x"data":[2]')),
    inputs(input('nobody', [1], '[1]')),
    inputs(input('f', [-1], '[1]')),
    inputs(input('f', [3e9, 3e9], '[1]')),
    `{"inputs":[${'{"data":[1]},'.repeat(200)}{}]}`,
    `{"inputs":${JSON.stringify(['x'])}}`,
  ])('make no difference to %s', (json) => {
    expect(outcome(json)).toEqual(outcome(whole(json)));
  });

  test('make no difference to whatever is sent', () => {
    fc.assert(
      fc.property(anyRequest(signature), ({ body }) => {
        const json = new TextDecoder().decode(body);
        fc.pre(whole(json).length < LENGTH && !json.includes('\\"data'));
        expect(outcome(json)).toEqual(outcome(whole(json)));
      }),
      { numRuns: 5000 },
    );
  });
});
