import { DESCRIPTION_FILE, type NetworkDescription, parseDescription } from '../runs/network_description.ts';

/** The bindings of the benchmark's Workers. Each serves one network, whose files are in the bucket. */
export interface BenchEnvironment {
  readonly MODELS: R2Bucket;
  readonly NETWORK: string;
  /** A folder among the files of the network, of another form of it. */
  readonly FOLDER?: string;
}

export async function openFile(
  { MODELS, NETWORK, FOLDER }: BenchEnvironment,
  file: string,
): Promise<R2ObjectBody> {
  const object = await MODELS.get(`bench/${NETWORK}/${FOLDER === undefined ? '' : `${FOLDER}/`}${file}`);
  if (object === null) throw new Error(`${NETWORK} has no file ${file}`);
  return object;
}

export async function readFile(environment: BenchEnvironment, file: string): Promise<ArrayBuffer> {
  return (await openFile(environment, file)).arrayBuffer();
}

export async function readDescription(environment: BenchEnvironment): Promise<NetworkDescription> {
  return parseDescription(await (await openFile(environment, DESCRIPTION_FILE)).text());
}
