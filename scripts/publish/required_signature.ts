import { keyId, parsePublicKey } from '../../worker/registry/version/manifest_signature.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import type { WorkerConfiguration } from '../rehearsal/sandbox/worker_configuration.ts';

/**
 * Why no Worker of this configuration would load what is signed with this key, or not at all; undefined where it
 * would. What a secret or another environment demands is not known here.
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
      return `MANIFEST_PUBLIC_KEYS in ${configuration} holds something that is not an Ed25519 public key`;
    ids.push(await keyId(key));
  }
  if (signedWith === undefined) {
    return `MANIFEST_PUBLIC_KEYS in ${configuration} demands a signature; publish with --sign KEYFILE`;
  }
  if (ids.includes(signedWith)) return undefined;
  return `it would be signed with key ${signedWith}, which is not among MANIFEST_PUBLIC_KEYS in ${configuration}`;
}
