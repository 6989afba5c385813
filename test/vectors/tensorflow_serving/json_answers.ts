import { predict, type Vector } from './vector.ts';

const MIXED = `{
  "int_tensor": [[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]],
  "str_tensor": [["hello","world"],["tf","serving"]],
  "float_tensor": [[1.0],[2.0]]
}`;

/** The answers in TensorFlow Serving's tests of JSON and tensors, with requests that produce them. */
export const JSON_ANSWERS: readonly Vector[] = [
  {
    shows: 'three dimensions by row',
    ...predict('int', '"instances": [[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]]'),
    status: 200,
    text: '{"predictions":[[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]]}',
  },
  {
    shows: 'three dimensions by column',
    ...predict('int', '"inputs": [[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]]'),
    status: 200,
    text: '{"outputs":[[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]]}',
  },
  {
    shows: 'scalars by row',
    ...predict('int', '"instances": [1, 2, 3, 4, 5]'),
    status: 200,
    text: '{"predictions":[1,2,3,4,5]}',
  },
  {
    shows: 'an output whose name ends in _bytes',
    ...predict('bytes', '"instances": [["hello","world"],["tf","serving"]]'),
    status: 200,
    text: '{"predictions":[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]}',
  },
  {
    shows: 'floats of six digits',
    ...predict('float', '"instances": [[9000000, 999999, 0.5], [0.0003, 0.00003, 555557.5]]'),
    status: 200,
    text: '{"predictions":[[9e+06,999999.0,0.5],[0.0003,3e-05,555557.5]]}',
  },
  {
    shows: 'floats that six digits are not enough for',
    ...predict('float', '"inputs": [0.2, 0.333333343, 16777216, 1e-20, 3.4028235e38, 1e-45]'),
    status: 200,
    text: '{"outputs":[0.2,0.333333343,16777216.0,1e-20,3.40282347e+38,1.4013e-45]}',
  },
  {
    shows: 'floats that are no numbers',
    ...predict('float', '"instances": [[NaN, Infinity], [3, -Infinity]]'),
    status: 200,
    text: '{"predictions":[[NaN,Infinity],[3.0,-Infinity]]}',
  },
  {
    shows: 'floats that are no numbers, in strict JSON',
    ...predict('float', '"instances": [[NaN, Infinity], [3, -Infinity]]'),
    path: '/v1/models/echo:predict?strict_json=true',
    status: 200,
    text: '{"predictions":[[null,null],[3.0,null]]}',
  },
  {
    shows: 'a scalar by row',
    ...predict('mixed', '"inputs": {"int_tensor": 1, "str_tensor": "a", "float_tensor": 1}'),
    status: 200,
    text: '{"outputs":{"float_tensor":1.0,"int_tensor":1,"str_tensor":"a","str_tensor_bytes":{"b64":"YQ=="}}}',
  },
  {
    shows: 'several outputs by column',
    ...predict('mixed', `"inputs": ${MIXED}`),
    status: 200,
    text:
      '{"outputs":{"float_tensor":[[1.0],[2.0]],"int_tensor":[[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]],' +
      '"str_tensor":[["hello","world"],["tf","serving"]],' +
      '"str_tensor_bytes":[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]}}',
  },
  {
    shows: 'text that needs escapes',
    ...predict('string', '"inputs": ["a\\"\\\\\\n\\u00e9", "\\ud83d\\ude00/"]'),
    status: 200,
    json: { outputs: ['a"\\\n\u00e9', '\ud83d\ude00/'] },
  },
];

const classify = (members: string) => ({ path: '/v1/models/echo:classify', body: `{${members}}` });
const regress = (members: string) => ({ path: '/v1/models/echo:regress', body: `{${members}}` });

/** Requests to classify and regress. */
export const EXAMPLE_VECTORS: readonly Vector[] = [
  {
    shows: 'regress',
    ...regress('"signature_name": "regress_x_to_y", "examples": [{"x": 80.0}, {"x": [2.0]}]'),
    status: 200,
    text: '{"results":[42.0,3.0]}',
  },
  {
    shows: 'classify without labels',
    ...classify('"signature_name": "classify_x_to_y", "examples": [{"x": 20.0}, {"x": 10.0}]'),
    status: 200,
    text: '{"results":[[["",12.0]],[["",7.0]]]}',
  },
  {
    shows: 'classify with the labels of the manifest, under a signature to predict',
    ...classify('"signature_name": "scores", "examples": [{"x": [0.2,0.7,0.1]}, {"x": [0.7,0.1,0.2]}]'),
    status: 200,
    text: '{"results":[[["car",0.2],["bike",0.7],["bus",0.1]],[["car",0.7],["bike",0.1],["bus",0.2]]]}',
  },
  {
    shows: 'classify with the labels of an output, and a context',
    ...classify(
      '"signature_name": "labeled", "context": {"names": ["a", {"b64": "Yg=="}]}, "examples": [{"scores": [1.0, NaN]}]',
    ),
    status: 200,
    text: '{"results":[[["a",1.0],["b",NaN]]]}',
  },
  {
    shows: 'an integer is a float too, other than in TensorFlow Serving',
    ...regress('"signature_name": "regress_x_to_y", "examples": [{"x": 80}, {"x": 20.0}]'),
    status: 200,
    text: '{"results":[42.0,12.0]}',
  },
  {
    shows: 'a signature to classify does not regress',
    ...regress('"signature_name": "classify_x_to_y", "examples": [{"x": 80.0}]'),
    status: 400,
    words: 'Expected regression signature method_name to be tensorflow/serving/regress',
  },
  {
    shows: 'no such signature',
    ...classify('"signature_name": "none", "examples": [{"x": 80.0}]'),
    status: 400,
    words: 'No signature was found with the name: none',
  },
  {
    shows: 'an example is typed before the model is looked up',
    path: '/v1/models/none:classify',
    body: '{"examples": [{"names": [10, null]}]}',
    status: 400,
    words: 'names has element with unexpected JSON type: Null',
  },
  { shows: 'no examples', ...regress('"context": {}'), status: 400, words: "key 'examples' is expected" },
];
