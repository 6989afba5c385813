import { predict, type Vector } from './vector.ts';

const DEEP = '['.repeat(500_000) + ']'.repeat(500_000);

/** The requests in TensorFlow Serving's tests of JSON and tensors, for a model that returns its input. */
export const JSON_REQUESTS: readonly Vector[] = [
  {
    shows: 'a list of lists is one tensor',
    ...predict('int', '"instances": [[1,2],[3,4],[5,6]]'),
    status: 200,
    text: '{"predictions":[[1,2],[3,4],[5,6]]}',
  },
  {
    shows: 'a key that is not read may be as deep as it likes',
    path: '/v1/models/echo:predict',
    body: `{"signature_name": "int", "instances": [1], "nested": ${DEEP}}`,
    status: 200,
    text: '{"predictions":[1]}',
  },
  {
    shows: 'a deep signature name is no string',
    path: '/v1/models/echo:predict',
    body: `{"signature_name": ${DEEP}}`,
    status: 400,
    words: 'key must be a string value',
  },
  {
    shows: 'whole numbers are floats too',
    ...predict('float', '"instances": [1, 2.0, 3, 4, 5.003, 0.007, 0.0]'),
    status: 200,
    text: '{"predictions":[1.0,2.0,3.0,4.0,5.003,0.007,0.0]}',
  },
  {
    shows: 'a number that float32 does not hold is rounded, whole or not',
    ...predict('float', '"instances": [1435774380, 1435774380.0]'),
    status: 200,
    text: '{"predictions":[1.43577434e+09,1.43577434e+09]}',
  },
  {
    shows: 'numbers too large for float32 are infinities',
    ...predict('float', '"instances": [1.7976931348623157e308, -1.7976931348623157e308]'),
    status: 200,
    text: '{"predictions":[Infinity,-Infinity]}',
  },
  {
    shows: 'numbers too small for float32 are zeros with their sign',
    ...predict('float', '"instances": [2.2250738585072014e-308, -2.2250738585072014e-308]'),
    status: 200,
    text: '{"predictions":[0.0,-0.0]}',
  },
  {
    shows: 'bytes behind the request are not read',
    path: '/v1/models/echo:predict',
    body: '{"signature_name": "int", "instances": [[1,2],[3,4],[5,6]]}X',
    status: 200,
    text: '{"predictions":[[1,2],[3,4],[5,6]]}',
  },
  {
    shows: 'base64 scalars',
    ...predict('string', '"instances": [{"b64": "aGVsbG8="}, {"b64": "d29ybGQ="}]'),
    status: 200,
    text: '{"predictions":["hello","world"]}',
  },
  {
    shows: 'base64 in lists',
    ...predict('string', '"instances": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]'),
    status: 200,
    text: '{"predictions":[["hello"],["world"]]}',
  },
  {
    shows: 'base64 in lists under the name of the input',
    ...predict('string', '"instances": [{"x": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]}]'),
    status: 200,
    text: '{"predictions":[[["hello"],["world"]]]}',
  },
  {
    shows: 'several inputs by row',
    ...predict(
      'mixed',
      `"instances": [
        {"int_tensor": [[1,2],[3,4],[5,6]], "str_tensor": ["foo", "bar"], "float_tensor": [1.0, NaN]},
        {"int_tensor": [[7,8],[9,0],[1,2]], "str_tensor": ["baz", "bat"], "float_tensor": [2.0, Infinity]}
      ]`,
    ),
    status: 200,
    text:
      '{"predictions":[{"float_tensor":[1.0,NaN],"int_tensor":[[1,2],[3,4],[5,6]],"str_tensor":["foo","bar"],' +
      '"str_tensor_bytes":[{"b64":"Zm9v"},{"b64":"YmFy"}]},' +
      '{"float_tensor":[2.0,Infinity],"int_tensor":[[7,8],[9,0],[1,2]],"str_tensor":["baz","bat"],' +
      '"str_tensor_bytes":[{"b64":"YmF6"},{"b64":"YmF0"}]}]}',
  },
  {
    shows: 'one input by column, named',
    ...predict('int', '"inputs": {"x": [[[1,2],[3,4],[5,6]]]}'),
    status: 200,
    text: '{"outputs":[[[1,2],[3,4],[5,6]]]}',
  },
  {
    shows: 'one input by column, without its name',
    ...predict('int', '"inputs": [[[1,2],[3,4],[5,6]]]'),
    status: 200,
    text: '{"outputs":[[[1,2],[3,4],[5,6]]]}',
  },
  {
    shows: 'several inputs by column, each of its own shape',
    ...predict(
      'mixed',
      '"inputs": {"int_tensor": [[[1,2],[3,4],[5,6]]], "str_tensor": {"b64": "aGVsbG8="}, "float_tensor": []}',
    ),
    status: 200,
    text: '{"outputs":{"float_tensor":[],"int_tensor":[[[1,2],[3,4],[5,6]]],"str_tensor":"hello","str_tensor_bytes":{"b64":"aGVsbG8="}}}',
  },
  {
    shows: 'an empty body',
    path: '/v1/models/echo:predict',
    body: '',
    status: 400,
    words: 'document is empty',
  },
  {
    shows: 'a signature name that is a number',
    path: '/v1/models/echo:predict',
    body: '{"signature_name": 5, "instances": [[1,2],[3,4],[5,6,7]]}',
    status: 400,
    words: 'must be a string value',
  },
  {
    shows: 'rows and columns at once',
    ...predict('int', '"instances": [[1,2],[3,4],[5,6,7]], "inputs": [[1,2],[3,4],[5,6,7]]'),
    status: 400,
    words: 'Not formatted correctly',
  },
  {
    shows: 'a longer row',
    ...predict('int', '"instances": [[1,2],[3,4],[5,6,7]]'),
    status: 400,
    words: 'Expecting tensor size',
  },
  {
    shows: 'a deeper row',
    ...predict('int', '"instances": [[1,2],[3,4],[[5,6]]]'),
    status: 400,
    words: 'Expecting shape',
  },
  {
    shows: 'a list after a number',
    ...predict('int', '"instances": [1, [1]]'),
    status: 400,
    words: 'Expecting shape',
  },
  {
    shows: 'strings for integers',
    ...predict('int', '"instances": [[1,2],["a", "b"]]'),
    status: 400,
    words: 'not of expected type',
  },
  {
    shows: 'a deeper value of one of several inputs',
    ...predict(
      'mixed',
      `"instances": [
        {"int_tensor": [[1,2],[3,4],[5,6]], "str_tensor": ["foo"], "float_tensor": 1},
        {"int_tensor": [[[7,8],[9,0],[1,2]]], "str_tensor": ["baz"], "float_tensor": 1}
      ]`,
    ),
    status: 400,
    words: 'Expecting shape',
  },
  {
    shows: 'a shorter value of one of several inputs',
    ...predict(
      'mixed',
      `"instances": [
        {"int_tensor": [[1,2],[3,4],[5,6],[7,8]], "str_tensor": ["foo"], "float_tensor": 1},
        {"int_tensor": [[7,8],[9,0],[1,2]], "str_tensor": ["baz"], "float_tensor": 1}
      ]`,
    ),
    status: 400,
    words: 'Expecting tensor size',
  },
  {
    shows: 'a list among objects',
    ...predict(
      'mixed',
      '"instances": [{"int_tensor": [[1,2]], "str_tensor": ["foo"], "float_tensor": 1}, [1, 20, 30], {}]',
    ),
    status: 400,
    words: 'Expecting object but got list',
  },
  {
    shows: 'an object among lists',
    ...predict('string', '"instances": [["baz", "bar"], {"x": ["baz", "bat"]}]'),
    status: 400,
    words: 'Expecting value/list but got object',
  },
  // Cases from TensorFlow Serving's code that its tests lack.
  {
    shows: 'a whole number with a point is no integer',
    ...predict('int', '"instances": [1.0]'),
    status: 400,
    words: 'JSON Value: 1.0 Type: Number is not of expected type: int32',
  },
  {
    shows: 'an integer beyond 2^53 is told of as it was written',
    ...predict('int', '"instances": [9007199254740993]'),
    status: 400,
    words: 'JSON Value: 9007199254740993 Type: Number is not of expected type: int32',
  },
  {
    shows: 'a number beyond double',
    ...predict('float', '"instances": [1e999]'),
    status: 400,
    words: 'JSON Parse error: Number too big to be stored in double. at offset:',
  },
  {
    shows: 'of equal keys the first counts',
    ...predict('int', '"inputs": {"x": 1, "x": 2}, "inputs": {"x": 3}'),
    status: 200,
    text: '{"outputs":1}',
  },
  {
    shows: 'NaN and infinities are numbers, by any of their names',
    ...predict('float', '"inputs": [NaN, -NaN, Inf, -Inf, Infinity, -Infinity]'),
    status: 200,
    text: '{"outputs":[NaN,NaN,Infinity,-Infinity,Infinity,-Infinity]}',
  },
  {
    shows: 'booleans',
    ...predict('bool', '"instances": [[true], [false]]'),
    status: 200,
    text: '{"predictions":[[true],[false]]}',
  },
  {
    shows: 'an extra key by column is ignored',
    ...predict('int', '"inputs": {"x": [1], "z": "?"}'),
    status: 200,
    text: '{"outputs":[1]}',
  },
  {
    shows: 'an extra key by row is an error',
    ...predict('int', '"instances": [{"x": 1, "z": 2}]'),
    status: 400,
    words: 'does not have named input: z',
  },
  {
    shows: 'a key that is missing by row',
    ...predict('mixed', '"instances": [{"int_tensor": 1}]'),
    status: 400,
    words: 'keys must be equal to: float_tensor,int_tensor,str_tensor',
  },
  {
    shows: 'a key that is missing by column',
    ...predict('mixed', '"inputs": {"int_tensor": 1}'),
    status: 400,
    words: "in 'inputs' object.",
  },
];
