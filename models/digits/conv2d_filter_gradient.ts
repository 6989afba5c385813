import { tf } from '../build/tensorflow.ts';

/**
 * Registers the only gradient that the WebAssembly backend lacks for training a convolutional network. A 2D convolution
 * is a 3D one of depth 1, and the backend has the 3D filter gradient.
 *
 * Strides other than 1 are refused: for them the 3D gradient of tfjs 4.22 differs from finite differences.
 */
export function registerConv2dFilterGradient(): void {
  const gradient3d = tf.getKernel(tf.Conv3DBackpropFilterV2, 'wasm');
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc({ inputs, attrs, backend }) {
      const { x, dy } = inputs;
      const { strides, pad, filterShape } = attrs ?? {};
      if (x === undefined || dy === undefined || pad === undefined || !Array.isArray(filterShape)) {
        throw new Error('the filter gradient of a 2D convolution needs x, dy, pad and filterShape');
      }
      if ([strides].flat().some((stride) => stride !== 1)) {
        throw new Error('the filter gradient of a 2D convolution is available for stride 1 only');
      }
      const result = gradient3d.kernelFunc({
        inputs: { x: withDepth(x), dy: withDepth(dy) },
        attrs: { strides: [1, 1, 1], pad, filterShape: [1, ...filterShape] },
        backend,
      });
      const [filter] = [result].flat();
      if (filter === undefined) throw new Error('the 3D filter gradient gave nothing');
      return { ...filter, shape: filter.shape.slice(1) };
    },
  });
}

function withDepth({ dataId, dtype, shape }: tf.TensorInfo): tf.TensorInfo {
  const [batch = 1, ...rest] = shape;
  return { dataId, dtype, shape: [batch, 1, ...rest] };
}
