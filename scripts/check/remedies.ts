import { commandLine } from '../cli/invocation.ts';
import { shellWord } from '../cli/shell_word.ts';
import { showToCaller } from '../files/package_root.ts';
import { placeOptions } from '../pointer/pointer_report.ts';
import type { PlaceDescription } from '../registry/place.ts';
import type { Finding, FindingKind } from './finding.ts';

/** The registry that was checked. */
export interface Where {
  readonly place: PlaceDescription;
  /** The name of its bucket. Behind a management Worker it is not known. */
  readonly bucket: string | undefined;
}

interface Explanation {
  /** True if something that is published cannot be served, changed or pruned as it should. */
  readonly isBroken: boolean;
  readonly meaning: string;
  readonly wayOut: (finding: Finding, where: Where) => string;
}

const ADD_FILES =
  'Publish the same model again under the same version, or copy it from a place that has it: both add what is missing';

/** What each kind of finding means, and the way out. */
export const EXPLANATIONS: Readonly<Record<FindingKind, Explanation>> = {
  'pointer-malformed': {
    isBroken: true,
    meaning:
      'Isolates that have read the pointer before go on with it, others answer 503, and no change can be made.',
    wayOut: ({ key }, where) =>
      `Get the document, correct it, make its generation higher than before, and put it back: ${objectCommand('get', key, where)} --file pointer.json`,
  },
  'pointer-missing': {
    isBroken: false,
    meaning: 'No version is current, so that the model is not served.',
    wayOut: ({ model = '' }, { place }) =>
      `Publish a version without --no-flip: ${commandLine('publish', `MODEL --model ${model}${placeOptions(place)}`)}`,
  },
  'version-missing': {
    isBroken: true,
    meaning:
      'The pointer names a version that does not exist. What asks for it is answered by another version, or by 503.',
    wayOut: ({ model = '' }, { place }) =>
      `Publish or copy that version again, or point elsewhere with ${['rollback', 'label', 'canary', 'shadow'].join(', ')}: ${commandLine('status', `${model}${placeOptions(place)}`)} shows what is there`,
  },
  'manifest-malformed': {
    isBroken: true,
    meaning:
      'The version cannot be loaded, and no prune deletes any file, since the version could need each of them.',
    wayOut: ({ key }, where) =>
      `Delete the document, and copy the version from a place that has it: ${objectCommand('delete', key, where)}`,
  },
  'signature-invalid': {
    isBroken: true,
    meaning: 'Workers with this MANIFEST_PUBLIC_KEYS do not load the version.',
    wayOut: ({ model = '' }, { place }) =>
      `Publish it as another version with a key that they have: ${commandLine('publish', `MODEL --model ${model} --sign KEYFILE --bump patch${placeOptions(place)}`)}`,
  },
  'file-missing': {
    isBroken: true,
    meaning: 'The version cannot be loaded. Isolates that have it in memory go on with it.',
    wayOut: () => ADD_FILES,
  },
  'file-size': {
    isBroken: true,
    meaning: 'The version cannot be loaded. Isolates that have it in memory go on with it.',
    wayOut: () => ADD_FILES,
  },
  'file-corrupt': {
    isBroken: true,
    meaning: 'The version cannot be loaded, since its bytes are not those that were published.',
    wayOut: ({ key }, where) =>
      `Delete the file: ${objectCommand('delete', key, where)}. Then: ${lowered(ADD_FILES)}`,
  },
  'plan-damaged': {
    isBroken: false,
    meaning: 'Isolates make the plan of the version themselves, so that their first answers take longer.',
    wayOut: ({ key, model = '' }, where) =>
      `Delete it unless it is missing: ${objectCommand('delete', key, where)}. Then copy the version from a place that has it, or publish the same model under another version: ${commandLine('publish', `MODEL --model ${model} --model-version VERSION${placeOptions(where.place)}`)}`,
  },
  'history-malformed': {
    isBroken: true,
    meaning: 'Serving is not affected, and the history cannot be printed.',
    wayOut: ({ key }, where) =>
      `Look at the entry, and correct or delete it: ${objectCommand('get', key, where)}`,
  },
  'history-gap': {
    isBroken: false,
    meaning:
      'The store does not have these changes: an earlier tool kept only the newest ones, or somebody deleted them.',
    wayOut: () => 'Nothing has to be done',
  },
  'replica-behind': {
    isBroken: false,
    meaning:
      'Workers that read the replica in KV answer by an earlier state. It may lag for a minute after a change.',
    wayOut: () => 'The next command that changes the model repairs it',
  },
  'prune-unfinished': {
    isBroken: false,
    meaning: 'A prune retired the version and was interrupted before it deleted it.',
    wayOut: ({ model = '' }, { place }) =>
      `Run the prune again: ${commandLine('prune', `${model} --keep COUNT${placeOptions(place)}`)}`,
  },
  'announcement-malformed': {
    isBroken: true,
    meaning: 'No prune deletes any file, since the publish could need each of them.',
    wayOut: ({ key }, where) =>
      `Wait a day until it expires, or delete it: ${objectCommand('delete', key, where)}`,
  },
  'announcement-expired': {
    isBroken: false,
    meaning: 'A publish or a copy was killed more than a day ago. Its files are not kept any more.',
    wayOut: () => 'The next prune deletes it',
  },
  'announcement-open': {
    isBroken: false,
    meaning: 'A publish or a copy is at work, or was killed. No prune deletes its files for a day.',
    wayOut: () => 'If it was killed, run it again to complete it',
  },
  'files-unneeded': {
    isBroken: false,
    meaning: 'No version needs them: an interrupted publish left them, or a prune that was interrupted.',
    wayOut: (_, { place }) =>
      `A prune of any model deletes them: ${commandLine('prune', `MODEL --keep COUNT${placeOptions(place)}`)}`,
  },
  'object-unknown': {
    isBroken: false,
    meaning: 'The registry does not use such keys, and ignores them.',
    wayOut: ({ key }, where) => `If nobody else needs it, delete it: ${objectCommand('delete', key, where)}`,
  },
};

/** Returns the command of wrangler for one object. */
function objectCommand(verb: 'get' | 'delete', key: string, { place, bucket = 'BUCKET' }: Where): string {
  const where =
    place.kind === 'local'
      ? ` --local --persist-to ${shellWord(showToCaller(place.directory))}`
      : ' --remote';
  return `npx wrangler r2 object ${verb} ${shellWord(`${bucket}/${key}`)}${where}`;
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
