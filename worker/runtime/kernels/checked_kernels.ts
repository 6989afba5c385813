import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { CastAttrs, DataType, OneHotAttrs, TensorInfo } from '@tensorflow/tfjs-core';

/** A kernel of tfjs's as its registry keeps it, whatever it takes. */
type Run<Call, Result> = (call: Call) => Result;

/** What the kernels named here take: tensors by name, attributes, and the backend. */
interface Call {
  readonly inputs: object;
  readonly attrs?: object;
}

/**
 * tfjs's WebAssembly kernels read and write where indices say, without a look at where their tensors end: beyond
 * lie other models and other requests. Each check throws for what TensorFlow refuses too.
 */
const CHECKS: Readonly<Record<string, (backend: BackendWasm, call: Call) => void>> = {
  GatherNd: (backend, call) => {
    const params = tensorOf(call, 'params');
    const indices = tensorOf(call, 'indices');
    checkIndices(backend, indices, params.shape.slice(0, indices.shape.at(-1) ?? 0));
  },
  ScatterNd: (backend, call) => {
    checkPositions(backend, tensorOf(call, 'indices'), shapeOf(call, 'shape'));
  },
  TensorScatterUpdate: (backend, call) => {
    checkPositions(backend, tensorOf(call, 'indices'), tensorOf(call, 'tensor').shape);
  },
  SparseToDense: (backend, call) => {
    checkPositions(backend, tensorOf(call, 'sparseIndices'), shapeOf(call, 'outputShape'));
  },
  CropAndResize: (backend, call) => {
    checkIndices(backend, tensorOf(call, 'boxInd'), tensorOf(call, 'image').shape.slice(0, 1));
  },
  Bincount: checkCounted,
  DenseBincount: checkCounted,
};

/** Names of the kernels that are not left as they are. */
export const CHECKED_KERNELS: readonly string[] = [...Object.keys(CHECKS), 'Cast', 'OneHot'];

/** tfjs's kernel, made safe: to be registered in its place. */
export function checkedKernel<Taken extends Call, Result>(
  name: string,
  backend: BackendWasm,
  original: Run<Taken, Result>,
): (call: Taken) => Result | TensorInfo {
  return (call) => {
    CHECKS[name]?.(backend, call);
    if (name === 'OneHot') return oneHot(backend, call);
    return (name === 'Cast' ? castToBool(backend, call) : undefined) ?? original(call);
  };
}

/** tfjs copies the lowest byte only: 0.5 and 256 would be false. */
function castToBool(backend: BackendWasm, call: Call): TensorInfo | undefined {
  const x = tensorOf(call, 'x');
  const { dtype } = attributesOf<CastAttrs>(call);
  if (dtype !== 'bool' || x.dtype === 'string' || x.dtype === 'complex64') return undefined;
  const result = backend.makeOutput(x.shape, dtype);
  const values = backend.typedArrayFromHeap(x);
  const truths = backend.typedArrayFromHeap(result);
  for (let index = 0; index < truths.length; index++) truths[index] = values[index] === 0 ? 0 : 1;
  return result;
}

/** tfjs writes integers of 32 bits, whatever the dtype is. */
function oneHot(backend: BackendWasm, call: Call): TensorInfo {
  const { dtype, depth, onValue, offValue } = attributesOf<OneHotAttrs & { dtype: DataType }>(call);
  const indices = tensorOf(call, 'indices');
  const result = backend.makeOutput([...indices.shape, depth], dtype);
  const values = backend.typedArrayFromHeap(result);
  values.fill(offValue);
  backend.typedArrayFromHeap(indices).forEach((index, row) => {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  });
  return result;
}

function checkCounted(backend: BackendWasm, call: Call): void {
  const negative = backend.typedArrayFromHeap(tensorOf(call, 'x')).find((value) => value < 0);
  if (negative !== undefined) throw new Error(`${negative} cannot be counted: it is negative`);
}

/** Where values are put: a list of single numbers unless it has two dimensions, as tfjs reads it. */
function checkPositions(backend: BackendWasm, indices: TensorInfo, shape: readonly number[]): void {
  const rank = indices.shape.length > 1 ? (indices.shape.at(-1) ?? 1) : 1;
  checkIndices(backend, indices, shape.slice(0, rank));
}

/** @param sizes of the dimensions that the numbers of one index, which follow each other, are for */
function checkIndices(backend: BackendWasm, indices: TensorInfo, sizes: readonly number[]): void {
  if (sizes.length === 0) return;
  backend.typedArrayFromHeap(indices).forEach((value, position) => {
    const size = sizes[position % sizes.length] ?? 0;
    if (value < 0 || value >= size) throw new Error(`the index ${value} is not in [0, ${size - 1}]`);
  });
}

function tensorOf({ inputs }: Call, name: string): TensorInfo {
  const tensor: TensorInfo | undefined = Reflect.get(inputs, name);
  if (tensor === undefined) throw new Error(`a kernel was called without ${name}`);
  return tensor;
}

function shapeOf({ attrs }: Call, name: string): readonly number[] {
  const shape: unknown = attrs && Reflect.get(attrs, name);
  return Array.isArray(shape) ? shape : [];
}

/** tfjs's registry knows no kernel's own types; its kernels make the same assertion. */
function attributesOf<Attributes>({ attrs }: Call): Attributes {
  return attrs as Attributes;
}
