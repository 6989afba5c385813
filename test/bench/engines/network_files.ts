import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Network } from '../networks/network.ts';
import { DESCRIPTION_FILE, type NetworkDescription, ONNX_FILE } from '../runs/network_description.ts';

/** All files of a network by name, with the description that the engines read. */
export function networkFiles(network: Network): Map<string, Uint8Array> {
  const { name, format, files, input, outputs, onnx } = network;
  const description: NetworkDescription = {
    name,
    format,
    files: [...files.keys()],
    input: { name: input.name, onnxName: input.onnxName, shape: [...input.shape] },
    outputs: outputs.map((output) => ({ ...output, shape: [...output.shape] })),
  };
  return new Map([
    ...files,
    [DESCRIPTION_FILE, new TextEncoder().encode(JSON.stringify(description))],
    ...(onnx === undefined ? [] : [[ONNX_FILE, onnx] as const]),
  ]);
}

/** Writes the files of a network into a folder with its name. */
export async function writeNetwork(directory: string, network: Network): Promise<void> {
  const folder = path.join(directory, network.name);
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of networkFiles(network)) await writeFile(path.join(folder, file), bytes);
}
