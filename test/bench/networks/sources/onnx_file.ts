import { readOnnx } from '../../../../import/onnx/read_onnx.ts';
import type { OnnxFile } from '../network.ts';
import { convertedFiles } from './converted_files.ts';

/** Converts an ONNX file as a publish does. */
export async function onnxFile(bytes: Uint8Array): Promise<OnnxFile> {
  const { files, signature } = await convertedFiles(bytes, 'model.onnx', readOnnx);
  const { inputs, outputs } = signature;
  const tensors = Object.entries({ ...inputs, ...outputs }).map(([name, info]) => [name, info.name] as const);
  return { bytes, converted: files, tensors: new Map(tensors) };
}
