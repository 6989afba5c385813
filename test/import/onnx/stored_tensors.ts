import { readFile } from 'node:fs/promises';
import { decodeOnnxMessage, TensorProtoSchema } from '../../../import/onnx/file/messages.ts';
import { inlineTensor } from '../../../import/onnx/values/read_tensor.ts';
import type { RawTensor } from '../../fixtures/requests/raw_inference.ts';

/** Reads a file with one TensorProto. */
export async function readStored(file: string): Promise<RawTensor & { name: string }> {
  const bytes = new Uint8Array(await readFile(file));
  const stored = inlineTensor(bytes, file);
  const message = decodeOnnxMessage('TensorProto', bytes, TensorProtoSchema, file);
  if (stored.kind !== 'read') throw new Error(stored.message);
  if (message.kind !== 'read') throw new Error(message.message);
  const { name, weight } = stored.value;
  const values = await weight.read();
  const { shape } = weight;
  const buffer = Uint8Array.from(values).buffer;
  switch (weight.dtype) {
    case 'float32':
      return { name, shape, datatype: 'FP32', data: [...new Float32Array(buffer)] };
    case 'int32':
      return { name, shape, datatype: 'INT32', data: [...new Int32Array(buffer)] };
    case 'bool':
      return { name, shape, datatype: 'BOOL', data: [...values] };
    case 'string':
      return {
        name,
        shape,
        datatype: 'BYTES',
        data: message.value.stringData.map((text) => new TextDecoder().decode(text)),
      };
  }
}

/** As ONNX's own runner compares, with what float32 adds up in place of double precision. */
const [RELATIVE, ABSOLUTE] = [1e-3, 1e-5];

export function isSame(given: RawTensor, wanted: RawTensor): boolean {
  return (
    given.datatype === wanted.datatype &&
    String(given.shape) === String(wanted.shape) &&
    given.data.length === wanted.data.length &&
    given.data.every((value, index) => isClose(value, wanted.data[index] ?? 0))
  );
}

type Value = RawTensor['data'][number];

function isClose(value: Value, wanted: Value): boolean {
  if (Object.is(value, wanted) || value === wanted) return true;
  if (typeof value !== 'number' || typeof wanted !== 'number') return false;
  return Math.abs(value - wanted) <= ABSOLUTE + RELATIVE * Math.abs(wanted);
}
