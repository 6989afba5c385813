import { open } from 'node:fs/promises';
import { BYTES_PER_ELEMENT, STRING_LENGTH_BYTES } from '../../worker/model/dtype.ts';
import type { WeightGroup, WeightSpec } from '../../worker/model/model_json.ts';
import {
  expandElements,
  type Quantization,
  quantizationFault,
  storedWidth,
} from '../../worker/model/quantization.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import type { ModelFile } from '../files/model_files.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import type { Weight } from './graph.ts';

/**
 * Returns the weights of a group of tfjs's manifest, without those of the optimizer. Their values are read from the
 * group's files on demand.
 *
 * @param files the group's files, which contain its weights one after the other
 */
export async function groupWeights(
  group: WeightGroup,
  files: readonly ModelFile[],
): Promise<Imported<[name: string, weight: Weight][]>> {
  const source = new JoinedFiles(files);
  const weights: [string, Weight][] = [];
  let offset = 0;
  for (const spec of group.weights) {
    const weight = await readSpec(source, offset, spec);
    if (weight.kind !== 'read') return { ...weight, message: `weight "${spec.name}": ${weight.message}` };
    offset += weight.value.quantized?.byteLength ?? weight.value.byteLength;
    if (spec.group !== 'optimizer') weights.push([spec.name, weight.value]);
  }
  return read(weights);
}

async function readSpec(
  source: JoinedFiles,
  offset: number,
  { shape, dtype, quantization }: WeightSpec,
): Promise<Imported<Weight>> {
  const fault = quantizationFault({ dtype, quantization });
  if (fault !== undefined) return malformed(fault);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count)) return malformed(`shape [${shape}] is too large`);
  const stored =
    dtype === 'string'
      ? await source.stringBytes(offset, count)
      : storedWidth({ dtype, quantization }) * count;
  if (stored === undefined || offset + stored > source.bytes) return malformed('its files end within it');
  const readStored = () => source.read(offset, stored);
  if (dtype === 'string' || quantization === undefined) {
    return read({ dtype, shape, byteLength: stored, read: readStored });
  }
  const byteLength = BYTES_PER_ELEMENT[dtype] * count;
  return read({
    dtype,
    shape,
    byteLength,
    read: async () => {
      const values = new Uint8Array(byteLength);
      expandElements(values, 0, await readStored(), { dtype, quantization });
      return values;
    },
    quantized: { quantization: plain(quantization), byteLength: stored, read: readStored },
  });
}

/** Returns only the needed members, so that the written file depends on nothing else. */
function plain(quantization: Quantization): Quantization {
  return quantization.dtype === 'float16'
    ? { dtype: 'float16' }
    : { dtype: quantization.dtype, scale: quantization.scale, min: quantization.min };
}

/** The bytes that are read at once in search of the ends of strings. */
const WINDOW_BYTES = 64 * 1024;

/** Several files as one. */
class JoinedFiles {
  readonly #files: readonly ModelFile[];
  readonly bytes: number;

  constructor(files: readonly ModelFile[]) {
    this.#files = files;
    this.bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws if a file has become shorter since it was found */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const result = new Uint8Array(length);
    let start = 0;
    for (const { absolutePath, bytes } of this.#files) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + bytes);
      if (from < to) await readInto(absolutePath, from - start, result.subarray(from - offset, to - offset));
      start += bytes;
    }
    return result;
  }

  /** Returns the bytes of `count` strings, each after its length, or undefined if the files end within them. */
  async stringBytes(offset: number, count: number): Promise<number | undefined> {
    let window = new Uint8Array();
    let windowStart = offset;
    let position = offset;
    for (let index = 0; index < count; index++) {
      if (position + STRING_LENGTH_BYTES > this.bytes) return undefined;
      if (position + STRING_LENGTH_BYTES > windowStart + window.length) {
        windowStart = position;
        window = Uint8Array.from(await this.read(position, Math.min(WINDOW_BYTES, this.bytes - position)));
      }
      const length = new DataView(window.buffer).getUint32(position - windowStart, true);
      position += STRING_LENGTH_BYTES + length;
      if (position > this.bytes) return undefined;
    }
    return position - offset;
  }
}

async function readInto(path: string, offset: number, target: Uint8Array): Promise<void> {
  const file = await open(path);
  try {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw new Error(`${path} ended early; it changed while it was being read`);
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
}
