import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { ECHO_SIGNATURES, writeEchoModel } from '../../fixtures/models/echo_model.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { runPython, tritonFault } from '../../fixtures/python/python.ts';

/** Programs begin with it. The first word of the command line is the server's address. */
const PREAMBLE = `
import json, sys
import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1])

def floats(name, values, binary=True):
    array = np.array(values, dtype=np.float32)
    tensor = triton.InferInput(name, list(array.shape), "FP32")
    tensor.set_data_from_numpy(array, binary_data=binary)
    return tensor

def strings(array):
    return [each.decode() if isinstance(each, bytes) else each for each in array.flatten()]

def show(value):
    print(json.dumps(value))
`;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
  const { scores } = ECHO_SIGNATURES;
  if (scores === undefined) throw new Error('the echo model has no scores');
  await publishDirectory(edge.store, await writeEchoModel(), 'vehicles', '1', {
    change: (content) => ({ ...content, signatures: { serving_default: scores } }),
  });
});
afterAll(() => edge.stop());

const python = (program: string, host = edge.isolates[0]?.host ?? '') => runPython(PREAMBLE + program, host);

if (tritonFault !== undefined) process.stderr.write(`Triton's client is NOT tested: ${tritonFault}\n`);

describe.skipIf(tritonFault !== undefined)("Triton's client", () => {
  test.each([
    {
      name: 'binary data both ways',
      call: `client.infer("half_plus_two", [floats("x", [1, 2])], request_id="i")`,
      heads: [
        'POST /v2/models/half_plus_two/infer HTTP/1.1\r\n',
        '\r\nInference-Header-Content-Length: 141\r\n',
        '\r\nContent-Length: 149\r\n',
      ],
      body:
        '{"id":"i","inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}],' +
        '"parameters":{"binary_data_output":true}}\0\0\x80\x3f\0\0\0\x40',
    },
    {
      name: 'classes, and JSON',
      call: `client.infer("iris", [floats("centimetres", [[5.5, 3.5, 1.5, 0.5]], binary=False)],
        outputs=[triton.InferRequestedOutput("probabilities", binary_data=False, class_count=2)],
        response_compression_algorithm="deflate")`,
      heads: ['\r\nAccept-Encoding: deflate\r\n'],
      body:
        '{"inputs":[{"name":"centimetres","shape":[1,4],"datatype":"FP32","data":[5.5,3.5,1.5,0.5]}],' +
        '"outputs":[{"name":"probabilities","parameters":{"classification":2,"binary_data":false}}]}',
    },
  ])('sends these bytes for $name', async ({ call, heads, body }) => {
    let received = '';
    const server = createServer((socket) => {
      socket.setEncoding('latin1').on('data', (text) => {
        received += text;
      });
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 13\r\n\r\n{"error":"x"}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = Object(server.address());
    try {
      const program = `
try:
    ${call}
except InferenceServerException as refused:
    show(refused.message())
`;
      expect(await python(program, `127.0.0.1:${address.port}`)).toBe('x');
      const [head = '', sent] = received.split('\r\n\r\n');
      for (const part of heads) expect(`${head}\r\n`).toContain(part);
      expect(head).not.toMatch(/content-type/i);
      expect(sent).toBe(body);
    } finally {
      server.close();
    }
  });

  test('asks for the state of server and models', async () => {
    const program = `
show([client.is_server_live(), client.is_server_ready(), client.is_model_ready("iris"),
      client.is_model_ready("iris", "1.0.0"), client.is_model_ready("nobody"),
      client.get_server_metadata()["extensions"],
      client.get_model_metadata("iris")["outputs"],
      client.get_model_config("iris", "1.0.0")["output"],
      client.get_model_repository_index()])`;
    expect(await python(program)).toEqual([
      true,
      true,
      true,
      true,
      false,
      ['binary_tensor_data', 'classification', 'model_configuration', 'statistics'],
      [expect.objectContaining({ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] })],
      [{ name: 'probabilities', data_type: 'TYPE_FP32', dims: [-1, 3] }],
      ['half_plus_two', 'iris', 'vehicles'].map((name) => ({ name, state: 'READY', reason: '' })),
    ]);
  });

  test('infers in every combination of binary data and compression', async () => {
    const program = `
show([client.infer("half_plus_two", [floats("x", [1, 2, 5], binary=given)], request_compression_algorithm=sent,
        outputs=[triton.InferRequestedOutput("y", binary_data=asked)],
        response_compression_algorithm=answered).as_numpy("y").tolist()
      for given in (True, False) for asked in (True, False)
      for sent in (None, "gzip", "deflate") for answered in (None, "gzip", "deflate")])`;
    expect(await python(program)).toEqual(Array.from({ length: 36 }, () => [2.5, 3, 4.5]));
  });

  test('gets classes with their labels, in JSON and in binary', async () => {
    const program = `
def classes(count, binary, rows):
    output = triton.InferRequestedOutput("y", binary_data=binary, class_count=count)
    array = client.infer("vehicles", [floats("x", rows)], outputs=[output]).as_numpy("y")
    return [list(array.shape), strings(array)]
show([classes(2, False, [[0.25, 0.5, -1]]), classes(2, True, [[0.25, 0.5, -1]]),
      classes(9, True, [[1, 3, 2], [7, 7, 8]])])`;
    expect(await python(program)).toEqual([
      [
        [1, 2],
        ['0.500000:1:bike', '0.250000:0:car'],
      ],
      [
        [1, 2],
        ['0.500000:1:bike', '0.250000:0:car'],
      ],
      [
        [2, 3],
        [
          '3.000000:1:bike',
          '2.000000:2:bus',
          '1.000000:0:car',
          '8.000000:2:bus',
          '7.000000:0:car',
          '7.000000:1:bike',
        ],
      ],
    ]);
  });

  test('raises the sentence of a refusal, also if it asks for compression', async () => {
    const program = `
def refusal(call):
    try:
        call()
    except InferenceServerException as refused:
        return [refused.status(), refused.message()]
show([refusal(lambda: client.load_model("iris")), refusal(lambda: client.unload_model("iris")),
      refusal(lambda: client.infer("half_plus_two", [floats("z", [1])], response_compression_algorithm="gzip")),
      refusal(lambda: client.get_inference_statistics("nobody"))])`;
    const repository = ['400', expect.stringContaining('use publish, promote or rollback')];
    expect(await python(program)).toEqual([
      repository,
      repository,
      ['400', "unexpected inference input 'z' for model 'half_plus_two'"],
      ['404', expect.stringContaining('Model with name nobody does not exist')],
    ]);
  });
});
