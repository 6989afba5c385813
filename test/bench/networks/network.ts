/** A network with its files for every engine, and one input. */
export interface Network {
  readonly name: string;
  readonly description: string;
  readonly format: 'tfjs-graph-model' | 'tfjs-layers-model';
  /** The tfjs files by their paths, including model.json. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bytes of the weights as float32 in memory. */
  readonly weightBytes: number;
  readonly onnx?: OnnxFile;
  readonly input: NetworkInput;
  readonly outputs: readonly NetworkOutput[];
  /** How far the engines' outputs may be apart if more than by rounding: see figures/agreement.ts. */
  readonly tolerance?: number;
  /** True if an inference mostly waits for its weights: reading as many bytes is measured beside it. */
  readonly waitsForWeights?: boolean;
  /** A network whose compute is measured in the same rounds, so that the two can be compared. */
  readonly beside?: Network;
}

/** The same network in ONNX, and what this product makes of it. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  /** The tfjs files by their paths, including model.json. */
  readonly converted: ReadonlyMap<string, Uint8Array>;
  /** The names of the tensors in the converted graph, by those in the ONNX file. */
  readonly tensors: ReadonlyMap<string, string>;
}

export interface NetworkInput {
  readonly name: string;
  /** The name in the ONNX file, which may differ. */
  readonly onnxName: string;
  readonly shape: readonly number[];
  /** float32 by default. The values are integers for int32. */
  readonly dtype?: 'float32' | 'int32';
  readonly values: Float32Array<ArrayBuffer>;
}

interface NetworkOutput {
  readonly name: string;
  readonly onnxName: string;
  readonly shape: readonly number[];
}

/** Builds a network. `build` returns undefined if the files are not on this machine. */
export interface NetworkSource {
  readonly name: string;
  build(): Promise<Network | undefined>;
}
