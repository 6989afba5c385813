import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  keyId,
  type ManifestSignature,
  type PublicKey,
  parsePublicKey,
  signManifest,
} from '../../worker/registry/version/manifest_signature.ts';
import { commandLine } from '../cli/invocation.ts';

/** The environment variable with the key on a build machine, in PEM as in the file. */
export const SIGNING_KEY_VARIABLE = 'MANIFEST_SIGNING_KEY';

export interface Signer {
  readonly publicKey: PublicKey;
  /** The id of the key in signatures. */
  readonly keyId: string;
  sign(manifest: object): Promise<ManifestSignature>;
}

/**
 * Reads the key from the given file, or else from the environment. Returns undefined if neither exists.
 *
 * @throws if it is not an Ed25519 private key; the message does not quote it
 */
export async function readSigner(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Signer | undefined> {
  if (file !== undefined) return createSigner(await readFile(file, 'utf8'), file);
  const text = environment[SIGNING_KEY_VARIABLE];
  return text === undefined || text === '' ? undefined : createSigner(text, SIGNING_KEY_VARIABLE);
}

async function createSigner(pem: string, place: string): Promise<Signer> {
  const key = parsePrivateKey(pem);
  if (key === undefined)
    throw new Error(`${place}: is not an Ed25519 private key in PEM, as ${commandLine('keygen')} creates it`);
  const der = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
  const privateKey = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
  const publicKey = publicKeyOf(key);
  return {
    publicKey,
    keyId: await keyId(publicKey),
    sign: (manifest) => signManifest(manifest, { privateKey, publicKey }),
  };
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

function publicKeyOf(key: KeyObject): PublicKey {
  const parsed = parsePublicKey(publicKeyText(key));
  if (parsed === undefined) throw new Error('Node wrote a public key in an unknown form');
  return parsed;
}

function publicKeyText(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** Generates a key: its private key in PEM, its public key as MANIFEST_PUBLIC_KEYS accepts it. */
export function generateSigningKey(): { readonly privatePem: string; readonly publicText: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicText: publicKeyText(privateKey),
  };
}
