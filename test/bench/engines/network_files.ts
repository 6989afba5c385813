import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Network, OnnxFile } from '../networks/network.ts';
import {
  CONVERTED_FOLDER,
  DESCRIPTION_FILE,
  type NetworkDescription,
  ONNX_FILE,
} from '../runs/network_description.ts';

/** All files of a network by name, with the description that the engines read. */
export function networkFiles(network: Network): Map<string, Uint8Array> {
  const { format, files, onnx } = network;
  return new Map([
    ...files,
    [DESCRIPTION_FILE, description(network, format, files, (name) => name)],
    ...(onnx === undefined ? [] : [[ONNX_FILE, onnx.bytes] as const, ...convertedFiles(network, onnx)]),
  ]);
}

function convertedFiles(network: Network, { converted, tensors }: OnnxFile): [string, Uint8Array][] {
  const tensorOf = (name: string): string => tensors.get(name) ?? name;
  const files: [string, Uint8Array][] = [
    ...converted,
    [DESCRIPTION_FILE, description(network, 'tfjs-graph-model', converted, tensorOf)],
  ];
  return files.map(([file, bytes]) => [`${CONVERTED_FOLDER}/${file}`, bytes]);
}

/** @param tensorOf the name of a tensor by that in the ONNX file */
function description(
  { name, input, outputs }: Network,
  format: Network['format'],
  files: ReadonlyMap<string, Uint8Array>,
  tensorOf: (onnxName: string) => string,
): Uint8Array {
  const described: NetworkDescription = {
    name,
    format,
    files: [...files.keys()],
    input: {
      ...{ name: input.name, onnxName: tensorOf(input.onnxName), shape: [...input.shape] },
      dtype: input.dtype ?? 'float32',
    },
    outputs: outputs.map(({ onnxName, ...output }) => ({
      ...output,
      onnxName: tensorOf(onnxName),
      shape: [...output.shape],
    })),
  };
  return new TextEncoder().encode(JSON.stringify(described));
}

/** Writes the files of a network into a folder with its name. */
export async function writeNetwork(directory: string, network: Network): Promise<void> {
  const folder = path.join(directory, network.name);
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of networkFiles(network)) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), bytes);
  }
}
