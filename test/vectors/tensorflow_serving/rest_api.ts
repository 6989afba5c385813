import type { Vector } from './vector.ts';

const INSTANCES = '{"instances": [1.0, 2.0]}';
const OK = { error_code: 'OK', error_message: '' };
const ESCAPED = 'modelname%21%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D';
const UNESCAPED = "modelname!#$%&'()*+,/:;=?@[]";
const UINT64 = '18446744073709551615';

const malformed = (method: 'GET' | 'POST' | 'PUT', path: string): Vector => ({
  shows: `${method} ${path} is malformed`,
  method,
  path,
  ...(method === 'GET' ? {} : { body: '' }),
  status: 400,
  words: `Malformed request: ${method} ${path}`,
});

const float = { dtype: 'DT_FLOAT', tensor_shape: { dim: [], unknown_rank: true } };

/** The requests in TensorFlow Serving's tests of its REST handler, its paths and its server. */
export const REST_API: readonly Vector[] = [
  malformed('GET', '/v1/foo'),
  malformed('POST', '/v1/foo'),
  malformed('GET', '/v1/models/debug/model_name'),
  malformed('POST', '/v1/models'),
  malformed('GET', '/v1/models/foo:predict'),
  malformed('GET', '/v1/models/foo/version/50:predict'),
  malformed('POST', '/v1/models/foo/version/50:regress'),
  malformed('POST', '/v1/models/foo/versions/HELLO:regress'),
  malformed('POST', '/v1/models/foo/versions/some_label:regress'),
  malformed('POST', '/v1/models/foo/metadata'),
  malformed('POST', '/v1/models/foo/label/some_label:regress'),
  malformed('POST', '/v1/models/foo/versions/50/labels/some_label:regress'),
  malformed('POST', '/v1/models/echo:PREDICT'),
  malformed('PUT', '/v1/models/echo:predict'),
  { shows: 'no model of a version', path: '/v1/models/versions/5', status: 400, words: 'Missing model name' },
  {
    shows: 'a version that int64 does not hold',
    method: 'POST',
    path: `/v1/models/foo/versions/${UINT64}:regress`,
    body: '',
    status: 400,
    words: `Failed to convert version: ${UINT64} to numeric.`,
  },
  {
    shows: 'an unknown model',
    path: '/v1/models/foo:predict',
    body: '{"instances": [1]}',
    status: 404,
    words: 'Servable not found for request: Latest(foo)',
  },
  {
    shows: 'an unknown model in a version',
    path: '/v1/models/foo/versions/50:predict',
    body: '{"instances": [1]}',
    status: 404,
    words: 'Servable not found for request: Specific(foo, 50)',
  },
  {
    shows: 'an unknown version',
    path: '/v1/models/echo/versions/99:predict',
    body: '{"instances": [1]}',
    status: 404,
    words: 'Servable not found for request: Specific(echo, 99)',
  },
  {
    shows: 'an unknown label, before the types of values',
    path: '/v1/models/echo/labels/none:predict',
    body: '{"instances": ["x", "y"]}',
    status: 400,
    words: 'Unrecognized servable version label: none',
  },
  {
    shows: 'a body that is no JSON, before an unknown model',
    path: '/v1/models/foo:predict',
    body: 'instances = [1, 2]',
    status: 400,
    words: 'JSON Parse error: Invalid value',
  },
  {
    shows: 'strings for floats',
    path: '/v1/models/echo:predict',
    body: '{"instances": ["x", "y"]}',
    status: 400,
    words: 'not of expected type: float',
  },
  {
    shows: 'an unknown signature, before missing instances',
    path: '/v1/models/echo:predict',
    body: '{"signature_name": "xyz"}',
    status: 400,
    words: 'Serving signature name: "xyz" not found in signature def',
  },
  {
    shows: 'no instances',
    path: '/v1/models/echo:predict',
    body: '{}',
    status: 400,
    words: "Missing 'inputs' or 'instances' key",
  },
  {
    shows: 'predict with the latest version',
    path: '/v1/models/echo:predict',
    body: '{"instances": [[1.0, 2.0], [3.0, 4.0]]}',
    status: 200,
    text: '{"predictions":[[2.5,3.0],[3.5,4.0]]}',
  },
  {
    shows: 'predict with a version',
    path: '/v1/models/echo/versions/123:predict',
    body: INSTANCES,
    status: 200,
    text: '{"predictions":[2.5,3.0]}',
  },
  {
    shows: 'predict with a version that has zeros before it, in a path in capitals',
    path: '/V1/MODELS/echo/VERSIONS/00000123:predict',
    body: INSTANCES,
    status: 200,
    text: '{"predictions":[2.5,3.0]}',
  },
  {
    shows: 'predict with a label',
    path: '/v1/models/echo/labels/stable:predict',
    body: INSTANCES,
    status: 200,
    text: '{"predictions":[2.5,3.0]}',
  },
  {
    shows: 'predict with a signature by its name',
    path: '/v1/models/echo/versions/123:predict',
    body: '{"signature_name": "serving_default", "instances": [3.0, 4.0]}',
    status: 200,
    text: '{"predictions":[3.5,4.0]}',
  },
  {
    shows: 'predict by column',
    path: '/v1/models/echo/versions/123:predict',
    body: '{"signature_name": "serving_default", "inputs": [3.0, 4.0]}',
    status: 200,
    text: '{"outputs":[3.5,4.0]}',
  },
  ...['', '/versions/123', '/labels/stable', '/labels/none'].map(
    (selector): Vector => ({
      shows: `status of ${selector || 'all versions'}`,
      path: `/v1/models/echo${selector}`,
      status: 200,
      json: { model_version_status: [{ version: '123', state: 'AVAILABLE', status: OK }] },
    }),
  ),
  {
    shows: 'status of an unknown model',
    path: '/v1/models/foo',
    status: 404,
    words: 'Could not find any versions of model foo',
  },
  {
    shows: 'status of an unknown version',
    path: '/v1/models/echo/versions/7',
    status: 404,
    words: 'Could not find version 7 of model echo',
  },
  {
    shows: 'a name with every reserved character is decoded',
    path: `/v1/models/${ESCAPED}`,
    status: 404,
    words: `Could not find any versions of model ${UNESCAPED}`,
  },
  {
    shows: 'a label with every reserved character is decoded',
    path: `/v1/models/echo/labels/${ESCAPED}:predict`,
    body: INSTANCES,
    status: 400,
    words: `Unrecognized servable version label: ${UNESCAPED}`,
  },
  {
    shows: 'metadata of an unknown label',
    path: '/v1/models/echo/labels/none/metadata',
    status: 400,
    words: 'Unrecognized servable version label: none',
  },
  ...['', '/versions/1', '/labels/stable'].map(
    (selector): Vector => ({
      shows: `metadata of half_plus_two${selector}`,
      path: `/v1/models/half_plus_two${selector}/metadata`,
      status: 200,
      json: {
        model_spec: { name: 'half_plus_two', signature_name: '', version: '1' },
        metadata: {
          signature_def: {
            signature_def: {
              serving_default: {
                inputs: { x: { ...float, name: 'float32:0' } },
                outputs: { y: { ...float, name: 'half_plus_two:0' } },
                method_name: 'tensorflow/serving/predict',
                defaults: {},
              },
            },
          },
        },
      },
    }),
  ),
  {
    shows: 'OPTIONS without an origin',
    method: 'OPTIONS',
    path: '/v1/models/echo',
    status: 400,
    words: 'Origin',
  },
];
