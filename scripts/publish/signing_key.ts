import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  keyId,
  type ManifestSignature,
  type PublicKey,
  parsePublicKey,
  signManifest,
} from '../../worker/registry/version/manifest_signature.ts';

/** Where a build machine keeps the key: in PEM, as the file has it. */
export const SIGNING_KEY_VARIABLE = 'MANIFEST_SIGNING_KEY';

export interface Signer {
  readonly publicKey: PublicKey;
  /** As a signature names it. */
  readonly keyId: string;
  sign(manifest: object): Promise<ManifestSignature>;
}

/**
 * The key of the file given, else of the environment; undefined where there is neither.
 *
 * @throws if it is no Ed25519 private key; the message holds nothing of it
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
    throw new Error(`${place}: is no Ed25519 private key in PEM, as npm run keygen makes it`);
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
  if (parsed === undefined) throw new Error('Node wrote a public key in a form that is not known');
  return parsed;
}

function publicKeyText(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** A new key: its private half in PEM, its public half as MANIFEST_PUBLIC_KEYS takes it. */
export function generateSigningKey(): { readonly privatePem: string; readonly publicText: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicText: publicKeyText(privateKey),
  };
}
