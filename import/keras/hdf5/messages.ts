/** What the thread that holds the HDF5 library is asked. Paths are absolute in the file. */
export type Hdf5Question =
  | { readonly kind: 'attribute'; readonly path: string; readonly name: string }
  | { readonly kind: 'members'; readonly path: string }
  | { readonly kind: 'dataset'; readonly path: string }
  | { readonly kind: 'read'; readonly path: string };

/** Of the values that `read` gives, whatever type they are stored in. */
export type Hdf5DataType = 'float32' | 'int32' | 'bool';

export interface Hdf5Dataset {
  readonly dtype: Hdf5DataType;
  readonly shape: readonly number[];
  /** Of what `read` gives: little-endian, in row-major order. */
  readonly byteLength: number;
}

/** By the kind of question. */
export interface Hdf5Answers {
  /** Undefined where there is none. */
  readonly attribute: string | readonly string[] | undefined;
  /** Names; undefined where there is no such group. */
  readonly members: readonly string[] | undefined;
  /** Undefined where there is none. */
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
