/** The texts of a data point, in the order of Analytics Engine's columns blob1, blob2, and so on. */
export const BLOBS = [
  { name: 'kind', meaning: '`request`, or `shadow` for a computation that a shadow repeated' },
  { name: 'model', meaning: 'the model' },
  { name: 'version', meaning: 'the version that answered; empty if none was chosen' },
  {
    name: 'role',
    meaning:
      'why it answered: `current`, `canary`, `label`, `version` (by number), `fallback` (in place of another), `none`',
  },
  {
    name: 'protocol',
    meaning: '`predict`, `classify`, `regress`, `infer`, or `rpc` for calls of other Workers',
  },
  {
    name: 'outcome',
    meaning:
      '`ok`, `client error`, `server error`; of a shadow `compared`, `incomparable`, `failed`, `dropped`',
  },
  { name: 'location', meaning: 'the code of the Cloudflare location, as `FRA`' },
  { name: 'key', meaning: 'the name of the API key, if it has one' },
  { name: 'isolate', meaning: 'a random name of the isolate' },
] as const;

/** The numbers of a data point, in the order of the columns double1, double2, and so on. */
export const DOUBLES = [
  { name: 'weight', meaning: 'how many requests the point stands for: `TRAFFIC_ONE_IN`' },
  { name: 'generation', meaning: 'the generation of the pointer that the answer is based on' },
  { name: 'status', meaning: 'the HTTP status' },
  { name: 'latency', meaning: 'from the request to the answer, in ms' },
  { name: 'body', meaning: 'waiting for the body of the request, in ms' },
  { name: 'pointer', meaning: 'waiting for the pointer, in ms' },
  { name: 'load', meaning: 'waiting for the version to load, in ms' },
  { name: 'compute', meaning: 'executing the signature, in ms' },
  { name: 'encode', meaning: 'encoding the outputs, in ms' },
  { name: 'examples', meaning: 'the size of the batch' },
  { name: 'requestBytes', meaning: 'the length of the body of the request; 0 if it was not stated' },
  {
    name: 'answerBytes',
    meaning: 'the length of the body of the answer; 0 if it was made while it was sent',
  },
  { name: 'rows', meaning: 'of a shadow: the rows that were compared' },
  { name: 'mismatchedRows', meaning: 'of a shadow: the rows whose largest element is at another position' },
  { name: 'largestAbsolute', meaning: 'of a shadow: the largest absolute difference' },
  { name: 'largestRelative', meaning: 'of a shadow: the largest relative difference' },
] as const;

type BlobName = (typeof BLOBS)[number]['name'];
type DoubleName = (typeof DOUBLES)[number]['name'];

/** A data point by the names of its columns. */
export type NamedPoint = Readonly<Record<BlobName, string> & Record<DoubleName, number>>;

/** A data point as Analytics Engine takes it. */
export interface DataPoint {
  readonly indexes: readonly string[];
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

/** The most bytes of an index in Analytics Engine. Names of models are ASCII. */
const INDEX_LENGTH = 96;

/** Returns the index of a model's data points. Analytics Engine samples each index by itself. */
export function indexOf(model: string): string {
  return model.slice(0, INDEX_LENGTH);
}

/** The texts together must stay below Analytics Engine's limit of some kilobytes. */
const TEXT_LENGTH = 200;

export function dataPoint(point: NamedPoint): DataPoint {
  return {
    indexes: [indexOf(point.model)],
    blobs: BLOBS.map(({ name }) => point[name].slice(0, TEXT_LENGTH)),
    doubles: DOUBLES.map(({ name }) => point[name]),
  };
}

/** Returns the column of Analytics Engine that holds a member of a data point. @example columnOf('model') // 'blob2' */
export function columnOf(name: BlobName | DoubleName): string {
  const blob = BLOBS.findIndex((column) => column.name === name);
  return blob >= 0 ? `blob${blob + 1}` : `double${DOUBLES.findIndex((column) => column.name === name) + 1}`;
}
