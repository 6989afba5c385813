/** A tensor of a request or an answer, by Open Inference v2's names. */
export interface RawTensor {
  readonly shape: readonly number[];
  readonly datatype: 'FP32' | 'INT32' | 'BOOL';
  readonly data: readonly number[];
}

export type Inferred =
  | { readonly kind: 'answered'; readonly outputs: Readonly<Record<string, RawTensor>> }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

const BYTES = { FP32: 4, INT32: 4, BOOL: 1 } as const;

/** Asks by Open Inference v2 with binary data both ways, so that every value comes as it is, NaN and infinities too. */
export async function infer(
  isolate: URL | undefined,
  model: string,
  inputs: Readonly<Record<string, RawTensor>>,
): Promise<Inferred> {
  const tensors = Object.entries(inputs);
  const json = JSON.stringify({
    inputs: tensors.map(([name, { shape, datatype, data }]) => ({
      name,
      shape,
      datatype,
      parameters: { binary_data_size: data.length * BYTES[datatype] },
    })),
    parameters: { binary_data_output: true },
  });
  const body = Buffer.concat([Buffer.from(json), ...tensors.map(([, tensor]) => bytesOf(tensor))]);
  const response = await fetch(new URL(`/v2/models/${model}/infer`, isolate), {
    method: 'POST',
    body,
    headers: { 'inference-header-content-length': String(Buffer.byteLength(json)) },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) {
    const { error } = JSON.parse(bytes.toString());
    return { kind: 'refused', status: response.status, message: String(error) };
  }
  return { kind: 'answered', outputs: outputsOf(bytes, response.headers) };
}

function outputsOf(bytes: Buffer, headers: Headers): Record<string, RawTensor> {
  const length = headers.get('inference-header-content-length');
  let place = length === null ? bytes.length : Number(length);
  const answer: { outputs: (RawTensor & { name: string; parameters?: { binary_data_size?: number } })[] } =
    JSON.parse(bytes.subarray(0, place).toString());
  return Object.fromEntries(
    answer.outputs.map(({ name, shape, datatype, data, parameters }) => {
      const size = parameters?.binary_data_size;
      if (size === undefined) return [name, { shape, datatype, data }];
      const part = bytes.subarray(place, place + size);
      place += size;
      return [name, { shape, datatype, data: numbersOf(datatype, part) }];
    }),
  );
}

function bytesOf({ datatype, data }: RawTensor): Uint8Array {
  if (datatype === 'BOOL') return Uint8Array.from(data);
  return new Uint8Array((datatype === 'FP32' ? Float32Array.from(data) : Int32Array.from(data)).buffer);
}

function numbersOf(datatype: RawTensor['datatype'], bytes: Uint8Array): number[] {
  const { buffer } = Uint8Array.from(bytes);
  if (datatype === 'BOOL') return [...new Uint8Array(buffer)];
  return [...(datatype === 'FP32' ? new Float32Array(buffer) : new Int32Array(buffer))];
}
