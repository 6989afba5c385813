import {
  keyId,
  type PublicKey,
  parsePublicKey,
} from '../../../worker/registry/version/manifest_signature.ts';
import { showToCaller, wranglerConfiguration } from '../../files/package_root.ts';
import type { WorkerConfiguration } from '../../rehearsal/sandbox/worker_configuration.ts';

/** Returns the public keys of the configuration, undefined if it requires no signature, or what is wrong with them. */
export function configuredKeys({
  variables,
}: WorkerConfiguration): readonly PublicKey[] | string | undefined {
  const { MANIFEST_PUBLIC_KEYS: text } = variables;
  if (text === undefined) return undefined;
  const keys = text.split(',').map((key) => parsePublicKey(key.trim()));
  const valid = keys.filter((key) => key !== undefined);
  return valid.length === keys.length
    ? valid
    : `MANIFEST_PUBLIC_KEYS in ${showToCaller(wranglerConfiguration())} contains an entry that is not an Ed25519 public key`;
}

/**
 * Returns why no Worker of this configuration would load a version signed with this key or without a signature, or
 * undefined. Secrets and other environments are not considered.
 *
 * @param signedWith the id of the key
 */
export async function signatureFault(
  worker: WorkerConfiguration,
  signedWith: string | undefined,
): Promise<string | undefined> {
  const keys = configuredKeys(worker);
  if (typeof keys === 'string') return keys;
  if (keys === undefined) return undefined;
  const configuration = showToCaller(wranglerConfiguration());
  const ids = await Promise.all(keys.map(keyId));
  if (signedWith === undefined) {
    return `MANIFEST_PUBLIC_KEYS in ${configuration} requires a signature; publish with --sign KEYFILE`;
  }
  if (ids.includes(signedWith)) return undefined;
  return `it would be signed with key ${signedWith}, which is not among MANIFEST_PUBLIC_KEYS in ${configuration}`;
}
