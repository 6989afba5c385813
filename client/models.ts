import type { DataType } from '../worker/model/dtype.ts';
import type { InputTensor, OutputTensor } from '../worker/rpc/api.ts';

declare global {
  /**
   * The signatures of models, by the names of the models. `edge-serving types MODEL` makes files that add to it, so that
   * the client knows the names and dtypes of those models. Other models have the general types.
   */
  interface EdgeServingModels {}
}

interface TensorType {
  readonly dtype: DataType;
  /** -1 for a size that differs from request to request; null for any rank. */
  readonly shape: readonly number[] | null;
  readonly classes?: readonly string[];
}

interface SignatureType {
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
}

type Known<Model> = Model extends keyof EdgeServingModels ? EdgeServingModels[Model] : never;

/** The signatures of a known model, or never. */
type SignatureOf<Model, Name> = Name extends keyof Known<Model>
  ? Known<Model>[Name] extends SignatureType
    ? Known<Model>[Name]
    : never
  : never;

/** The names of the signatures of a model. */
export type SignatureName<Model> = [Known<Model>] extends [never] ? string : keyof Known<Model> & string;

/** The signature without a name: `serving_default`, or the only one. */
export type DefaultSignatureName<Model> = [Known<Model>] extends [never]
  ? string
  : 'serving_default' extends keyof Known<Model>
    ? 'serving_default'
    : keyof Known<Model> & string;

/** The names of the outputs of a signature. */
export type OutputName<Model, Signature> = [SignatureOf<Model, Signature>] extends [never]
  ? string
  : keyof SignatureOf<Model, Signature>['outputs'] & string;

/** The inputs of a signature by name. */
export type Inputs<Model, Signature> = [SignatureOf<Model, Signature>] extends [never]
  ? Readonly<Record<string, InputTensor>>
  : {
      readonly [Name in keyof SignatureOf<Model, Signature>['inputs']]: InputOf<
        SignatureOf<Model, Signature>['inputs'][Name]
      >;
    };

/** The outputs of a signature by name. */
export type Outputs<Model, Signature, Name> = [SignatureOf<Model, Signature>] extends [never]
  ? Readonly<Record<string, OutputTensor>>
  : {
      readonly [Output in Name & keyof SignatureOf<Model, Signature>['outputs']]: OutputOf<
        SignatureOf<Model, Signature>['outputs'][Output]
      >;
    };

/** The names of the classes of a model. */
export type ClassName<Model> = [ClassesOf<Model>] extends [never] ? string : ClassesOf<Model>;

type ClassesOf<Model> = Model extends keyof EdgeServingModels
  ? {
      [Signature in keyof Known<Model>]: SignatureOf<Model, Signature> extends {
        readonly outputs: infer Tensors;
      }
        ? {
            [Name in keyof Tensors]: Tensors[Name] extends { readonly classes: readonly (infer Class)[] }
              ? Class
              : never;
          }[keyof Tensors]
        : never;
    }[keyof Known<Model>]
  : never;

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | readonly number[]
  | number;

interface ValuesOf {
  readonly float32: Numbers;
  readonly int32: Numbers | BigInt64Array | BigUint64Array | readonly (number | bigint)[] | bigint;
  readonly bool: readonly boolean[] | boolean;
  readonly string: readonly (string | Uint8Array)[] | string | Uint8Array;
}

type InputOf<Tensor> = Tensor extends { readonly dtype: infer Dtype extends DataType }
  ? ValuesOf[Dtype] | { readonly values: ValuesOf[Dtype]; readonly shape: readonly number[] }
  : InputTensor;

type OutputOf<Tensor> = Tensor extends { readonly dtype: infer Dtype; readonly shape: infer Shape }
  ? Omit<Extract<OutputTensor, { readonly dtype: Dtype }>, 'shape'> & { readonly shape: SizesOf<Shape> }
  : OutputTensor;

/** A size that differs from request to request is any number. */
type SizesOf<Shape> = Shape extends readonly number[]
  ? { readonly [Axis in keyof Shape]: Shape[Axis] extends -1 ? number : Shape[Axis] }
  : readonly number[];
