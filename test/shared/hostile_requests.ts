import fc from 'fast-check';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { anyRequest } from './open_inference_requests.ts';
import { computeRequest } from './request_bodies.ts';

export interface HostileRequest {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** For a message: the shapes that it sends, or its beginning. */
  readonly summary: string;
}

/** Numbers that lie where no other client's do, so that one client's would be seen in another's answer. */
function ownNumber(client: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 999 }).map((value) => client * 1000 + value) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, 3.0e38, -1e-40, 0.5) },
  );
}

const size = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 6, arbitrary: fc.integer({ min: 2, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 7, max: 40 }) },
);
const index = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 3, 1000, 2147483647, -2147483648) },
);

interface Drawn {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A tensor of sizes that the signature allows, most of the time. */
function tensor(name: string, info: TensorInfo, client: number): fc.Arbitrary<Drawn> {
  const sizes = (info.shape ?? [-1, -1]).map((wanted) =>
    wanted === -1
      ? size
      : fc.oneof({ weight: 19, arbitrary: fc.constant(wanted) }, { weight: 1, arbitrary: size }),
  );
  const value = info.dtype === 'int32' ? index : ownNumber(client);
  return fc.tuple(...sizes).chain((shape) => {
    const count = shape.reduce((product, each) => product * each, 1);
    return fc
      .array(value, { minLength: Math.min(count, 64), maxLength: Math.min(count, 64) })
      .map((some) => ({
        name,
        datatype: info.dtype === 'int32' ? 'INT32' : 'FP32',
        shape,
        // Large tensors repeat what was drawn, each time moved by one: drawing is slow.
        data: Array.from({ length: count }, (_, at) => some[at % some.length] ?? 0),
      }));
  });
}

function nested(data: readonly number[], shape: readonly number[]): unknown {
  const [first, ...rest] = shape;
  if (first === undefined) return data[0];
  const step = rest.reduce((product, each) => product * each, 1);
  return Array.from({ length: first }, (_, at) => nested(data.slice(at * step, (at + 1) * step), rest));
}

const bytesOf = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));

function openInference(model: string, drawn: readonly Drawn[]): HostileRequest {
  return {
    path: `/v2/models/${model}/infer`,
    body: bytesOf({ inputs: drawn }),
    headers: {},
    summary: summaryOf(drawn),
  };
}

/** The same with the numbers behind the JSON. */
function openInferenceBinary(model: string, drawn: readonly Drawn[]): HostileRequest {
  const parts = drawn.map(({ datatype, data }) =>
    datatype === 'INT32'
      ? new Uint8Array(Int32Array.from(data).buffer)
      : new Uint8Array(Float32Array.from(data).buffer),
  );
  const json = bytesOf({
    inputs: drawn.map(({ name, datatype, shape }, at) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: parts[at]?.length },
    })),
    parameters: { binary_data_output: false },
  });
  return {
    path: `/v2/models/${model}/infer`,
    body: new Uint8Array(Buffer.concat([json, ...parts])),
    headers: { 'inference-header-content-length': String(json.length) },
    summary: summaryOf(drawn),
  };
}

function tensorFlowServing(model: string, drawn: readonly Drawn[]): HostileRequest {
  const inputs = Object.fromEntries(drawn.map(({ name, data, shape }) => [name, nested(data, shape)]));
  return {
    path: `/v1/models/${model}:predict`,
    body: bytesOf({ inputs }),
    headers: {},
    summary: summaryOf(drawn),
  };
}

function summaryOf(drawn: readonly Drawn[]): string {
  return drawn.map(({ name, shape }) => `${name} [${shape}]`).join(', ');
}

/** Requests of both protocols, most of which compute something of degenerate sizes; some are damaged, some are noise. */
export function hostileRequest(
  signatures: ReadonlyMap<string, Signature>,
  client: number,
): fc.Arbitrary<HostileRequest> {
  const write = fc.constantFrom(openInference, openInferenceBinary, tensorFlowServing, tensorFlowServing);
  const models = [...signatures].map(([model, signature]) => {
    const tensors = Object.entries(signature.inputs).map(([name, info]) => tensor(name, info, client));
    const sound = fc.tuple(write, fc.tuple(...tensors)).map(([form, drawn]) => form(model, drawn));
    const noise = anyRequest(signature).map(
      ({ body, headerLength }): HostileRequest => ({
        path: `/v2/models/${model}/infer`,
        body,
        headers: headerLength === undefined ? {} : { 'inference-header-content-length': headerLength },
        summary: new TextDecoder().decode(body.slice(0, 200)),
      }),
    );
    const other = computeRequest.map(
      ({ method, body }): HostileRequest => ({
        path: `/v1/models/${model}:${method}`,
        body: body.slice(),
        headers: {},
        summary: new TextDecoder().decode(body.slice(0, 200)),
      }),
    );
    return fc.oneof(
      { weight: 16, arbitrary: sound },
      { weight: 1, arbitrary: noise },
      { weight: 1, arbitrary: other },
    );
  });
  return fc.oneof(...models);
}
