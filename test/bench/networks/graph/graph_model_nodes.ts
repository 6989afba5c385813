import { type Activation, type Step, weightsOf } from './operation.ts';

type Attributes = Record<string, unknown>;

/** A node of a tfjs graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Attributes;
}
export interface Constant {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const float = { type: 'DT_FLOAT' };
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const integers = (values: readonly number[]) => ({ list: { i: values.map(String) } });

function fused(activation: Activation): Attributes {
  const operations = { none: [], relu: ['Relu'], relu6: ['Relu6'] }[activation];
  return {
    T: float,
    num_args: { i: '1' },
    epsilon: { f: 0 },
    fused_ops: { list: { s: ['BiasAdd', ...operations].map((name) => text(name).s) } },
  };
}

/** The nodes that compute one step, as TensorFlow's converter leaves them after folding and fusing. */
export function graphModelNodes({ output, operation }: Step): { nodes: GraphNode[]; constants: Constant[] } {
  const constants = weightsOf(operation).map((weight): Constant => ({ ...weight, dtype: 'float32' }));
  const nodes: GraphNode[] = [];
  const node = (op: string, input: readonly string[], attr: Attributes = {}, suffix = ''): string => {
    const name = output.name + suffix;
    nodes.push({ name, op, input, attr: { T: float, ...attr } });
    return name;
  };
  const constant = (suffix: string, values: Float32Array | readonly number[], shape: readonly number[]) => {
    const name = output.name + suffix;
    constants.push(
      values instanceof Float32Array
        ? { name, dtype: 'float32', shape, values }
        : { name, dtype: 'int32', shape, values: Int32Array.from(values) },
    );
    return name;
  };
  switch (operation.kind) {
    case 'convolution': {
      const { input, filter, bias, strides, padding, depthwise, activation } = operation;
      node(depthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D', [input.name, filter.name, bias.name], {
        ...fused(activation),
        strides: integers([1, ...strides, 1]),
        dilations: integers([1, 1, 1, 1]),
        explicit_paddings: { list: {} },
        padding: text(padding),
        data_format: text('NHWC'),
      });
      break;
    }
    case 'dense': {
      const { input, matrix, bias, activation } = operation;
      node('_FusedMatMul', [input.name, matrix.name, bias.name], {
        ...fused(activation),
        transpose_a: { b: false },
        transpose_b: { b: false },
      });
      break;
    }
    case 'max pool': {
      const window = integers([1, ...operation.size, 1]);
      node('MaxPool', [operation.input.name], {
        ksize: window,
        strides: window,
        padding: text('VALID'),
        data_format: text('NHWC'),
      });
      break;
    }
    case 'spatial mean':
      node('Mean', [operation.input.name, constant('/axes', [1, 2], [2])], { keep_dims: { b: false } });
      break;
    case 'reshape': {
      const shape = [-1, ...output.shape.slice(1)];
      node('Reshape', [operation.input.name, constant('/shape', shape, [shape.length])]);
      break;
    }
    case 'transpose': {
      const { input, permutation } = operation;
      node('Transpose', [input.name, constant('/perm', permutation, [permutation.length])]);
      break;
    }
    case 'add':
      node('AddV2', [operation.left.name, operation.right.name]);
      break;
    case 'scale':
      node('Mul', [operation.input.name, operation.factor.name]);
      break;
    case 'quantize': {
      const { input, scale, zero } = operation;
      const scalar = (suffix: string, value: number) => constant(suffix, Float32Array.of(value), []);
      const near = node('Round', [node('Mul', [input.name, scale.name], {}, '/scaled')], {}, '/near');
      const shifted = node('AddV2', [near, scalar('/zero', zero)], {}, '/shifted');
      const above = node('Maximum', [shifted, scalar('/lowest', -128)], {}, '/above');
      node('Minimum', [above, scalar('/highest', 127)]);
      break;
    }
    case 'center':
      node('Sub', [operation.input.name, constant('/zero', Float32Array.of(operation.zero), [])]);
      break;
    case 'matrix multiply':
      node('BatchMatMulV2', [operation.left.name, operation.right.name], {
        adj_x: { b: false },
        adj_y: { b: operation.transposeRight },
      });
      break;
    case 'softmax':
      node('Softmax', [operation.input.name]);
      break;
    case 'layer normalization': {
      // The operations of tf.nn.batch_normalization, which Keras uses.
      const { input, gain, offset, epsilon } = operation;
      const axes = constant('/axes', [-1], [1]);
      const mean = node('Mean', [input.name, axes], { keep_dims: { b: true } }, '/mean');
      const squares = node('SquaredDifference', [input.name, mean], {}, '/squares');
      const variance = node('Mean', [squares, axes], { keep_dims: { b: true } }, '/variance');
      const stable = node(
        'AddV2',
        [variance, constant('/epsilon', Float32Array.of(epsilon), [])],
        {},
        '/stable',
      );
      const inverse = node('Rsqrt', [stable], {}, '/inverse');
      const factor = node('Mul', [inverse, gain.name], {}, '/factor');
      const scaled = node('Mul', [input.name, factor], {}, '/scaled');
      const shift = node('Sub', [offset.name, node('Mul', [mean, factor], {}, '/moved')], {}, '/shift');
      node('AddV2', [scaled, shift]);
      break;
    }
    case 'gelu': {
      const { name } = operation.input;
      const half = constant('/half', Float32Array.of(0.5), []);
      const one = constant('/one', Float32Array.of(1), []);
      const root = constant('/root', Float32Array.of(Math.SQRT1_2), []);
      const error = node('Erf', [node('Mul', [name, root], {}, '/argument')], {}, '/error');
      const gate = node('AddV2', [error, one], {}, '/gate');
      node('Mul', [node('Mul', [name, half], {}, '/halved'), gate]);
      break;
    }
  }
  return { nodes, constants };
}
