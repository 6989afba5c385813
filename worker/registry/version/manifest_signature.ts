import * as v from 'valibot';
import { toHex } from '../storage/hex.ts';
import { parseDocument } from '../storage/json_document.ts';
import { canonicalJson } from './canonical_json.ts';

/** A manifest's signature, of all members except this one. */
export const ManifestSignatureSchema = v.object({
  algorithm: v.literal('Ed25519'),
  /** The id of the key: the beginning of the sha256 of the public key. */
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'is not a key id')),
  /** 64 bytes in base64. */
  value: v.pipe(v.string(), v.maxLength(100)),
});
export type ManifestSignature = v.InferOutput<typeof ManifestSignatureSchema>;

const ALGORITHM = 'Ed25519';

/** The prefix of an Ed25519 public key in the form that `openssl pkey -pubout` prints (RFC 8410). */
const PUBLIC_KEY_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PUBLIC_KEY_BYTES = PUBLIC_KEY_PREFIX.length + 32;

/** Prevents a signature of another kind of document from being accepted for a manifest. */
const CONTEXT = 'edge-serving manifest 1\n';

/** The bytes of a public key in DER, whose form was checked. */
export type PublicKey = Uint8Array<ArrayBuffer>;

/** A signing key, which never leaves WebCrypto. */
export type PrivateKey = Parameters<typeof crypto.subtle.sign>[1];

/** Returns the bytes of a public key in base64, or undefined if the text is not one. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const bytes = fromBase64(text);
  const fits =
    bytes?.length === PUBLIC_KEY_BYTES && PUBLIC_KEY_PREFIX.every((byte, index) => bytes[index] === byte);
  return fits ? bytes : undefined;
}

/** Returns the id by which signatures name their key. */
export async function keyId(publicKey: PublicKey): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', publicKey));
  return toHex(digest.subarray(0, 8));
}

/** Signs a manifest as its stored JSON will be read. */
export async function signManifest(
  manifest: object,
  keys: { readonly privateKey: PrivateKey; readonly publicKey: PublicKey },
): Promise<ManifestSignature> {
  const signature = await crypto.subtle.sign(ALGORITHM, keys.privateKey, signedBytes(manifest));
  return {
    algorithm: ALGORITHM,
    key: await keyId(keys.publicKey),
    value: btoa(String.fromCharCode(...new Uint8Array(signature))),
  };
}

export type SignatureCheck =
  | { readonly kind: 'valid' }
  /** The reason is a clause such as `it has no signature`. */
  | { readonly kind: 'invalid'; readonly reason: string };

const SignedSchema = v.object({ signature: v.optional(ManifestSignatureSchema) });

/** Checks that one of the keys has signed the manifest in the text, including members that are unknown here. */
export async function checkManifestSignature(
  text: string,
  publicKeys: readonly PublicKey[],
): Promise<SignatureCheck> {
  const document = parseDocument(v.unknown(), text);
  if (document.kind === 'malformed') return invalid(`it ${document.reason}`);
  const json = document.value;
  const parsed = v.safeParse(SignedSchema, json);
  if (!parsed.success) return invalid('its signature is malformed');
  const { signature } = parsed.output;
  if (signature === undefined) return invalid('it has no signature, and MANIFEST_PUBLIC_KEYS requires one');
  const publicKey = await findKey(publicKeys, signature.key);
  if (publicKey === undefined) {
    return invalid(`it is signed with key ${signature.key}, which is not among MANIFEST_PUBLIC_KEYS`);
  }
  const value = fromBase64(signature.value);
  const key = await crypto.subtle.importKey('spki', publicKey, ALGORITHM, false, ['verify']);
  const isValid =
    value !== undefined && (await crypto.subtle.verify(ALGORITHM, key, value, signedBytes(json)));
  return isValid
    ? { kind: 'valid' }
    : invalid(`its signature with key ${signature.key} does not match this manifest`);
}

async function findKey(publicKeys: readonly PublicKey[], id: string): Promise<PublicKey | undefined> {
  for (const publicKey of publicKeys) if ((await keyId(publicKey)) === id) return publicKey;
  return undefined;
}

/** Returns the bytes to sign: the canonical form of a manifest without its signature. */
function signedBytes(document: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    new TextEncoder().encode(CONTEXT + canonicalJson(document, { leaveOut: 'signature' })),
  );
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function invalid(reason: string): SignatureCheck {
  return { kind: 'invalid', reason };
}
