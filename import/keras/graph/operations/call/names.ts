/** Operations by the names that Keras 3's classes and TensorFlow's functions have for them. */
const SAME: Readonly<Record<string, string>> = {
  absolute: 'abs',
  acos: 'arccos',
  acosh: 'arccosh',
  asin: 'arcsin',
  asinh: 'arcsinh',
  atan: 'arctan',
  atan2: 'arctan2',
  atanh: 'arctanh',
  amax: 'max',
  amin: 'min',
  conj: 'identity',
  conjugate: 'identity',
  copy: 'identity',
  concat: 'concatenate',
  convert_to_tensor: 'identity',
  div: 'divide',
  empty_like: 'zeros_like',
  fabs: 'abs',
  fmax: 'maximum',
  fmin: 'minimum',
  floordiv: 'floor_divide',
  floormod: 'mod',
  getitem: 'get_item',
  hard_swish: 'hard_silu',
  iadd: 'add',
  mul: 'multiply',
  matrix_inverse: 'inv',
  matrix_solve: 'solve',
  neg: 'negative',
  permute_dims: 'transpose',
  pow: 'power',
  leaky_re_lu: 'leaky_relu',
  re_lu: 'relu',
  reduce_all: 'all',
  reduce_any: 'any',
  reduce_max: 'max',
  reduce_mean: 'mean',
  reduce_min: 'min',
  reduce_prod: 'prod',
  reduce_std: 'std',
  reduce_sum: 'sum',
  reduce_variance: 'var',
  reverse: 'flip',
  strided_slice: 'get_item',
  saturate_cast: 'cast',
  sub: 'subtract',
  swish: 'silu',
  true_divide: 'divide',
  truediv: 'divide',
  clip_by_value: 'clip',
};

/** Whose operands are in the other order. */
const REVERSED: Readonly<Record<string, string>> = {
  radd: 'add',
  rdiv: 'divide',
  rmul: 'multiply',
  rpow: 'power',
  rsub: 'subtract',
  rtruediv: 'divide',
};

export interface OperationName {
  readonly name: string;
  readonly isReversed: boolean;
}

/** @param name a class of Keras 3, or a function of TensorFlow with its module */
export function operationName(name: string): OperationName {
  const last = name.split('.').at(-1) ?? name;
  const snake = last
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/^__(\w+)__$/, '$1');
  const reversed = REVERSED[snake];
  return reversed === undefined
    ? { name: SAME[snake] ?? snake, isReversed: false }
    : { name: reversed, isReversed: true };
}
