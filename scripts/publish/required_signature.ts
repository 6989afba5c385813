import { keyId, parsePublicKey } from '../../worker/registry/version/manifest_signature.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import type { WorkerConfiguration } from '../rehearsal/sandbox/worker_configuration.ts';

/**
 * Returns why no Worker of this configuration would load a version signed with this key or without a signature, or
 * undefined. Secrets and other environments are not considered.
 *
 * @param signedWith the id of the key
 */
export async function signatureFault(
  { variables }: WorkerConfiguration,
  signedWith: string | undefined,
): Promise<string | undefined> {
  const { MANIFEST_PUBLIC_KEYS: keys } = variables;
  if (keys === undefined) return undefined;
  const configuration = showToCaller(wranglerConfiguration());
  const ids: string[] = [];
  for (const text of keys.split(',')) {
    const key = parsePublicKey(text.trim());
    if (key === undefined)
      return `MANIFEST_PUBLIC_KEYS in ${configuration} contains an entry that is not an Ed25519 public key`;
    ids.push(await keyId(key));
  }
  if (signedWith === undefined) {
    return `MANIFEST_PUBLIC_KEYS in ${configuration} requires a signature; publish with --sign KEYFILE`;
  }
  if (ids.includes(signedWith)) return undefined;
  return `it would be signed with key ${signedWith}, which is not among MANIFEST_PUBLIC_KEYS in ${configuration}`;
}
