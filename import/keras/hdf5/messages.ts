/** The questions to the thread with the HDF5 library. Paths are absolute in the file. */
export type Hdf5Question =
  | { readonly kind: 'attribute'; readonly path: string; readonly name: string }
  | { readonly kind: 'members'; readonly path: string }
  | { readonly kind: 'dataset'; readonly path: string }
  | { readonly kind: 'read'; readonly path: string };

/** The dtypes of the values that `read` returns, whatever their stored type is. */
export type Hdf5DataType = 'float32' | 'int32' | 'bool';

export interface Hdf5Dataset {
  readonly dtype: Hdf5DataType;
  readonly shape: readonly number[];
  /** The length of the result of `read`, which is little-endian and in row-major order. */
  readonly byteLength: number;
}

/** The answers by the kind of question. */
export interface Hdf5Answers {
  /** Undefined if it does not exist. */
  readonly attribute: string | readonly string[] | undefined;
  /** The names, or undefined if the group does not exist. */
  readonly members: readonly string[] | undefined;
  /** Undefined if it does not exist. */
  readonly dataset: Hdf5Dataset | undefined;
  readonly read: Uint8Array<ArrayBuffer>;
}

export interface Hdf5Request {
  readonly id: number;
  readonly question: Hdf5Question;
}

export type Hdf5Reply =
  | { readonly id: number; readonly kind: 'answer'; readonly value: Hdf5Answers[Hdf5Question['kind']] }
  | { readonly id: number; readonly kind: 'fault'; readonly message: string };

/** Sent once, before any answer. */
export type Hdf5Opened =
  | { readonly kind: 'opened' }
  | { readonly kind: 'not opened'; readonly message: string };
